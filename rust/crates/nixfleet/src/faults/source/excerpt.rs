//! The line at fault, and the part of it to underline.

use std::ops::{Range, RangeInclusive};

use nixfleet_nix::{Position, nix_string, visible};
use nixfleet_text::is_secret_line;

use super::Text;
use super::origin::origin;

/// What is shown of a line at most; longer lines are not written by hand.
const LONGEST: usize = 4096;

/// A shorter text may be found elsewhere in a file by chance. SSH keys are longer.
const TELLING: usize = 20;

/// A line of source, safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line's number, from one.
    pub line: usize,
    /// The column of the part at fault, from one, in characters.
    pub column: usize,
    /// The line; empty where it is not to be shown.
    pub text: String,
    /// The part at fault, in bytes of `text`.
    pub span: Range<usize>,
}

impl Excerpt {
    /// The line of a position, or of the text at fault in the value that is written there.
    pub fn find(source: &Text, position: &Position, text: Option<&str>) -> Option<Self> {
        let offset = source.offset(position)?;
        let found = text.and_then(|text| find_text(source, offset, text));
        Some(Self::cut(source, &found.unwrap_or_else(|| name_at(source, offset))))
    }

    /// The line of the text at fault: in the value that is written at a position, or where that is
    /// taken from by a name. The position's own where it is found in neither.
    pub fn find_text(source: &Text, position: &Position, text: &str) -> Option<Self> {
        let offset = source.offset(position)?;
        let found = find_text(source, offset, text)
            .or_else(|| find_only(source, text))
            .or_else(|| find_text(source, taken_from(source, position)?, text));
        Some(Self::cut(source, &found.unwrap_or_else(|| name_at(source, offset))))
    }

    fn cut(source: &Text, part: &Range<usize>) -> Self {
        let start = source[..part.start].rfind('\n').map_or(0, |it| it + 1);
        let end = source[part.start..].find('\n').map_or(source.len(), |it| part.start + it);
        // Lines of Windows end with one character more.
        let end = if source[part.start..end].ends_with('\r') { end - 1 } else { end };
        let line = source.line_at(start) + 1;
        let column = source[start..part.start].chars().count() + 1;
        let is_secret = is_secret_line(source, start..end);
        if part.start - start > LONGEST || is_secret {
            return Self { line, column, span: 0..0, text: String::new() };
        }
        let last = end_within(source, end.min(part.start + LONGEST));
        let before = visible(&source[start..part.start]);
        let within = visible(&source[part.start..part.end.clamp(part.start, last)]);
        let after = visible(&source[part.end.clamp(part.start, last)..last]);
        Self {
            line,
            column,
            span: before.len()..before.len() + within.len(),
            text: [before, within, after].concat(),
        }
    }
}

/// What is written as the value at a position.
pub fn written<'a>(source: &'a Text, position: &Position) -> Option<&'a str> {
    let value = source.value_at(source.offset(position)?)?;
    source.get(value).map(str::trim)
}

/// The lines that what is written at a position takes.
pub fn lines_of(source: &Text, position: &Position) -> Option<RangeInclusive<usize>> {
    let begin = usize::try_from(position.line).ok()?;
    let value = source.value_at(source.offset(position)?)?;
    Some(begin..=source.line_at(value.end) + 1)
}

/// The last place at or before an offset where a character ends.
fn end_within(source: &str, offset: usize) -> usize {
    (0..=offset).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0)
}

/// The text as a string literal within the value at an offset; else, when it is long enough not to
/// be found by chance, as it stands. What stands at the offset itself is found at once.
fn find_text(source: &Text, offset: usize, text: &str) -> Option<Range<usize>> {
    let by_chance = text.trim().len() < 4;
    if !by_chance && source[offset..].starts_with(text) {
        return Some(offset..offset + text.len());
    }
    let value = source.value_at(offset)?;
    source.literal_within(&value, &nix_string(text)).or_else(|| {
        let text = Some(text.trim()).filter(|_| !by_chance)?;
        let at = value.start + source[value.clone()].find(text)?;
        Some(at..at + text.len())
    })
}

/// Where a value is written that is a name at a position.
fn taken_from(source: &Text, position: &Position) -> Option<usize> {
    let is_of_name = |it: char| it.is_ascii_alphanumeric() || "_-'".contains(it);
    let is_name = written(source, position).is_some_and(|it| it.chars().all(is_of_name));
    let origin = origin(source, position).filter(|_| is_name)?;
    source.offset(&origin)
}

