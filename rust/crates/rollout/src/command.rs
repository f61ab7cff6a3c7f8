//! What a person says of a rollout. It can delay and allow, and nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a person says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "command")]
pub enum Command {
    /// No more hosts go.
    Pause,
    /// Hosts go again.
    Resume,
    /// A host does not go, in this rollout and the next, until it is released.
    Hold {
        /// Its name.
        host: String,
    },
    /// A host that was held may go again.
    Release {
        /// Its name.
        host: String,
    },
    /// This rollout does without a host.
    Skip {
        /// Its name.
        host: String,
    },
    /// A host that failed tries again.
    Retry {
        /// Its name.
        host: String,
    },
    /// A wave, and those before it, are taken as done: the next opens without what they still need,
    /// and what failed in them stops nothing.
    Promote {
        /// Its name.
        wave: String,
    },
    /// The rollout ends here: no more hosts go.
    Abort,
}

impl Command {
    /// The host that it names.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        match self {
            Self::Hold { host }
            | Self::Release { host }
            | Self::Skip { host }
            | Self::Retry { host } => Some(host),
            _ => None,
        }
    }
}

/// A command for what is not in the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what", content = "name")]
pub enum Unknown {
    /// There is no such host.
    Host(String),
    /// There is no such wave.
    Wave(String),
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) => {
                write!(f, "the release has no host `{}`", nixfleet_nix::visible(name))
            }
            Self::Wave(name) => {
                write!(f, "the release has no wave `{}`", nixfleet_nix::visible(name))
            }
        }
    }
}

impl std::error::Error for Unknown {}
