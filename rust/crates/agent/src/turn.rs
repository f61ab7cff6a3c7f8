//! When this host goes, by the plan's own times: for fleets in which nobody says when.
//!
//! A wave opens one soak after the wave before it, counted from the release's making. Inside a wave
//! a host goes when the share of the soak that has passed reaches a number between 0 and 1 that
//! follows from its name and the release's number, so that each release has another order and no
//! server is needed to make one.

use jiff::{SignedDuration, Timestamp};
use nixfleet_release::plan::Wave;
use nixfleet_release::{Entry, Hash, Head};

/// Why the host does not go yet, and `None` once it may.
///
/// `now` is at least the release's making: a clock that is behind that is wrong.
#[must_use]
pub fn wait(head: &Head, entry: &Entry, now: Timestamp) -> Option<String> {
    let Some(position) = position(head, entry) else {
        return entry.wave.as_ref().map(|wave| {
            format!(
                "release {} puts this host into the wave `{wave}`, and has no such wave",
                head.sequence
            )
        });
    };
    let goes = head.created + goes_after(head, entry, position);
    if now >= goes {
        return None;
    }
    let wave = &head.waves[position];
    Some(format!(
        "release {}: this host goes with the wave `{}` ({} of {}), at {goes:.0}",
        head.sequence,
        wave.name,
        position + 1,
        head.waves.len(),
    ))
}

fn position(head: &Head, entry: &Entry) -> Option<usize> {
    match &entry.wave {
        Some(name) => head.waves.iter().position(|it| it.name == *name),
        // A host in no wave goes with the last.
        None => head.waves.len().checked_sub(1),
    }
}

fn goes_after(head: &Head, entry: &Entry, position: usize) -> SignedDuration {
    let soak = |wave: &Wave| {
        wave.soak.map_or(SignedDuration::ZERO, |it| {
            SignedDuration::try_from(it.get()).unwrap_or(SignedDuration::MAX)
        })
    };
    let opens = head.waves[..position]
        .iter()
        .map(soak)
        .fold(SignedDuration::ZERO, SignedDuration::saturating_add);
    // The first wave is the canary: it goes at once, since all others wait for it.
    let own = if position == 0 { SignedDuration::ZERO } else { soak(&head.waves[position]) };
    let share = share(&entry.name, head.sequence);
    let into = i32::try_from(own.as_secs())
        .map_or(0, |seconds| i64::from(seconds) * i64::from(share) / i64::from(u32::MAX));
    opens.saturating_add(SignedDuration::from_secs(into))
}

/// The host's place in a wave, between 0 and `u32::MAX`.
fn share(name: &str, sequence: u64) -> u32 {
    let hash = Hash::of(format!("{name} {sequence}").as_bytes());
    let [a, b, c, d, ..] = *hash.as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use nixfleet_release::plan::OnFailure;
    use nixfleet_release::{FORMAT, Signers};

    use super::*;

    const BEGIN: Timestamp = Timestamp::UNIX_EPOCH;

    fn head() -> Head {
        let wave = |name: &str, soak: Option<&str>| Wave {
            name: name.into(),
            at_most: None,
            need: None,
            soak: soak.map(|it| it.parse().unwrap()),
            window: None,
        };
        Head {
            format: FORMAT,
            fleet: "home".into(),
            sequence: 7,
            created: BEGIN,
            expires: None,
            previous: None,
            revision: None,
            signers: Signers { keys: vec![], threshold: 1 },
            rotations: vec![],
            caches: vec![],
            waves: vec![wave("canary", Some("30m")), wave("web", Some("1h")), wave("rest", None)],
            budgets: vec![],
            on_failure: OnFailure::Halt,
            hosts: std::collections::BTreeMap::new(),
        }
    }

    fn entry(name: &str, wave: &str) -> Entry {
        serde_json::from_value(serde_json::json!({
            "format": FORMAT, "name": name, "platform": "x86_64-linux", "wave": wave, "salt": "",
            "system": "/nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-system",
            "closure": Hash::of(b"").to_string(),
        }))
        .unwrap()
    }

    fn goes(name: &str, wave: &str) -> i64 {
        let (head, entry) = (head(), entry(name, wave));
        let at = |minute: i64| BEGIN + SignedDuration::from_mins(minute);
        (0..600).find(|minute| wait(&head, &entry, at(*minute)).is_none()).unwrap()
    }

    #[test]
    fn the_canary_goes_at_once_and_each_wave_a_soak_later() {
        assert_eq!(goes("web-01", "canary"), 0);
        assert_eq!(goes("db-01", "rest"), 90);
        let web: Vec<i64> = (0..40).map(|it| goes(&format!("web-{it}"), "web")).collect();
        assert!(web.iter().all(|it| (30..=90).contains(it)), "{web:?}");
        assert!(web.iter().any(|it| *it < 50) && web.iter().any(|it| *it > 70), "{web:?}");
    }

    #[test]
    fn a_host_that_waits_says_for_what() {
        let why = wait(&head(), &entry("db-01", "rest"), BEGIN).unwrap();
        assert!(why.contains("wave `rest` (3 of 3)"), "{why}");
        let why = wait(&head(), &entry("db-01", "gone"), BEGIN).unwrap();
        assert!(why.contains("has no such wave"), "{why}");
    }
}
