//! Text in columns.

use nixfleet_text::visible;

/// Lays rows out in columns. Blanks stand between columns and at no line's end; a row of one cell
/// among others is a line of its own, and makes no column wider.
pub fn render(rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<_>> =
        rows.iter().map(|row| row.iter().map(|cell| visible(cell)).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let rows = rows.iter().filter(|row| row.len() == columns);
        let cells = rows.filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            let blanks = (width + 2).saturating_sub(cell.chars().count());
            line.extend(std::iter::repeat_n(' ', blanks));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let text = render(&[row(["HOST", "USER"]), row(["zürich-1", ""]), row(["a", "\u{1b}"])]);
        assert_eq!(text, "HOST      USER\nzürich-1\na         \\u{1b}\n");
        let text = render(&[row(["a", "b"]), vec!["a line of its own".to_owned()]]);
        assert_eq!(text, "a  b\na line of its own\n");
    }
}
