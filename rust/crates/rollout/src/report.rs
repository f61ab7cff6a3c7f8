//! What a host says of itself.

use serde::{Deserialize, Serialize};

use crate::why::{in_a_sentence, shortened};

/// The most letters of what a host says failed that are in a sentence.
pub const WHY_LETTERS: usize = 600;

/// What a host says of itself. The same again is no news, whatever `turn` it has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Report {
    /// Where it stands.
    #[serde(flatten)]
    pub phase: Phase,
    /// The release that it is or was last busy with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The store path of what it is or was last busy with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The store path of what it runs.
    pub running: String,
    /// The kernel's id of its boot.
    pub boot: String,
    /// How many tries it has begun.
    pub tries: u64,
    /// Counts up with each report of a boot, so that a late one is known.
    pub turn: u64,
}

/// Where a host stands with what it is or was last busy with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "phase")]
pub enum Phase {
    /// Nothing is under way, and nothing was.
    #[default]
    Idle,
    /// It looks for room, fetches, or asks what a switch would do.
    Fetching,
    /// It switches.
    Switching,
    /// It waits for a restart, or restarts.
    Restarting,
    /// The new system has to prove itself.
    Probation,
    /// It goes back.
    Reverting,
    /// The new system runs, held, and is what boots.
    Committed,
    /// The new system failed there, and the one before is back.
    Reverted {
        /// What failed.
        why: String,
    },
    /// The new system was not begun, and is not tried again.
    Failed {
        /// What is wrong with it.
        why: String,
    },
    /// The new system was not begun, since something stood in the way; the host tries again by itself.
    Refused {
        /// What.
        why: String,
    },
    /// An operator on the host begins nothing new.
    Held {
        /// For what.
        why: String,
    },
}

/// The host's own text, of the phases that have one, borrowed as the phase is.
macro_rules! why {
    ($phase:expr) => {
        match $phase {
            Phase::Reverted { why }
            | Phase::Failed { why }
            | Phase::Refused { why }
            | Phase::Held { why } => Some(why),
            _ => None,
        }
    };
}

impl Phase {
    /// Whether the host is changing what it runs.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(
            self,
            Self::Fetching | Self::Switching | Self::Restarting | Self::Probation | Self::Reverting
        )
    }

    /// Whether a try is over.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Committed | Self::Reverted { .. } | Self::Failed { .. })
    }

    /// Why it failed, if it did.
    pub(crate) fn failure(&self) -> Option<&str> {
        match self {
            Self::Reverted { why } | Self::Failed { why } => Some(why),
            _ => None,
        }
    }

    /// What it does, in words.
    pub(crate) fn words(&self) -> &'static str {
        match self {
            Self::Fetching => "is fetching",
            Self::Switching => "is switching",
            Self::Restarting => "restarts, or waits until it may,",
            Self::Probation => "is on probation",
            Self::Reverting => "is going back",
            _ => "is about to begin",
        }
    }

    /// Why it failed, or something stands in the way: the host's own text, in lines as [`crate::bounded`]
    /// has them.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        why!(self).map(String::as_str)
    }
}

impl Report {
    /// For sentences, without what a hostile host could add to them: lines, escapes and endless text.
    pub(crate) fn tamed(mut self) -> Self {
        if let Some(why) = why!(&mut self.phase) {
            *why = shortened(&in_a_sentence(why), WHY_LETTERS);
        }
        self
    }

    /// Whether it says the same as another.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        let Self { phase, sequence, target, running, boot, tries, turn: _ } = self;
        (phase, sequence, target) == (&other.phase, &other.sequence, &other.target)
            && (running, boot, tries) == (&other.running, &other.boot, &other.tries)
    }
}
