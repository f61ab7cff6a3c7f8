//! How the fleet is, all hosts together.

use std::net::IpAddr;

use jiff::Timestamp;
use nixfleet_rollout::{Health, State, Tally, Trouble, WaveVerdict, doubled};
use serde::Serialize;

use crate::core::Core;
use crate::seat::Seats;
use crate::shelf::Shelf;

/// The most hosts of each kind that want an eye and are listed; the others are counted.
const LISTED: usize = 20;

/// The first of those that want an eye, and how many more there are.
#[must_use]
pub fn listed<T>(all: impl IntoIterator<Item = T>) -> (Vec<T>, usize) {
    let mut all = all.into_iter();
    let first: Vec<T> = all.by_ref().take(LISTED).collect();
    (first, all.count())
}

/// How the fleet is.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Of this shape: 1.
    pub api_version: u32,
    /// The fleet's name.
    pub fleet: String,
    /// The newest release; none before the first.
    pub release: Option<ReleaseStatus>,
    /// Its way to its hosts.
    pub rollout: Option<RolloutStatus>,
    /// Keys that several machines use at once.
    pub doubled: Vec<Doubled>,
    /// How many more such keys there are.
    pub doubled_more: usize,
    /// Hosts that know a newer release than the one that is here, which was lost: it is to be brought
    /// again.
    pub ahead: Vec<String>,
    /// How many more such hosts there are.
    pub ahead_more: usize,
    /// Why nothing can be written down, while it cannot: then no host is let go.
    pub trouble: Option<String>,
}

/// The newest release.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseStatus {
    /// Its number.
    pub sequence: u64,
    /// The hash of its head.
    pub hash: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was brought here.
    pub brought: Timestamp,
    /// The commit that it was made from.
    pub revision: Option<String>,
    /// Who signed it.
    pub signed_by: Vec<String>,
    /// Hosts that cannot ask, since the release has no key for them.
    pub without_key: Vec<String>,
    /// How many more such hosts there are.
    pub without_key_more: usize,
}

/// A release's way to its hosts.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RolloutStatus {
    /// Where it stands.
    pub state: State,
    /// The same in words, with what would change it.
    pub sentence: String,
    /// All hosts together.
    pub tally: Tally,
    /// The waves, in their order.
    pub waves: Vec<WaveVerdict>,
}

/// A key that several machines use at once.
#[derive(Debug, Clone, Serialize)]
pub struct Doubled {
    /// The host whose key it is.
    pub host: String,
    /// Where they are.
    pub addresses: Vec<IpAddr>,
}

impl Doubled {
    /// All of them, by the host's name.
    #[must_use]
    pub fn all(seats: &Seats) -> Vec<Self> {
        let all = seats.all();
        let doubled = all.values().filter_map(|seat| {
            let addresses = seat.doubles();
            (!addresses.is_empty()).then(|| Self { host: seat.name.clone(), addresses })
        });
        let mut doubled: Vec<_> = doubled.collect();
        doubled.sort_by(|one, other| one.host.cmp(&other.host));
        doubled
    }
}

impl ReleaseStatus {
    fn of(release: &Shelf) -> Self {
        let (without_key, without_key_more) = listed(release.without_key().map(str::to_owned));
        Self {
            sequence: release.known.sequence,
            hash: release.known.hash.to_string(),
            created: release.head.created,
            brought: release.at,
            revision: release.head.revision.clone(),
            signed_by: release.signed_by.clone(),
            without_key,
            without_key_more,
        }
    }
}

impl Status {
    /// What is wrong, in words.
    #[must_use]
    pub fn troubles(&self) -> Vec<Trouble> {
        let release = self.release.as_ref();
        let doubled = self.doubled.iter().map(|it| doubled(&it.host, &it.addresses));
        let health = Health {
            unwritten: self.trouble.clone(),
            ahead: (self.ahead.clone(), self.ahead_more),
            without_key: release
                .map(|it| (it.without_key.clone(), it.without_key_more))
                .unwrap_or_default(),
            doubled: (doubled.collect(), self.doubled_more),
        };
        health.troubles()
    }

    /// Of what is known.
    #[must_use]
    pub fn of(fleet: &str, core: &Core, trouble: Option<String>, doubled: Vec<Doubled>) -> Self {
        let here = core.shelf().map_or(0, |it| it.known.sequence);
        let is_ahead =
            |it: &nixfleet_link::CheckIn| it.release.is_some_and(|it| it.sequence > here);
        let said = core.said().iter();
        let ahead = said.filter(|(_, it)| is_ahead(it)).map(|(name, _)| name.clone());
        let (ahead, ahead_more) = listed(ahead);
        let (doubled, doubled_more) = listed(doubled);
        Self {
            api_version: 1,
            fleet: fleet.to_owned(),
            release: core.shelf().map(ReleaseStatus::of),
            rollout: core.decision().map(|(_, it)| RolloutStatus {
                state: it.state,
                sentence: it.sentence.clone(),
                tally: it.tally,
                waves: it.waves.clone(),
            }),
            doubled,
            doubled_more,
            ahead,
            ahead_more,
            trouble,
        }
    }
}

#[cfg(test)]
mod tests {
    use nixfleet_link::{CheckIn, Known};
    use nixfleet_release::{Hash, Signers};

    use super::*;
    use crate::store::Kept;

    #[test]
    fn of_hosts_without_number_some_are_listed_and_all_are_counted() {
        let release = Some(Known { sequence: 5, hash: Hash::of(b"x") });
        let said = CheckIn { release, ..CheckIn::default() };
        let hosts = (0..10_000).map(|it| (format!("web-{it:04}"), said.clone())).collect();
        let kept = Kept { hosts, ..Kept::default() };
        let signers = Signers { keys: vec![], threshold: 1 };
        let core = Core::new("home", signers, kept, Timestamp::UNIX_EPOCH);
        let doubled = (0..30).map(|it| Doubled { host: it.to_string(), addresses: vec![] });
        let status = Status::of("home", &core, None, doubled.collect());
        assert_eq!((status.ahead.len(), status.ahead_more), (LISTED, 10_000 - LISTED));
        assert_eq!((status.doubled.len(), status.doubled_more), (LISTED, 30 - LISTED));
        assert_eq!(status.ahead[0], "web-0000");
    }
}
