//! A line of `doctor`.

use nixfleet_inventory::visible;
use serde::Serialize;

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Serialize)]
pub struct Finding {
    /// How it is.
    pub status: Status,
    /// The thing.
    pub name: String,
    /// What was found out.
    pub text: String,
    /// What to do.
    pub help: Option<String>,
}

impl Finding {
    /// A thing that is as it should be.
    pub fn fine(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { status: Status::Fine, name: name.into(), text: text.into(), help: None }
    }

    /// A thing with a drawback.
    pub fn note(name: &str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { status: Status::Note, help: Some(help.into()), ..Self::fine(name, text) }
    }

    /// A thing that is lacking.
    pub fn lacking(name: &str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { status: Status::Lacking, help: Some(help.into()), ..Self::fine(name, text) }
    }

    /// The finding for people.
    pub fn line(&self) -> String {
        let mark = match self.status {
            Status::Fine => "\x1b[32mfine   \x1b[0m",
            Status::Note => "\x1b[33mnote   \x1b[0m",
            Status::Lacking => "\x1b[31mlacking\x1b[0m",
        };
        let (name, text) = (visible(&self.name), visible(&self.text));
        let help = self.help.as_ref().map(|it| format!("         → {}\n", visible(it)));
        format!("{mark}  {name}: {text}\n{}", help.unwrap_or_default())
    }
}
