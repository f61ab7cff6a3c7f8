//! Text in columns.

use std::io;

use nixfleet_text::{Lines, visible};
use unicode_width::UnicodeWidthStr;

use super::wrap::{NARROWEST, columns, pieces};

/// What stands between columns.
const GAP: usize = 2;

/// No column is made narrower than this.
const LEAST: usize = 4;

/// Lays rows out in columns that fit the terminal of standard output, where there is one.
pub fn render(rows: &[Vec<String>]) -> Lines {
    render_within(rows, columns(io::stdout()))
}

/// Lays rows out in columns, which together are so wide at most: what is longer goes on below, in
/// its own column. Blanks stand between columns and at no line's end; a row of one cell among others
/// is a line of its own, and makes no column wider.
pub fn render_within(rows: &[Vec<String>], room: Option<usize>) -> Lines {
    let rows: Vec<Vec<_>> =
        rows.iter().map(|row| row.iter().map(|cell| visible(cell)).collect()).collect();
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        let rows = rows.iter().filter(|row| row.len() == count);
        rows.filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
    };
    let room = room.filter(|it| *it >= NARROWEST);
    let widths = narrowed((0..count).map(widest).collect(), room);
    let mut text = Lines::default();
    for row in &rows {
        let is_alone = row.len() == 1 && count > 1;
        let width = |column: usize| if is_alone { room } else { room.and(Some(widths[column])) };
        let cells: Vec<Vec<String>> = row
            .iter()
            .enumerate()
            .map(|(column, cell)| pieces(cell, width(column).unwrap_or(usize::MAX)))
            .collect();
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
            text.add(laid(&cells, &widths, line).trim_end()).end();
        }
    }
    text
}

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

/// The widths, the widest made narrower until all have room.
fn narrowed(mut widths: Vec<usize>, room: Option<usize>) -> Vec<usize> {
    let Some(room) = room else { return widths };
    let gaps = GAP * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > room {
        let Some(widest) = widths.iter_mut().max().filter(|it| **it > LEAST) else { break };
        *widest -= 1;
    }
    widths
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
        // Too narrow to help.
        assert_eq!(render_within(&rows, Some(39)), render_within(&rows, None));
    }
}
