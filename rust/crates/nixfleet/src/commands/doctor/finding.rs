//! A line of `doctor`.

use std::io;

use nixfleet_text::Lines;
use serde::{Deserialize, Serialize};

use crate::text::wrap::{columns, fit};

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
#[derive(Debug, Serialize, Deserialize)]
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

    /// Whether all is well with it.
    pub fn is_fine(&self) -> bool {
        self.status == Status::Fine
    }

    /// Adds the finding for people, in lines that end with a word where a terminal shows them.
    pub fn tell(&self, out: &mut Lines) {
        self.within(out, columns(io::stdout()).unwrap_or(usize::MAX));
    }

    fn within(&self, out: &mut Lines, width: usize) {
        let mark = match self.status {
            Status::Fine => "\x1b[32mfine   \x1b[0m",
            Status::Note => "\x1b[33mnote   \x1b[0m",
            Status::Lacking => "\x1b[31mlacking\x1b[0m",
        };
        let found = Lines::line(format_args!("{}: {}", self.name, self.text));
        fit(out.ours(mark).ours("  "), &found, width, 9);
        out.end();
        if let Some(help) = &self.help {
            let help = help.as_str().into();
            fit(out.ours("         → "), &help, width, 11);
            out.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(finding: &Finding, width: usize) -> String {
        let mut lines = Lines::default();
        finding.within(&mut lines, width);
        lines.as_str().to_owned()
    }

    #[test]
    fn no_finding_shows_a_private_key() {
        let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET";
        let line = within(&Finding::lacking(key, key, key), 100);
        assert!(line.contains("(a private key)") && !line.contains("SECRET"), "{line}");
    }

    #[test]
    fn lines_end_with_a_word_and_go_on_below_their_beginning() {
        let finding = Finding::note(
            "store",
            "it is not as it was, nor as it has to be",
            "mend it by hand, or where that is of no use `rm -r /the/store`",
        );
        let lines = |width| within(&finding, width).replace("\x1b[33m", "").replace("\x1b[0m", "");
        assert_eq!(
            lines(52),
            "note     store: it is not as it was, nor as it has\n         to be\n         → mend it by \
             hand, or where that is of no\n           use `rm -r /the/store`\n"
        );
        let unlimited = "note     store: it is not as it was, nor as it has to be\n         → mend it by \
                         hand, or where that is of no use `rm -r /the/store`\n";
        assert_eq!(lines(usize::MAX), unlimited);
    }
}
