//! A control plane that means harm: it offers what is old, and what it made itself, and hands out heads,
//! signatures and entries that are none of each other's. It may delay, and let go early; it never
//! chooses what runs.

use fastrand::Rng;
use nixfleet_link::{Known, Offered};

use crate::belief::Handed;
use crate::release::Release;

/// Any release that there is, or the one that it made.
fn any<'a>(rng: &mut Rng, releases: &'a [Release], forged: &'a Release) -> &'a Release {
    let at = rng.usize(0..=releases.len());
    releases.get(at).unwrap_or(forged)
}

/// What it says there is: go, try again, or wait.
pub fn offered(rng: &mut Rng, releases: &[Release], forged: &Release) -> Offered {
    let (number, hash) = (any(rng, releases, forged).sequence, any(rng, releases, forged).hash);
    let wait = rng.bool().then(|| "since I say so".to_owned());
    Offered {
        release: Known { sequence: number, hash },
        wait,
        retry: rng.bool().then(|| rng.u64(0..4)),
    }
}

/// What it hands out.
pub fn hands<'a>(
    rng: &mut Rng,
    releases: &'a [Release],
    forged: &'a Release,
    names: (&'a str, &'a str),
) -> Handed<'a> {
    let head = any(rng, releases, forged);
    // Whole, or patched together.
    let mut other = |it| if rng.bool() { it } else { any(rng, releases, forged) };
    let (signatures, entry) = (other(head), other(head));
    let name = if rng.bool() { names.0 } else { names.1 };
    Handed::of(head, signatures, (entry, name))
}
