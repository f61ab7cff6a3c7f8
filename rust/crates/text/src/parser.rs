//! What the parser of command lines has to say.

use std::borrow::Cow;

use crate::{Lines, conceal, is_hidden, visible};

impl Lines {
    /// What the parser wrote of a command line, in its colours and its lines. Words that were typed
    /// set no colour and begin no line.
    pub fn of_parser(text: &str, typed: impl IntoIterator<Item = String>) -> Self {
        let mut text = conceal(text).into_owned();
        for word in typed {
            // The value of `--host=VALUE` is told alone.
            let value = word.split_once('=').map_or("", |(_, value)| value);
            for word in [word.as_str(), value] {
                if let Cow::Owned(safe) = visible(word) {
                    text = text.replace(word, &safe);
                }
            }
        }
        let mut lines = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(character) = rest.chars().next() {
            let length = colour(rest).unwrap_or(character.len_utf8());
            let part = &rest[..length];
            if length > character.len_utf8() || character == '\n' || !is_hidden(character) {
                lines.push_str(part);
            } else {
                lines.push_str(&visible(part));
            }
            rest = &rest[length..];
        }
        Self::fit(lines)
    }
}

/// How long the sequence is that sets a colour, where the text begins with one (ECMA-48, SGR).
fn colour(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\u{1b}[")?;
    let end = numbers.find(|it: char| !it.is_ascii_digit() && it != ';')?;
    numbers[end..].starts_with('m').then_some("\u{1b}[".len() + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_the_parser_stay_and_those_that_were_typed_do_not() {
        let typed = "a\u{1b}[8m\nerror: b\r";
        let text =
            format!("\u{1b}[1;31merror\u{1b}[0m: \u{1b}[1m{typed}\u{1b}[0m\u{1b}[2J\nZürich\n");
        let shown = "\u{1b}[1;31merror\u{1b}[0m: \u{1b}[1ma\\u{1b}[8m\\nerror: b\\r\u{1b}[0m\\u{1b}[2J\nZürich\n";
        for word in [typed.to_owned(), format!("--host={typed}")] {
            assert_eq!(Lines::of_parser(&text, [word]).as_str(), shown);
        }
        assert_eq!(Lines::of_parser("\u{1b}[31", []).as_str(), "\\u{1b}[31");
    }
}
