//! A fault of a fleet: what is wrong, where, and what to write instead.

use std::fmt;

use nixfleet_nix::Position;
use serde::Serialize;

/// How bad a fault is. Only errors make `validate` fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot work.
    Error,
    /// It may be meant so.
    Warning,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// What is wrong. `Display` says it, in one line without a full stop.
pub trait Problem: fmt::Display + fmt::Debug + Send {
    /// The stable word for this kind of fault; `docs/src/faults/<code>.md` explains it.
    fn code(&self) -> &'static str;

    /// How bad it is.
    fn severity(&self) -> Severity {
        Severity::Error
    }

    /// What to write instead.
    fn help(&self) -> String;

    /// The field that is missing, where that is the problem: the fault's own, one in it or beside it.
    fn lacks(&self) -> Option<&str> {
        None
    }

    /// The name that was meant, where a name beside it is the problem.
    fn meant(&self) -> Option<&str> {
        None
    }

    /// Whether Nix means the same by these words, which need not say where.
    fn is_meant_by(&self, _words: &str) -> bool {
        false
    }

    /// Whether the text is wrong wherever it is written, and not for the field that takes it.
    fn is_of_text(&self) -> bool {
        true
    }

    /// The kind of fault that this is one of in a text that is no good for anything that takes it. Such
    /// faults in one text are one, told in the words of that kind.
    fn kind_of_text(&self) -> Option<&'static str> {
        None
    }

    /// Whether the message has the lines of what Nix says. In any other a line break is part of a
    /// name that somebody chose, and begins no line.
    fn has_lines(&self) -> bool {
        false
    }

    /// Whether the line at fault holds a secret, and must not be shown.
    fn is_secret(&self) -> bool {
        false
    }
}

/// A problem at its place.
#[derive(Debug)]
pub struct Fault {
    /// The hosts that it reaches; none when it is the fleet's own.
    pub hosts: Vec<String>,
    /// The dotted path of the field, as in the inventory's positions.
    pub field: String,
    /// Where the field is written.
    pub position: Option<Position>,
    /// The text at fault, to be found after `position`.
    pub text: Option<String>,
    /// What is wrong.
    pub problem: Box<dyn Problem>,
}

impl Fault {
    /// The host, when the fault is of one host alone.
    pub fn host(&self) -> Option<&str> {
        match self.hosts.as_slice() {
            [host] => Some(host),
            _ => None,
        }
    }
}
