//! The text of a file, by its lines.

use std::ops::Deref;

/// A text that knows where its lines begin: a file of a large fleet is megabytes long, and asked
/// for many of its lines.
pub struct Text {
    text: String,
    starts: Vec<usize>,
}

impl Text {
    /// A text, its lines found.
    pub fn new(text: String) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { text, starts }
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
        let end = self.line_start(line + 1).map_or(self.text.len(), |next| next - 1);
        Some(&self.text[start..end])
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
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
