//! Why a control plane could not be asked, or did not do what it was told.

use nixfleet_text::visible;
use thiserror::Error;

use super::proposal;
use crate::exit::Exit;
use crate::text::quote::{quote, shorten_path};

/// What is in the way of a word with a control plane.
#[derive(Debug, Error)]
pub enum Plane {
    /// Nobody says where it is.
    #[error("the fleet names no control plane")]
    Unnamed,
    /// It can't be reached.
    #[error("the control plane can't be asked at {place}: {}", visible(&shorten_path(.why.trim())))]
    Unreached {
        /// Where it was asked.
        place: String,
        /// What stands in the way.
        why: String,
    },
    /// It did not answer in time.
    #[error("the control plane at {place} did not answer within {seconds} s")]
    Slow {
        /// Where it was asked.
        place: String,
        /// The limit.
        seconds: u64,
    },
    /// What it answers is no answer.
    #[error("the control plane at {place} answers what is no answer: {why}")]
    Garbled {
        /// Where it was asked.
        place: String,
        /// What is wrong with it.
        why: String,
    },
    /// It refused.
    #[error("the control plane refuses: {}", visible(&shorten_path(.0)))]
    Refused(String),
    /// There is no such host or wave in the release.
    #[error("release {sequence} has no {what} {}{}", quote(.name), proposal(.nearest.as_deref()))]
    Unknown {
        /// The release's number.
        sequence: u64,
        /// `host`, or `wave`.
        what: &'static str,
        /// The name given.
        name: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// The rollout is over.
    #[error("`{word}` changes nothing any more: {}", visible(&shorten_path(.sentence)))]
    Over {
        /// What was to be said.
        word: &'static str,
        /// Where the rollout stands.
        sentence: String,
    },
    /// There is no wave left to take as done.
    #[error("release {0} waits for no wave, so there is none to promote")]
    NoWave(u64),
    /// Signals can't be watched.
    #[error("this machine gives no signals: {0}")]
    NoSignals(std::io::Error),
}

impl Plane {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Unnamed => {
                "name its machine with `--control-plane HOST`, or in the fleet with \
                 `release.controlPlane = { address = \"HOST:7250\"; key = \"ssh-ed25519 …\"; }`"
            }
            Self::Unreached { .. } => {
                "commands go to the control plane's machine over SSH, and there into a socket: see \
                 that you may log in there, and are in its group `nixfleet-control-plane`. `nixfleet status \
                 --over-ssh` asks the hosts themselves"
            }
            Self::Garbled { .. } => "let this tool and the control plane be of one version",
            _ => return None,
        };
        Some(help.to_owned())
    }

    /// The exit status that tells it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Refused(_) | Self::Over { .. } | Self::NoWave(_) => Exit::Faults,
            Self::Unknown { .. } => Exit::Usage,
            Self::Slow { .. } => Exit::TimedOut,
            _ => Exit::Lacking,
        }
    }
}
