//! How the fleet is, all hosts together.

use std::net::IpAddr;

use jiff::Timestamp;
use nixfleet_rollout::{State, Tally, WaveVerdict};
use serde::Serialize;

use crate::core::Core;
use crate::seat::Seats;

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
    /// Hosts that know a newer release than the one that is here, which was lost: it is to be brought
    /// again.
    pub ahead: Vec<String>,
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

impl Status {
    /// Of what is known.
    #[must_use]
    pub fn of(fleet: &str, core: &Core, trouble: Option<String>, doubled: Vec<Doubled>) -> Self {
        let here = core.shelf().map_or(0, |it| it.known.sequence);
        let is_ahead =
            |it: &nixfleet_link::CheckIn| it.release.is_some_and(|it| it.sequence > here);
        Self {
            api_version: 1,
            fleet: fleet.to_owned(),
            release: core.shelf().map(|it| ReleaseStatus {
                sequence: it.known.sequence,
                hash: it.known.hash.to_string(),
                created: it.head.created,
                brought: it.at,
                revision: it.head.revision.clone(),
                signed_by: it.signed_by.clone(),
                without_key: it.without_key().map(str::to_owned).collect(),
            }),
            rollout: core.decision().map(|(_, it)| RolloutStatus {
                state: it.state,
                sentence: it.sentence.clone(),
                tally: it.tally,
                waves: it.waves.clone(),
            }),
            doubled,
            ahead: core
                .said()
                .iter()
                .filter(|(_, it)| is_ahead(it))
                .map(|(name, _)| name.clone())
                .collect(),
            trouble,
        }
    }
}
