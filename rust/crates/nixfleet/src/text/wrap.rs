//! Text in lines that a terminal shows whole.

use std::env;

use nixfleet_text::Lines;
use terminal_size::terminal_size_of;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Lines shorter than this are worse to read than those that a terminal breaks.
pub const NARROWEST: usize = 40;

/// The columns that text for a stream has: what `COLUMNS` says, else the terminal's width. `None`
/// where there is no terminal, since programs search for lines as they are.
pub fn columns(stream: impl std::os::fd::AsFd) -> Option<usize> {
    let said = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    said.or_else(|| Some(terminal_size_of(stream)?.0.0.into()))
}

/// Adds text in lines of so many columns, of which each but the first has `indent` before it that
/// does not count. A line that begins with blanks goes on below its own beginning.
pub fn fit(out: &mut Lines, text: &Lines, room: usize, indent: usize) {
    let is_line = !text.as_str().contains('\n');
    if is_line && (room < NARROWEST || text.as_str().len() <= room) {
        out.append(text);
        return;
    }
    let mut is_first = true;
    let mut next = |out: &mut Lines| {
        if !std::mem::take(&mut is_first) {
            out.end().repeat(" ", indent);
        }
    };
    for line in text.iter() {
        if room < NARROWEST || line.len() <= room {
            next(out);
            out.add(line);
            continue;
        }
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let (blank, rest) = line.split_at(blanks);
        for part in lines(rest, room.saturating_sub(blanks).max(1)) {
            next(out);
            out.add(blank).add(part);
        }
    }
}

/// A line in lines of so many columns at most: a word that is longer is broken as well. One that
/// begins with blanks goes on below its own beginning.
pub fn pieces(text: &str, room: usize) -> Vec<String> {
    let blanks = text.len() - text.trim_start_matches(' ').len();
    let (blank, text) = text.split_at(blanks);
    let room = room.saturating_sub(blanks).max(1);
    let mut pieces = Vec::new();
    for line in lines(text, room) {
        let (mut piece, mut column) = (blank.to_owned(), 0);
        for letter in line.chars() {
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

/// A line in lines that end with a word; a word that is longer than a line is left whole.
fn lines(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut column = 0;
    for (place, word) in words(text, room).into_iter().enumerate() {
        let length = word.width();
        if place > 0 && column + 1 + length > room {
            lines.push(String::new());
            column = 0;
        }
        if let Some(line) = lines.last_mut() {
            if place > 0 && column > 0 {
                line.push(' ');
                column += 1;
            }
            line.push_str(word);
            column += length;
        }
    }
    lines
}

/// The words of a line. What is in backticks is one, for it may be a command to copy, when it fits
/// into a line.
fn words(text: &str, room: usize) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let blank = |from: usize| rest[from..].find(' ').map_or(rest.len(), |it| from + it);
        let mut end = blank(0);
        while rest[..end].matches('`').count() % 2 == 1 {
            let Some(closing) = rest[end..].find('`') else { break };
            let whole = blank(end + closing);
            if rest[..whole].width() > room {
                break;
            }
            end = whole;
        }
        words.push(&rest[..end]);
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(text: &str, room: usize, indent: usize) -> String {
        let mut lines = Lines::default();
        super::fit(&mut lines, &Lines::block(&text.into()), room, indent);
        lines.as_str().to_owned()
    }

    #[test]
    fn lines_end_with_a_word_and_a_command_stays_whole() {
        let text =
            "is not there yet: run `git add --force a b` or, where you do not want it, `c d`.";
        let lines = "is not there yet: run\n  `git add --force a b` or, where you do\n  not want it, `c d`.";
        assert_eq!(fit(text, 40, 2), lines);
        assert_eq!(fit(text, usize::MAX, 2), text);
        // Too narrow to help.
        assert_eq!(fit(text, 39, 2), text);
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
