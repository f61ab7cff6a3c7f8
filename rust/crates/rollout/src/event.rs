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
        /// Whether it was let go, heard since that it is to stay, and has not begun: the leave that it had
        /// is over. That is to be kept. It is no event of its own kind, for control planes of before that
        /// was known, which take an event of a kind that they do not know for damage: to them the host was
        /// heard of.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stays: bool,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_a_host_stays_is_read_by_those_who_know_no_such_event() {
        let read = |text: &str| serde_json::from_str::<Kind>(text).unwrap();
        let seen = |stays| Kind::Seen { host: "a".into(), stays };
        let json = serde_json::to_value(seen(true)).unwrap();
        assert_eq!(json, serde_json::json!({ "kind": "seen", "host": "a", "stays": true }));
        assert_eq!(read(r#"{"kind": "seen", "host": "a"}"#), seen(false));
        // A later field is left, as one of before was.
        assert_eq!(read(r#"{"kind": "seen", "host": "a", "later": 1}"#), seen(false));
    }
}
