//! A check-in: a host says all that there is to say of it, and is told whether it may go.
//!
//! It is one small request that can be repeated at will. What a host says replaces what it said
//! before, so nothing is lost with a message, or with the control plane's database.

use nixfleet_release::Hash;
use nixfleet_rollout::Report;
use serde::{Deserialize, Serialize};

/// The version of both messages. Fields that are added keep it: who doesn't know them leaves them.
pub const VERSION: u64 = 1;

/// The most bytes of a check-in. It takes about 600, and the words of what failed.
pub const CHECK_IN_BYTES: usize = 16 * 1024;

/// The most seconds for which a check-in is held open: below what routers forget a connection after
/// (RFC 5382 asks two hours of them, and many take five minutes).
pub const LONGEST_HOLD: u64 = 240;

/// What a host says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CheckIn {
    /// [`VERSION`].
    pub version: u64,
    /// The agent's own version.
    pub agent: String,
    /// What tells this machine from another that has the same key: a hash of its machine id.
    pub machine: String,
    /// The path of the system that boots.
    pub boots: String,
    /// The newest release that this host has taken.
    pub release: Option<Known>,
    /// Where it stands.
    #[serde(flatten)]
    pub report: Report,
    /// The number of the word by which it last tried again, [`Offered::retry`].
    pub retried: Option<u64>,
    /// The mark of the answer that it has. While that holds, a new one is not given at once. A host at
    /// rest says that of the answer that it goes by: it has begun nothing by an earlier one.
    pub known: Option<String>,
    /// For how many seconds it waits for a new one. 0: not at all.
    pub wait: u64,
}

impl CheckIn {
    /// Whether it says the same of the host as another, however it asks.
    #[must_use]
    pub fn says_as(&self, other: &Self) -> bool {
        let Self { version, agent, machine, boots, release, report, retried, known: _, wait: _ } =
            self;
        let Report { phase, sequence, target, running, boot, tries, turn: _ } = report;
        let theirs = &other.report;
        *version == other.version
            && *agent == other.agent
            && *machine == other.machine
            && *boots == other.boots
            && *release == other.release
            && *retried == other.retried
            && *phase == theirs.phase
            && *sequence == theirs.sequence
            && *target == theirs.target
            && *running == theirs.running
            && *boot == theirs.boot
            && *tries == theirs.tries
    }
}

/// A release, by its number and the hash of its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its number.
    pub sequence: u64,
    /// The hash of its head.
    #[serde(with = "text")]
    pub hash: Hash,
}

/// What a host is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// [`VERSION`].
    pub version: u64,
    /// The answer's mark, for [`CheckIn::known`].
    pub mark: String,
    /// The newest release; none before the first.
    pub offered: Option<Offered>,
    /// After how many seconds it is to come again.
    pub again: u64,
}

impl Answer {
    /// The answer for one that has told what it knows. A host that has taken a newer release than
    /// this control plane has is not offered an older: the control plane has lost its newest.
    #[must_use]
    pub fn for_one_that_knows(&self, said: &CheckIn) -> Self {
        let offered = self.offered.clone().filter(|_| !self.is_behind(said));
        Self { offered, ..self.clone() }
    }

    /// Whether it offers an older release than a host has taken.
    #[must_use]
    pub fn is_behind(&self, said: &CheckIn) -> bool {
        let knows = said.release.map_or(0, |it| it.sequence);
        self.offered.as_ref().is_some_and(|it| it.release.sequence < knows)
    }
}

/// The newest release, and whether this host may go to it.
///
/// There is no path of a system in it: what runs is in the release, which is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offered {
    /// The release.
    #[serde(flatten)]
    pub release: Known,
    /// Why the host is to wait; none: it may go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<String>,
    /// The number of a person's word to try again what failed: one that is higher than
    /// [`CheckIn::retried`] is a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<u64>,
}

/// A hash is a text.
mod text {
    use nixfleet_release::Hash;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(hash: &Hash, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(hash)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Hash, D::Error> {
        Hash::deserialize(from)
    }
}
