//! What follows from a plan and what happened.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::stamp::Stamp;
use crate::standing::Standing;
use crate::tally::Tally;

/// Who may go, and where everything stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The moment that it is for.
    pub at: Timestamp,
    /// Where the rollout stands.
    pub state: State,
    /// The same in words, with what would change it.
    pub sentence: String,
    /// The waves, in their order.
    pub waves: Vec<WaveVerdict>,
    /// All hosts together.
    pub tally: Tally,
    /// What this decision changes: to be kept, and given to [`crate::Rollout::apply`], before any host
    /// is told of it.
    pub events: Vec<Event>,
    /// When something follows from time alone: to be decided again then at the latest.
    pub next: Option<Timestamp>,
    /// For each name, what is decided of that host.
    pub(crate) names: Arc<[Arc<str>]>,
    pub(crate) verdicts: Vec<Verdict>,
    /// Why hosts wait: what [`Verdict::wait`] counts in.
    pub(crate) reasons: Vec<String>,
}

/// Where a rollout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It goes on, or waits for a host, a time or a person, as its sentence says.
    Running,
    /// A person stopped it for now.
    Paused,
    /// More failed than the plan allows: it waits for a person, or a newer release.
    Halted,
    /// More failed than the plan allows, and it says that those that arrived go back: that is for a
    /// release with the systems of before, which only who may release can sign.
    GivenUp,
    /// A person ended it.
    Aborted,
    /// The release has expired: no host takes it any more.
    Expired,
    /// A newer release took its place.
    Superseded,
    /// Every wave has what it needs, and no host is on the way or waits for leave. Hosts that were
    /// passed over still go when they are heard of.
    Complete,
}

impl State {
    /// Whether hosts may be let go.
    #[must_use]
    pub fn lets_go(self) -> bool {
        matches!(self, Self::Running | Self::Complete)
    }

    /// Whether nothing that a person says lets hosts go again: it takes another release.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::GivenUp | Self::Aborted | Self::Expired | Self::Superseded)
    }

    /// Whether it does not go on by itself any more, and did not do what it was to.
    #[must_use]
    pub fn is_failure(self) -> bool {
        self == Self::Halted || self.is_over()
    }
}

/// The reason of a host that waits for nothing of its own.
pub(crate) const NO_REASON: u32 = 0;

/// What a host may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "may")]
pub enum May {
    /// Go to what the release says.
    Go {
        /// Even though it failed there before: a person said so.
        again: bool,
    },
    /// Stay as it is.
    Wait,
}

/// What is decided of a host. Its sentence is [`crate::Rollout::sentence`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What it may do.
    pub may: May,
    /// Where it stands.
    pub standing: Standing,
    /// Since when.
    pub(crate) since: Stamp,
    /// Why it waits, if it does: the same for all that wait for the same.
    pub(crate) wait: u32,
}

/// Where a wave stands, as it is shown too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WaveVerdict {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: WaveState,
    /// The same in words, with what would change it.
    pub sentence: String,
    /// Its hosts.
    pub tally: Tally,
    /// How many have to arrive.
    pub need: usize,
    /// How many there may be at a time that are on the way, or failed.
    pub at_most: usize,
}

/// Where a wave stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaveState {
    /// It opens after the wave before it.
    Closed,
    /// Its hosts may go.
    Open,
    /// Its hosts may go in its window, which is not open.
    Window,
    /// Enough arrived, and have to hold.
    Soaking,
    /// More failed than it allows.
    Failed,
    /// The next is open.
    Passed,
}

impl Decision {
    /// What is decided of a host.
    #[must_use]
    pub fn verdict(&self, host: &str) -> Option<&Verdict> {
        let at = self.names.binary_search_by(|it| (**it).cmp(host)).ok()?;
        self.verdicts.get(at)
    }

    /// What is decided of each host, by name.
    pub fn verdicts(&self) -> impl Iterator<Item = (&str, &Verdict)> {
        self.names.iter().map(|it| &**it).zip(&self.verdicts)
    }

    /// The hosts that may do something else than by an earlier decision of the same rollout.
    pub fn changed<'a>(&'a self, earlier: &'a Self) -> impl Iterator<Item = &'a Arc<str>> {
        let both = self.verdicts.iter().zip(&earlier.verdicts);
        self.names.iter().zip(both).filter(|(_, (now, then))| now.may != then.may).map(|it| it.0)
    }

    /// The hosts that may go.
    pub fn go(&self) -> impl Iterator<Item = &str> {
        self.verdicts().filter(|(_, it)| matches!(it.may, May::Go { .. })).map(|(name, _)| name)
    }
}

impl Verdict {
    pub(crate) fn new(standing: Standing, since: Stamp) -> Self {
        Self { may: May::Wait, standing, since, wait: NO_REASON }
    }
}
