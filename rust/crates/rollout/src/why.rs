//! Why something failed, as text in lines: one for each thing that failed, and indented below it what
//! it said of itself, as the last lines of a unit's journal.

/// The most lines in which a host says what failed.
pub const WHY_LINES: usize = 60;
/// The most letters of such a line.
pub const WHY_LINE_LETTERS: usize = 300;
/// The most bytes of all such lines; as JSON at most twice that, which is less than a check-in may have.
pub const WHY_BYTES: usize = 6 * 1024;

/// What is below a line is indented by it.
pub const WHY_INDENT: &str = "  ";

/// Text within the bounds of what a host sends. Where it was cut is said.
#[must_use]
pub fn bounded(why: &str) -> String {
    let mut kept = String::new();
    for (count, line) in why.lines().enumerate() {
        let shown = shortened(line, WHY_LINE_LETTERS);
        if count == WHY_LINES || kept.len() + shown.len() + 1 > WHY_BYTES {
            let more = why.lines().count() - count;
            return format!("{kept}\n… and {more} lines more");
        }
        if count > 0 {
            kept.push('\n');
        }
        kept.push_str(&shown);
    }
    kept
}

/// The same for the middle of a sentence: `unit a failed: what it said; and more; unit b failed`.
#[must_use]
pub fn in_a_sentence(why: &str) -> String {
    let (mut sentence, mut is_below) = (String::new(), false);
    for line in why.lines().filter(|it| !it.trim().is_empty()) {
        let indented = line.starts_with(WHY_INDENT);
        if !sentence.is_empty() {
            sentence.push_str(if indented && !is_below { ": " } else { "; " });
        }
        sentence.push_str(line.trim());
        is_below = indented;
    }
    sentence
}

/// The first letters of a text, safe to show. Where it goes on is said.
pub(crate) fn shortened(text: &str, letters: usize) -> String {
    let end = text.char_indices().nth(letters).map_or(text.len(), |it| it.0);
    let mark = if end < text.len() { "…" } else { "" };
    format!("{}{mark}", nixfleet_nix::visible(&text[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_in_a_sentence() {
        let why =
            "unit `nginx` failed\n  cannot bind\n  exit 1\nport 80: closed\n\n  nobody listens";
        let told = "unit `nginx` failed: cannot bind; exit 1; port 80: closed: nobody listens";
        assert_eq!(in_a_sentence(why), told);
        assert_eq!(in_a_sentence("it did not hold"), "it did not hold");
        assert_eq!(in_a_sentence("  only below"), "only below");
    }

    #[test]
    fn what_a_host_sends_is_bounded_and_says_so() {
        assert_eq!(bounded("a\n  b\u{1b}"), "a\n  b\\u{1b}");
        let many = "x\n".repeat(1000);
        assert_eq!(bounded(&many).lines().count(), WHY_LINES + 1);
        assert!(bounded(&many).ends_with("\n… and 940 lines more"));
        let wide = "ü".repeat(1000);
        assert_eq!(bounded(&wide).chars().count(), WHY_LINE_LETTERS + 1);
        for letter in ["\"", "ü", "\u{1b}", "\u{feff}"] {
            let all = bounded(&format!("{}\n", letter.repeat(WHY_LINE_LETTERS)).repeat(100));
            assert!(all.len() < WHY_BYTES + 100, "{}", all.len());
            assert!(serde_json::to_string(&all).unwrap().len() < 2 * WHY_BYTES + 200);
        }
    }
}
