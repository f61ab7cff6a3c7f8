//! Text that may be written: to a terminal, a log or a page of text.

use std::fmt::{self, Display, Write};
use std::ops::Range;

use serde::Serialize;

use crate::{Foreign, conceal, visible};

/// Lines that are fit to be written. Line breaks and colours come in by what this program was written
/// with ([`Lines::ours`]); whatever else comes in, a name, a value, an error or what a host said, comes
/// in as words of one line, escaped and without its secrets. Nothing else is ever written, so no name
/// can begin a line, and nobody can forget to see to it.
///
/// ```
/// use nixfleet_text::Lines;
///
/// let name = String::from("web\nerror: none\u{1b}[2J");
/// let mut text = Lines::from(format!("host {name}"));
/// text.end().ours("\x1b[1mdone\x1b[0m");
/// assert_eq!(text.as_str(), "host web\\nerror: none\\u{1b}[2J\n\u{1b}[1mdone\u{1b}[0m");
/// ```
///
/// What is taken as it is was written down in the program:
///
/// ```compile_fail,E0597
/// let name = String::from("web\nerror: none\u{1b}[2J");
/// nixfleet_text::Lines::default().ours(&name);
/// ```
///
/// ```compile_fail,E0423
/// nixfleet_text::Lines(String::from("web\nerror: none\u{1b}[2J"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Lines(String);

impl Lines {
    /// One line of words.
    #[must_use]
    pub fn line(words: impl Display) -> Self {
        let mut line = Self::default();
        line.add(words);
        line
    }

    /// What others wrote, in its lines, without the rest of a text that is very long.
    #[must_use]
    pub fn block(text: &Foreign) -> Self {
        let mut block = Self::default();
        block.add_block("", text);
        block.0.pop();
        block
    }

    /// What others wrote, in its lines, all of it.
    #[must_use]
    pub fn whole(text: &Foreign) -> Self {
        let mut whole = Self::default();
        for line in conceal(text.raw()).lines() {
            whole.add(line).end();
        }
        whole.0.pop();
        whole
    }

    /// Adds words to the line at the end.
    pub fn add(&mut self, words: impl Display) -> &mut Self {
        let start = self.0.len();
        // Writing to memory does not fail.
        let _ = write!(self.0, "{words}");
        if let Some(safe) = safe(&self.0[start..]) {
            self.0.replace_range(start.., &safe);
        }
        self
    }

    /// Adds what the program was written with: line breaks and colours.
    pub fn ours(&mut self, text: &'static str) -> &mut Self {
        self.0.push_str(text);
        self
    }

    /// Adds what the program was written with, so often.
    pub fn repeat(&mut self, text: &'static str, count: usize) -> &mut Self {
        self.0.extend(std::iter::repeat_n(text, count));
        self
    }

    /// Ends the line.
    pub fn end(&mut self) -> &mut Self {
        self.ours("\n")
    }

    /// Adds what others wrote in lines of their own, each behind a sign that says so.
    pub fn add_block(&mut self, sign: &'static str, text: &Foreign) -> &mut Self {
        for line in text.lines() {
            self.ours(sign).add(line).end();
        }
        self
    }

    /// Adds lines.
    pub fn append(&mut self, lines: &Self) -> &mut Self {
        self.0.push_str(&lines.0);
        self
    }

    /// The same words in other lines: of each line the parts that it is cut into, behind so many blanks.
    #[must_use]
    pub fn broken(&self, cut: impl Fn(&str) -> Vec<(usize, Range<usize>)>) -> Self {
        let mut text = String::with_capacity(self.0.len());
        for whole in self.0.split_inclusive('\n') {
            let line = whole.strip_suffix('\n').unwrap_or(whole);
            for (place, (blanks, part)) in cut(line).into_iter().enumerate() {
                text.push_str(if place > 0 { "\n" } else { "" });
                text.extend(std::iter::repeat_n(' ', blanks));
                text.push_str(line.get(part).unwrap_or_default());
            }
            text.push_str(&whole[line.len()..]);
        }
        Self(text)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.lines()
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, to be read.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What another file of this crate has made fit.
    pub(crate) fn fit(text: String) -> Self {
        Self(text)
    }
}

/// The words as they may be shown, where they may not as they are.
fn safe(words: &str) -> Option<String> {
    use std::borrow::Cow;
    match conceal(words) {
        Cow::Borrowed(words) => match visible(words) {
            Cow::Borrowed(_) => None,
            Cow::Owned(safe) => Some(safe),
        },
        Cow::Owned(words) => Some(visible(&words).into_owned()),
    }
}

/// One line.
impl From<String> for Lines {
    fn from(words: String) -> Self {
        Self(safe(&words).unwrap_or(words))
    }
}

/// One line.
impl From<&str> for Lines {
    fn from(words: &str) -> Self {
        Self::line(words)
    }
}

/// One line.
impl From<&String> for Lines {
    fn from(words: &String) -> Self {
        Self::line(words)
    }
}

/// One line.
impl From<fmt::Arguments<'_>> for Lines {
    fn from(words: fmt::Arguments) -> Self {
        Self::line(words)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::is_hidden;

    proptest! {
        #[test]
        fn nothing_that_comes_in_begins_a_line_or_sets_a_colour(words: String, text: String) {
            let words = words + "\nFORGED\u{1b}[8m";
            for lines in [Lines::line(&words), words.as_str().into(), words.clone().into()] {
                prop_assert!(!lines.as_str().contains(is_hidden), "{lines:?}");
            }
            let foreign = Foreign::from(text);
            for lines in [Lines::block(&foreign), Lines::whole(&foreign)] {
                prop_assert!(!lines.as_str().contains(|it| it != '\n' && is_hidden(it)), "{lines:?}");
            }
        }
    }

    #[test]
    fn lines_are_ours_alone() {
        let mut lines = Lines::line("a\nb");
        lines.end().add_block("  | ", &"c\nd".into()).append(&"e\u{1b}".into());
        assert_eq!(lines.as_str(), "a\\nb\n  | c\n  | d\ne\\u{1b}");
        assert_eq!(lines.iter().count(), 4);
        let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET";
        for lines in [Lines::line(key), key.into(), Lines::whole(&key.into())] {
            assert_eq!(lines.as_str().trim_end(), "(a private key)");
        }
    }
}
