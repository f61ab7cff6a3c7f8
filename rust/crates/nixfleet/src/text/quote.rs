//! Values of a fleet as messages show them.

use nixfleet_inventory::keys::is_private;
use nixfleet_text::{conceal, visible};
use serde_json::Value;

/// What a message shows of a text: it may be megabytes.
const LONGEST: usize = 60;

/// The longest name of a host (RFC 1123).
const LONGEST_NAME: usize = 63;

/// So many names of a list are written out.
const NAMES: usize = 10;

/// What a message shows of the path of a file.
const LONGEST_PATH: usize = 250;

/// The text in backticks, shortened.
///
/// A private key may be pasted anywhere, and is shown nowhere.
pub fn quote(text: &str) -> String {
    if is_private(text) {
        return "`(a private key)`".to_owned();
    }
    format!("`{}`", shorten(text).replace('`', "'"))
}

/// A file's name in backticks: of a path the end tells most, so it is whole as a rule.
pub fn quote_path(path: &str) -> String {
    format!("`{}`", shorten_path(path).replace('`', "'"))
}

/// Names, as many as a line has room for.
pub fn listed(names: &[String]) -> String {
    listed_of_more(names, 0)
}

/// Names of which so many more are only counted, as many as a line has room for.
pub fn listed_of_more(names: &[String], more: usize) -> String {
    let some: Vec<_> = names.iter().take(NAMES).map(|it| visible(it)).collect();
    let more = names.len() - some.len() + more;
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", some.join(", "))
}

/// A text with paths in it, cut when it is very long.
pub fn shorten_path(path: &str) -> String {
    cut(path, LONGEST_PATH)
}

/// The text, cut when it is long, with nothing that a terminal would obey.
pub fn shorten(text: &str) -> String {
    cut(text, LONGEST)
}

/// A host's name, whole when it may be one.
pub fn shorten_name(name: &str) -> String {
    cut(name, LONGEST_NAME)
}

fn cut(text: &str, longest: usize) -> String {
    let text = conceal(text);
    let start: String = text.chars().take(longest).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("{}{more}", visible(&start))
}

/// The value for a sentence: `the number 5`, `a list`.
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("the boolean `{value}`"),
        Value::Number(value) => format!("the number `{value}`"),
        Value::String(text) => format!("the string {}", quote(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(set) => match set.get("__unrepresentable").and_then(Value::as_str) {
            Some("lambda") => "a function".to_owned(),
            Some("derivation") => "a package".to_owned(),
            Some("conflict") => "several values of the same priority".to_owned(),
            _ => "a set".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_of_names_are_cut() {
        let names: Vec<String> = (0..12).map(|it| format!("h{it}")).collect();
        assert_eq!(listed(&names[..2]), "h0, h1");
        assert!(listed(&names).ends_with("h9 and 2 more"));
        assert!(listed_of_more(&names, 5).ends_with("h9 and 7 more"));
        assert_eq!(listed_of_more(&names[..2], 5), "h0, h1 and 5 more");
    }
}
