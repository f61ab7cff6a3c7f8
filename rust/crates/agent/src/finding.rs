//! A line of `nixfleet-agent check`: one thing that was looked at. `nixfleet doctor` shows the same.

use nixfleet_text::Lines;
use serde::{Deserialize, Serialize};

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Fine,
    /// It works, with a drawback.
    Note,
    /// Something does not work without it.
    Lacking,
}

/// What was found out about a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How it is.
    pub status: Status,
    /// The thing.
    pub name: String,
    /// What was found out.
    pub text: String,
    /// What to do.
    #[serde(default)]
    pub help: Option<String>,
}

impl Finding {
    pub(crate) fn fine(name: &str, text: impl Into<String>) -> Self {
        Self { status: Status::Fine, name: name.into(), text: text.into(), help: None }
    }

    pub(crate) fn note(name: &str, text: impl Into<String>, help: &str) -> Self {
        Self { status: Status::Note, help: Some(help.into()), ..Self::fine(name, text) }
    }

    pub(crate) fn lacking(name: &str, text: impl Into<String>, help: &str) -> Self {
        Self { status: Status::Lacking, help: Some(help.into()), ..Self::fine(name, text) }
    }

    /// The finding for people, in one or two lines.
    #[must_use]
    pub fn lines(&self) -> Lines {
        let mark = match self.status {
            Status::Fine => "fine   ",
            Status::Note => "note   ",
            Status::Lacking => "lacking",
        };
        let mut lines = Lines::line(format_args!("{mark}  {}: {}", self.name, self.text));
        if let Some(help) = &self.help {
            lines.end().add(format_args!("         → {help}"));
        }
        lines
    }
}
