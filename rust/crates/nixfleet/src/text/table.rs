//! Text in columns.

use std::borrow::Cow;
use std::io;

use nixfleet_text::{Lines, visible};
use unicode_width::UnicodeWidthStr;

use super::wrap::{columns, pieces};

/// What stands between columns.
const GAP: usize = 2;

/// No column is made narrower than its longest word, or than this.
const LEAST: usize = 12;

/// Lays rows out in columns that fit the terminal of standard output, where there is one.
pub fn render(rows: &[Vec<String>]) -> Lines {
    render_within(rows, columns(io::stdout()))
}

/// Lays rows out in columns, which together are so wide at most: what is longer goes on below, in
/// its own column. Blanks stand between columns and at no line's end; a row of one cell among others
/// is a line of its own, and makes no column wider. Where the columns have no room beside each other,
/// the cells of a row stand below each other.
pub fn render_within(rows: &[Vec<String>], room: Option<usize>) -> Lines {
    let rows: Vec<Vec<_>> =
        rows.iter().map(|row| row.iter().map(|cell| visible(cell)).collect()).collect();
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |measure: fn(&str) -> usize| -> Vec<usize> {
        let full = || rows.iter().filter(|row| row.len() == count);
        let widest = |at: usize| full().map(|row| measure(&row[at])).max().unwrap_or(0);
        (0..count).map(widest).collect()
    };
    let whole = widest(UnicodeWidthStr::width);
    let Some(room) = room else { return beside(&rows, &whole, usize::MAX) };
    let words = widest(|cell| cell.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0));
    let least: Vec<usize> = words.iter().map(|it| *it.min(&LEAST)).collect();
    let widths = narrowed(&whole, &words, room).or_else(|| narrowed(&whole, &least, room));
    match widths {
        Some(widths) => beside(&rows, &widths, room),
        None => below(&rows, room),
    }
}

/// The rows in columns of these widths.
fn beside(rows: &[Vec<Cow<str>>], widths: &[usize], room: usize) -> Lines {
    let mut text = Lines::default();
    for row in rows {
        let is_alone = row.len() == 1 && widths.len() > 1;
        let room =
            |column: usize| if is_alone || room == usize::MAX { room } else { widths[column] };
        let cells: Vec<Vec<String>> =
            row.iter().enumerate().map(|(column, cell)| pieces(cell, room(column))).collect();
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
            text.add(laid(&cells, widths, line).trim_end()).end();
        }
    }
    text
}

/// The cells of each row below each other, behind their headings where there are any.
fn below(rows: &[Vec<Cow<str>>], room: usize) -> Lines {
    let is_heading = |row: &&Vec<Cow<str>>| row.iter().all(|it| **it == *it.to_uppercase());
    let headings = rows.first().filter(is_heading);
    let width = headings.iter().flat_map(|it| it.iter()).map(|it| it.width()).max();
    let indent = width.map_or(INDENT, |it| it + GAP);
    let mut text = Lines::default();
    for row in rows.iter().skip(usize::from(headings.is_some())) {
        let is_alone = row.len() == 1;
        if !is_alone && !text.is_empty() {
            text.end();
        }
        for (at, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let heading = headings.filter(|_| !is_alone).and_then(|it| it.get(at)).map(|it| &**it);
            let indent = if is_alone || heading.is_none() && at == 0 { 0 } else { indent };
            let heading = heading.unwrap_or_default();
            for (line, piece) in pieces(cell, room.saturating_sub(indent)).iter().enumerate() {
                let before = if line == 0 { heading } else { "" };
                text.add(before).repeat(" ", indent.saturating_sub(before.width()));
                text.add(piece).end();
            }
        }
    }
    text
}

/// How far what has no heading stands in.
const INDENT: usize = 2;

/// One line of a row.
fn laid(cells: &[Vec<String>], widths: &[usize], line: usize) -> String {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let piece = cell.get(line).map_or("", String::as_str);
        text.push_str(piece);
        let blanks = (width + GAP).saturating_sub(piece.width());
        text.extend(std::iter::repeat_n(' ', blanks));
    }
    text
}

/// The widths, the widest made narrower until all have room; none where the least have none.
fn narrowed(widths: &[usize], least: &[usize], room: usize) -> Option<Vec<usize>> {
    let mut widths = widths.to_vec();
    let gaps = GAP * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > room {
        let wider = widths.iter_mut().zip(least).filter(|(width, least)| **width > **least);
        *wider.map(|(width, _)| width).max()? -= 1;
    }
    Some(widths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
        cells.map(str::to_owned).to_vec()
    }

    fn shown(rows: &[Vec<String>], room: Option<usize>) -> String {
        render_within(rows, room).as_str().to_owned()
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [row(["HOST", "USER"]), row(["zürich-1", ""]), row(["a", "\u{1b}"])];
        let text = shown(&rows, None);
        assert_eq!(text, "HOST      USER\nzürich-1\na         \\u{1b}\n");
        let text = shown(&[row(["a", "b"]), row(["a line of its own"])], None);
        assert_eq!(text, "a  b\na line of its own\n");
    }

    /// By the cells of a terminal (Unicode's UAX 11), in which 東 takes two and an accent none.
    #[test]
    fn letters_take_the_room_that_they_take() {
        let rows =
            [row(["東京", "b"]), row(["🚀", "b"]), row(["e\u{301}", "b"]), row(["abcd", "b"])];
        let text = shown(&rows, None);
        assert_eq!(text, "東京  b\n🚀    b\ne\u{301}     b\nabcd  b\n");
    }

    #[test]
    fn what_is_longer_than_the_terminal_goes_on_in_its_column() {
        let rows = [
            row(["HOST", "LAST TEST", "DISKS"]),
            row(["web-01", "passed, 3 hours ago", &"x".repeat(30)]),
            row(["  a line of its own that is longer than the terminal is wide"]),
        ];
        let text = shown(&rows, Some(40));
        assert_eq!(
            text,
            "HOST    LAST TEST        DISKS\n\
             web-01  passed, 3 hours  xxxxxxxxxxxxxxx\n\
             \x20       ago              xxxxxxxxxxxxxxx\n\
             \x20 a line of its own that is longer than\n  the terminal is wide\n"
        );
        assert!(text.lines().all(|line| line.width() <= 40), "{text}");
    }

    /// A column is as wide as its longest word, as long as that has room; then each row is a list.
    #[test]
    fn words_are_broken_where_nothing_else_helps() {
        let rows = [row(["HOST", "LAST TEST", "VM"]), row(["web-01", "passed, 3 hours ago", ""])];
        assert_eq!(
            shown(&rows, Some(24)),
            "HOST    LAST TEST     VM\nweb-01  passed, 3\n        hours ago\n"
        );
        assert_eq!(
            shown(&rows, Some(20)),
            "HOST    LAST      VM\n        TEST\nweb-01  passed,\n        3 hours\n        ago\n"
        );
        let list = "HOST       web-01\nLAST TEST  passed, 3\n           hours ago\n\nHOST       b\n\
                    VM         up\n  why so\n";
        let rows = [
            row(["HOST", "LAST TEST", "VM", "PLATFORM"]),
            row(["web-01", "passed, 3 hours ago", "", ""]),
            row(["b", "", "up", ""]),
            row(["  why so"]),
        ];
        let text = shown(&rows, Some(22));
        assert_eq!(text, list);
        assert_eq!(
            shown(&[row(["abc", "def", "ghijkl", "mn"])], Some(16)),
            "abc\n  def\n  ghijkl\n  mn\n"
        );
    }
}
