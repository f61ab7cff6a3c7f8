//! Text in lines that a terminal shows whole.

use std::env;
use std::ops::Range;

use nixfleet_text::Lines;
use terminal_size::terminal_size_of;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// In fewer columns hardly a word has room: they are left to the terminal.
const NARROWEST: usize = 20;

/// Text goes on below its own beginning where so many columns are left there, else near the edge.
const READABLE: usize = 28;

/// Near the edge.
const INDENT: usize = 2;

/// The columns that text for a stream has: what `COLUMNS` says, else the terminal's width. `None`
/// where there is no terminal, since programs search for lines as they are, and where it has no width,
/// as the terminal of a container may.
pub fn columns(stream: impl std::os::fd::AsFd) -> Option<usize> {
    let said = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let asked = || Some(usize::from(terminal_size_of(stream)?.0.0));
    said.filter(|it| *it > 0).or_else(asked).filter(|it| *it >= NARROWEST)
}

/// Adds text in lines of so many columns, the first of them behind what takes some of them already.
/// Each goes on below its own beginning.
pub fn fit(out: &mut Lines, text: &Lines, width: usize, before: usize) {
    let is_line = !text.as_str().contains('\n');
    if is_line && before.saturating_add(text.as_str().len()) <= width {
        out.append(text);
        return;
    }
    let indent = hanging(before, width);
    for (place, line) in text.iter().enumerate() {
        let begin = if place > 0 { indent } else { before };
        let blanks = leading(line);
        let rest = &line[blanks..];
        let below = hanging(indent + blanks, width);
        let room = |taken: usize| width.saturating_sub(taken).max(1);
        let mut parts = broken(rest, room(begin + blanks), room(below));
        if place > 0 {
            let moved = is_left_blank(&mut parts);
            out.end().repeat(" ", if moved { below } else { begin + blanks });
        } else {
            out.repeat(" ", blanks);
        }
        for (place, part) in parts.into_iter().enumerate() {
            if place > 0 {
                out.end().repeat(" ", below);
            }
            out.add(&rest[part]);
        }
    }
}

/// The same of what nobody copies from: a word that is longer than a line is broken as well.
pub fn fill(out: &mut Lines, text: &Lines, width: usize, before: usize) {
    let lines = text.iter().flat_map(|line| pieces(line, width.saturating_sub(before)));
    for (place, line) in lines.enumerate() {
        if place > 0 {
            out.end().repeat(" ", before);
        }
        out.add(line);
    }
}

/// The same text in lines of so many columns; a line that is as short already stays as it is.
pub fn within(text: Lines, width: Option<usize>) -> Lines {
    let Some(width) = width else { return text };
    text.broken(|line| {
        if line.len() <= width {
            return vec![(0, 0..line.len())];
        }
        let blanks = leading(line);
        let rest = &line[blanks..];
        let below = hanging(blanks, width);
        let room = |taken: usize| width.saturating_sub(taken).max(1);
        let mut parts = broken(rest, room(blanks), room(below));
        let first = if is_left_blank(&mut parts) { below } else { blanks };
        let place = |(place, part): (usize, Range<usize>)| {
            let indent = if place == 0 { first } else { below };
            // A word that would run over the edge stands further out.
            let indent = indent.min(width.saturating_sub(taken(&rest[part.clone()])));
            (indent, part.start + blanks..part.end + blanks)
        };
        parts.into_iter().enumerate().map(place).collect()
    })
}

/// Whether nothing has room in a line that begins with blanks alone, which is then none.
fn is_left_blank(parts: &mut Vec<Range<usize>>) -> bool {
    let is_blank = parts.len() > 1 && parts.first().is_some_and(Range::is_empty);
    if is_blank {
        parts.remove(0);
    }
    is_blank
}

/// A line in lines of so many columns at most: a word that is longer is broken as well. One that
/// begins with blanks goes on below its own beginning.
pub fn pieces(text: &str, room: usize) -> Vec<String> {
    let (blank, text) = text.split_at(leading(text));
    let room = room.saturating_sub(blank.len()).max(1);
    let mut pieces = Vec::new();
    for line in broken(text, room, room) {
        let (mut piece, mut column) = (blank.to_owned(), 0);
        for letter in text[line].chars() {
            let width = letter.width().unwrap_or(0);
            if column + width > room && column > 0 {
                pieces.push(std::mem::replace(&mut piece, blank.to_owned()));
                column = 0;
            }
            piece.push(letter);
            column += width;
        }
        pieces.push(piece);
    }
    pieces
}

