//! The text of a file, by its lines.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ops::{Deref, Range};

use memchr::{memchr_iter, memmem};
use nixfleet_nix::Position;

use super::{origin, scan};

/// A value that is read anew for each text that is looked for in it.
const SHORT: usize = 256;

/// A text that knows where its lines begin: a file of a large fleet is megabytes long, and asked
/// for many of its lines.
#[derive(Debug)]
pub struct Text {
    content: String,
    starts: Vec<usize>,
    /// The values that were asked for, by the offset of their name.
    values: RefCell<HashMap<usize, Option<Range<usize>>>>,
    /// The literals, in the order of what is written, then of where.
    literals: OnceCell<Vec<Range<usize>>>,
    /// Where what the bindings take by a name is written.
    origins: OnceCell<origin::Origins>,
}

impl Text {
    /// A text, its lines found.
    pub fn new(text: String) -> Self {
        let ends = memchr_iter(b'\n', text.as_bytes());
        let starts = std::iter::once(0).chain(ends.map(|end| end + 1)).collect();
        let (literals, origins) = (OnceCell::new(), OnceCell::new());
        Self { content: text, starts, values: RefCell::default(), literals, origins }
    }

    /// The value of the attribute whose name is at an offset: a list may be at fault in each of its
    /// elements.
    pub fn value_at(&self, offset: usize) -> Option<Range<usize>> {
        let mut values = self.values.borrow_mut();
        values.entry(offset).or_insert_with(|| scan::value_at(&self.content, offset)).clone()
    }

    /// Where a string literal stands first within a value, quotes and all.
    pub fn literal_within(&self, value: &Range<usize>, literal: &str) -> Option<Range<usize>> {
        // To find those of the whole file takes as long as some hundred short values.
        if value.len() <= SHORT {
            let own = scan::literals(&self.content[value.clone()]).into_iter();
            let mut own = own.map(|it| value.start + it.start..value.start + it.end);
            return own.find(|it| &self.content[it.clone()] == literal);
        }
        let all = self.places_of(literal);
        let first = all.partition_point(|it| it.start < value.start);
        all.get(first).filter(|it| it.end <= value.end).cloned()
    }

    /// Where a string literal stands, quotes and all.
    pub fn places_of(&self, literal: &str) -> &[Range<usize>] {
        let literals = self.literals.get_or_init(|| {
            let mut all = scan::literals(&self.content);
            all.sort_unstable_by_key(|it| (&self.content[it.clone()], it.start));
            all
        });
        let first = literals.partition_point(|it| &self.content[it.clone()] < literal);
        let rest = &literals[first..];
        &rest[..rest.partition_point(|it| &self.content[it.clone()] == literal)]
    }

    /// Where what each binding takes by a name is written.
    pub fn origins(&self) -> &origin::Origins {
        self.origins.get_or_init(|| origin::origins(&self.content))
    }

    /// Whether it has these words somewhere; a file of a large fleet is looked through for several.
    pub fn says(&self, words: &str) -> bool {
        memmem::find(self.content.as_bytes(), words.as_bytes()).is_some()
    }

    /// The offset of a position, where the text has it.
    pub fn offset(&self, position: &Position) -> Option<usize> {
        let line = usize::try_from(position.line).ok()?.checked_sub(1)?;
        let column = usize::try_from(position.column).ok()?.checked_sub(1)?;
        // Nix counts columns in bytes.
        let offset = self.line_start(line)? + column;
        self.is_char_boundary(offset).then_some(offset)
    }

    /// Where a line begins. Both count from zero.
    pub fn line_start(&self, line: usize) -> Option<usize> {
        self.starts.get(line).copied()
    }

    /// The line that an offset is in.
    pub fn line_at(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    /// A line, without its end.
    pub fn line(&self, line: usize) -> Option<&str> {
        let start = self.line_start(line)?;
        let end = self.line_start(line + 1).map_or(self.content.len(), |next| next - 1);
        Some(&self.content[start..end])
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found_from_both_sides() {
        let text = Text::new("a\n\nbc\n".to_owned());
        let lines: Vec<&str> = (0..).map_while(|line| text.line(line)).collect();
        assert_eq!(lines, ["a", "", "bc", ""]);
        assert_eq!([0, 1, 2, 3, 5, 6].map(|at| text.line_at(at)), [0, 0, 1, 2, 2, 3]);
        assert_eq!(Text::new(String::new()).line(0), Some(""));
    }
}