/// The text as a string literal anywhere in the file, when it is there once: what a value is taken
/// from, such as a list of keys in a `let`.
fn find_only(source: &Text, text: &str) -> Option<Range<usize>> {
    match source.places_of(&nix_string(text)) {
        [only] if text.len() >= TELLING => Some(only.clone()),
        _ => None,
    }
}

/// The attribute's name at an offset, or the one sign that stands there.
fn name_at(source: &str, offset: usize) -> Range<usize> {
    let rest = &source[offset..];
    let end = rest.find(|c: char| c.is_whitespace() || "=;{}".contains(c)).unwrap_or(rest.len());
    let sign = rest.chars().next().filter(|it| !it.is_whitespace()).map_or(0, char::len_utf8);
    offset..offset + end.max(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(
        source: &str,
        line: u32,
        column: u32,
        text: Option<&str>,
    ) -> Option<(usize, usize, String)> {
        let position = Position { file: "x".into(), line, column };
        let source = Text::new(source.to_owned());
        let found = match text {
            Some(text) => Excerpt::find_text(&source, &position, text)?,
            None => Excerpt::find(&source, &position, None)?,
        };
        Some((found.line, found.column, found.text[found.span].to_owned()))
    }

    #[test]
    fn the_text_at_fault_is_found_in_its_value() {
        let source = "{\n  keys = [\n    \"a b\"\n    \"ü c\"\n  ];\n  other = \"c d\";\n}\n";
        let part = |text: &str| text.to_owned();
        assert_eq!(find(source, 2, 3, Some("ü c")), Some((4, 5, part("\"ü c\""))));
        assert_eq!(find(source, 2, 3, Some("c d")), Some((2, 3, part("keys"))));
        assert_eq!(find(source, 2, 3, None), Some((2, 3, part("keys"))));
    }

    #[test]
    fn a_long_text_is_found_where_a_value_takes_it_from() {
        let key = "ssh-ed25519 AAAAC3NzaC1l me";
        let source = format!("{{\n  # \"{key}\"\n  k = [ \"{key}\" ];\n  a.keys = k;\n}}\n");
        assert_eq!(find(&source, 4, 3, Some(key)), Some((3, 9, format!("\"{key}\""))));
        let dollar = "{ k = \"abc\\${d}efghijklmnopqrstuv\"; a = k; }";
        let found = find(dollar, 1, 37, Some("abc${d}efghijklmnopqrstuv"));
        assert_eq!(found.map(|it| it.1), Some(7));
        let twice = source.replace("= k;", &format!("= k; b = \"{key}\";"));
        assert_eq!(find(&twice, 4, 3, Some(key)).map(|it| it.2), Some("a.keys".to_owned()));
        let named = "let k = [ \"xyzw\" ]; in { a = k; c = \"xyzw\"; }";
        assert_eq!(find(named, 1, 26, Some("xyzw")).map(|it| it.1), Some(11));
        assert_eq!(find("a = \"xyzw\"; b = a;", 1, 13, Some("xyzw")).map(|it| it.1), Some(13));
    }

    #[test]
    fn a_position_that_the_source_does_not_have_is_none() {
        assert_eq!(find("ab\n", 5, 1, None), None);
        assert_eq!(find("ab\n", 1, 50, None), None);
        assert_eq!(find("ü\n", 1, 2, None), None);
        assert_eq!(find("ab", 0, 0, None), None);
    }

    #[test]
    fn no_line_of_a_private_key_is_shown() {
        let source = "k = ''\n  -----BEGIN OPENSSH PRIVATE KEY-----\n  c2VjcmV0\n  c2Vj\n";
        for line in 2..=4 {
            let position = Position { file: "x".into(), line, column: 3 };
            let found = Excerpt::find(&Text::new(source.to_owned()), &position, None).unwrap();
            assert_eq!((found.line, found.text.as_str()), (line as usize, ""));
        }
    }

    #[test]
    fn escapes_are_shown_and_the_part_still_fits() {
        let source = Text::new("a\u{1b}b = \"c\u{202e}d\";".to_owned());
        let found = Excerpt::find(
            &source,
            &Position { file: "x".into(), line: 1, column: 1 },
            Some("c\u{202e}d"),
        );
        let found = found.unwrap();
        assert_eq!(found.text, "a\\u{1b}b = \"c\\u{202e}d\";");
        assert_eq!(&found.text[found.span], "\"c\\u{202e}d\"");
    }
}
