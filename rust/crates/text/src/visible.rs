//! Characters that a terminal would obey, or that hide what is there.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with control characters, terminal escapes and marks that reorder or hide text written
/// out, as `\u{1b}`. A tab becomes a space, so that columns stay.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if is_every(text, |it| matches!(it, b' '..=b'~')) || !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\t' => shown.push(' '),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            _ if is_hidden(character) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// Whether every byte is of a kind, such as letters of ASCII, as those of nearly all texts are: told
/// many bytes at a time.
pub fn is_every(text: &str, is_of_kind: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & is_of_kind(byte))
}

/// Whether a terminal would obey the character or show nothing for it: controls, the bidirectional
/// marks of Unicode's UAX 9, zero-width characters, line separators and tags.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        assert_eq!(visible("a\u{1b}[31mb\tc\n\u{202e}d"), "a\\u{1b}[31mb c\\n\\u{202e}d");
        assert!(matches!(visible("Zürich"), Cow::Borrowed(_)));
    }
}
