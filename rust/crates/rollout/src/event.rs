//! What happened, as it is kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::report::Report;

/// What happened, and when.
///
/// Times are those of whoever keeps the events, and never go back from one to the next: a clock that
/// was set back is waited for, by adding to the last event's time. Leave that is given at the time of a
/// report is given after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: Kind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Kind {
    /// A host said what it does.
    Report {
        /// Its name.
        host: String,
        /// What it said.
        report: Report,
    },
    /// A host was heard of, with nothing new. It need not be kept: hosts are heard of again.
    Seen {
        /// Its name.
        host: String,
    },
    /// A host may go: it counts as on the way from now on, whether or not it heard so.
    Go {
        /// Its name.
        host: String,
    },
    /// A wave has what it needs: the next is open from now on.
    Passed {
        /// Its name.
        wave: String,
    },
    /// Too many failed, and the plan says that those that arrived go back: the release is given up.
    GiveUp,
    /// A newer release took its place.
    Superseded {
        /// The number of that.
        sequence: u64,
    },
    /// A person said something.
    Said {
        /// Who: the user that came with the connection.
        by: String,
        /// What.
        #[serde(flatten)]
        command: Command,
    },
}