/// How many blanks a line begins with.
fn leading(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Where text goes on that begins in a column.
fn hanging(begin: usize, width: usize) -> usize {
    if width.saturating_sub(begin) >= READABLE { begin } else { begin.min(INDENT) }
}

/// The columns that a text takes, its colours aside.
fn taken(text: &str) -> usize {
    let mut parts = text.split('\x1b');
    let first = parts.next().map_or(0, UnicodeWidthStr::width);
    // A colour ends with its letter (ECMA-48, SGR).
    first + parts.map(|it| it.split_once('m').map_or(0, |(_, text)| text.width())).sum::<usize>()
}

/// The parts of a line that are lines of so many columns, each of which ends with a word; a word that
/// is longer than a line is left whole.
fn broken(text: &str, first: usize, room: usize) -> Vec<Range<usize>> {
    let (mut lines, mut line, mut left) = (Vec::new(), 0..0, first);
    for word in words(text, room) {
        let start = if line.is_empty() { word.start } else { line.start };
        // In a line of its own it has no more room.
        let is_alone = line.is_empty() && left >= room;
        if is_alone || taken(&text[start..word.end]) <= left {
            line = start..word.end;
        } else {
            lines.push(std::mem::replace(&mut line, word));
            left = room;
        }
    }
    lines.push(line);
    lines
}

/// The words of a line. What is in backticks is one, for it may be a command to copy, when it fits
/// into a line.
fn words(text: &str, room: usize) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let blank = |from: usize| text[from..].find(' ').map_or(text.len(), |it| from + it);
        let mut end = blank(start);
        while text[start..end].matches('`').count() % 2 == 1 {
            let Some(closing) = text[end..].find('`') else { break };
            let whole = blank(end + closing);
            if taken(&text[start..whole]) > room {
                break;
            }
            end = whole;
        }
        if start < end {
            words.push(start..end);
        }
        start = end + 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(text: &str, room: usize, before: usize) -> String {
        let mut lines = Lines::default();
        super::fit(&mut lines, &Lines::block(&text.into()), room.saturating_add(before), before);
        lines.as_str().to_owned()
    }

    #[test]
    fn lines_end_with_a_word_and_a_command_stays_whole() {
        let text =
            "is not there yet: run `git add --force a b` or, where you do not want it, `c d`.";
        let lines = "is not there yet: run\n  `git add --force a b` or, where you do\n  not want it, `c d`.";
        assert_eq!(fit(text, 40, 2), lines);
        assert_eq!(fit(text, usize::MAX, 2), text);
    }

    #[test]
    fn a_word_stands_further_out_rather_than_over_the_edge() {
        let text = Lines::block(
            &"  of words and\n      eighteen-letters-x\n  eighteen-letters-x y".into(),
        );
        let lines = "  of words and\n  eighteen-letters-x\n  eighteen-letters-x\n  y";
        assert_eq!(within(text.clone(), Some(20)).as_str(), lines);
        let lines = "  of words and\n eighteen-letters-x\n eighteen-letters-x\n  y";
        assert_eq!(within(text.clone(), Some(19)).as_str(), lines);
        assert_eq!(within(text.clone(), None).as_str(), text.as_str());
    }

    #[test]
    fn a_word_that_nobody_copies_is_broken() {
        let mut lines = Lines::line("- ");
        fill(&mut lines, &Lines::block(&"of twelve-letters\nand b".into()), 10, 2);
        assert_eq!(lines.as_str(), "- of\n  twelve-l\n  etters\n  and b");
    }

    #[test]
    fn each_line_goes_on_below_its_beginning() {
        let text = "Definition values:\n    - In `a.nix': of so many words that they go on\nend";
        let lines =
            "Definition values:\n    - In `a.nix': of so many words that\n    they go on\nend";
        assert_eq!(fit(text, 40, 0), lines);
        let odd = format!("a  b `{} c", "d".repeat(50));
        assert_eq!(fit(&odd, 40, 0), format!("a  b\n`{}\nc", "d".repeat(50)));
        assert_eq!(fit("", 40, 0), "");
        assert_eq!(
            pieces("  of many words that go on", 14),
            ["  of many", "  words that", "  go on"]
        );
    }
}
