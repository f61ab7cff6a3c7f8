//! A control plane that means harm: it offers what is old, and what it made itself, and hands out heads,
//! signatures and entries that are none of each other's. It may delay, and let go early; it never
//! chooses what runs.

use fastrand::Rng;
use nixfleet_link::{Known, Offered};

use crate::belief::Handed;
use crate::releases::Releases;

/// What it says there is: go, try again, or wait.
pub fn offered(rng: &mut Rng, releases: &Releases) -> Offered {
    let (number, hash) = (releases.any(rng).sequence, releases.any(rng).hash);
    let wait = rng.bool().then(|| "since I say so".to_owned());
    Offered {
        release: Known { sequence: number, hash },
        wait,
        retry: rng.bool().then(|| rng.u64(0..4)),
    }
}

/// What it hands out.
pub fn hands<'a>(rng: &mut Rng, releases: &'a Releases, names: (&'a str, &'a str)) -> Handed<'a> {
    let head = releases.any(rng);
    // Whole, or patched together.
    let mut other = |it| if rng.bool() { it } else { releases.any(rng) };
    let (signatures, entry) = (other(head), other(head));
    let name = if rng.bool() { names.0 } else { names.1 };
    Handed::of(head, signatures, (entry, name))
}
