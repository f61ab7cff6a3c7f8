//! Words that the sentences share.

use jiff::Timestamp;

/// The most names in a list; the others are counted.
pub const NAMES: usize = 3;

/// `web-01, web-02, web-03 and 37 more`.
pub fn names<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    let mut rest = all.into_iter();
    let named: Vec<&str> = rest.by_ref().take(NAMES).collect();
    joined(&named, rest.count())
}

/// Names, and how many more there are.
pub fn joined(names: &[&str], more: usize) -> String {
    match names {
        [one] if more == 0 => (*one).to_owned(),
        [first @ .., last] if more == 0 => format!("{} and {last}", first.join(", ")),
        [] => String::new(),
        names => format!("{} and {more} more", names.join(", ")),
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
