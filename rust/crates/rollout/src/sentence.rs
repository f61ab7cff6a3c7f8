//! Words that the sentences share.

use jiff::Timestamp;

/// The most names in a list; the others are counted.
const NAMES: usize = 3;

/// `web-01, web-02, web-03 and 37 more`.
pub fn names<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    let mut rest = all.into_iter();
    let named: Vec<&str> = rest.by_ref().take(NAMES).collect();
    match rest.count() {
        0 => joined(&named),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn joined(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A time, to the minute: sentences do not change while nothing else does.
pub fn time(at: Timestamp) -> String {
    format!("{} UTC", at.strftime("%Y-%m-%d %H:%M"))
}

/// `1 host`, `2 hosts`.
pub fn hosts(count: usize) -> String {
    format!("{count} host{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_some_and_counts_the_others() {
        assert_eq!(names(["a"]), "a");
        assert_eq!(names(["a", "b"]), "a and b");
        assert_eq!(names(["a", "b", "c"]), "a, b and c");
        assert_eq!(names(["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }
}
