//! The one door for text that others wrote.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize, Serializer};

use crate::{conceal, visible};

/// What is shown of a line, in characters: a host may write megabytes without a break.
const LINE: usize = 1000;

/// What is shown of a text, in lines.
const LINES: usize = 500;

/// What is shown of a text in the middle of a sentence, in characters.
const EXCERPT: usize = 300;

/// Text that a host, a guest, a program, a file or a server gave. It goes to people and programs
/// escaped and within bounds, whichever way it is written: neither a terminal nor a page obeys it. A
/// private key that it holds is shown by none.
///
/// ```
/// let said = nixfleet_text::Foreign::from("\u{1b}[2Jall is well\nerror: none");
/// assert_eq!(said.to_string(), r"\u{1b}[2Jall is well\nerror: none");
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct Foreign(String);

impl Foreign {
    /// What bytes say; those that are no UTF-8 become `U+FFFD`.
    #[must_use]
    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self(String::from_utf8(bytes).unwrap_or_else(|error| lossy(error.as_bytes())))
    }

    /// The text as it came, for what reads it and decides. What is shown is the value itself.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// The text as it came, for what reads it and decides.
    #[must_use]
    pub fn into_raw(self) -> String {
        self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it has these words.
    #[must_use]
    pub fn contains(&self, words: &str) -> bool {
        self.0.contains(words)
    }

    /// Without blanks at both ends.
    #[must_use]
    pub fn trim(&self) -> Self {
        self.0.trim().into()
    }

    /// Its first line that is not blank.
    #[must_use]
    pub fn first_line(&self) -> Self {
        let text = conceal(&self.0);
        text.lines().map(str::trim).find(|it| !it.is_empty()).unwrap_or_default().into()
    }

    /// Its last line that is not blank: where programs say why they failed.
    #[must_use]
    pub fn last_line(&self) -> Self {
        let text = conceal(&self.0);
        text.lines().map(str::trim).rfind(|it| !it.is_empty()).unwrap_or_default().into()
    }

    /// Its start for the middle of a sentence, its lines joined by semicolons.
    #[must_use]
    pub fn excerpt(&self) -> String {
        match conceal(&self.0).trim() {
            "" => "nothing".to_owned(),
            text => start(&text.replace("\r\n", "; ").replace('\n', "; "), EXCERPT),
        }
    }

    /// Its lines, each fit to be shown, without the rest of a text that is very long.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let text = conceal(&self.0);
        let more = text.lines().count().saturating_sub(LINES);
        let more = (more > 0).then(|| format!("… and {more} lines more"));
        let lines = text.lines().take(LINES).map(|line| start(line, LINE));
        lines.chain(more).collect::<Vec<_>>().into_iter()
    }

    /// Its lines as one text.
    #[must_use]
    pub fn block(&self) -> String {
        self.lines().collect::<Vec<_>>().join("\n")
    }
}

/// The start of a text, escaped.
fn start(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", visible(&text[..end])),
        None => visible(text).into_owned(),
    }
}

/// In one line: what others wrote begins no line of its own.
impl Display for Foreign {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        formatter.pad(&start(&conceal(&self.0), LINE))
    }
}

impl fmt::Debug for Foreign {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        write!(formatter, "{:?}", start(&conceal(&self.0), LINE))
    }
}

/// In its lines, as programs have a way to write them.
impl Serialize for Foreign {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.block())
    }
}

impl From<String> for Foreign {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Foreign {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::is_hidden;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_way_out_lets_a_terminal_obey(bytes: Vec<u8>, text: String) {
            for it in [Foreign::of_bytes(bytes), text.into()] {
                let ways = [it.to_string(), format!("{it:?}"), it.excerpt(), it.first_line().to_string()];
                for way in ways {
                    prop_assert!(!way.contains(is_hidden), "{way:?}");
                }
                let json: String = serde_json::from_str(&serde_json::to_string(&it).unwrap()).unwrap();
                for way in [it.block(), json] {
                    prop_assert!(!way.contains(|c| is_hidden(c) && c != '\n'), "{way:?}");
                }
            }
        }
    }

    #[test]
    fn no_way_out_shows_a_private_key() {
        let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET\nSECRET";
        let it = Foreign::from(format!("a\n{key}"));
        let json = serde_json::to_string(&it).unwrap();
        let ways = [it.to_string(), format!("{it:?}"), it.excerpt(), it.block(), json];
        for way in ways.iter().chain([&it.last_line().to_string()]) {
            assert!(way.contains("(a private key)") && !way.contains("SECRET"), "{way}");
        }
        assert_eq!(it.first_line().to_string(), "a");
    }

    #[test]
    fn every_way_out_is_bounded() {
        let long = Foreign::from("x".repeat(10 << 20));
        assert_eq!(long.to_string().chars().count(), LINE + 1);
        assert_eq!(long.excerpt().chars().count(), EXCERPT + 1);
        let many = Foreign::from("x\n".repeat(1 << 20));
        assert_eq!(many.lines().count(), LINES + 1);
        assert_eq!(many.lines().last().unwrap(), "… and 1048076 lines more");
    }

    #[test]
    fn lines_at_the_ends_are_found() {
        let said = Foreign::from("\n a \nb\n\nc: why \n\n");
        assert_eq!((said.first_line(), said.last_line()), ("a".into(), "c: why".into()));
        assert_eq!(said.excerpt(), "a ; b; ; c: why");
        assert_eq!(Foreign::from(" \n").excerpt(), "nothing");
    }
}
