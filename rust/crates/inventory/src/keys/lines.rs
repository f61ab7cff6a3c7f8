//! The lines of a list of keys.

use serde_json::Value;

/// The texts of a list that are keys, or meant to be: like sshd(8) it takes a blank line and a comment
/// for none, such as the last element of a file that was split at its line ends.
pub fn key_lines(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let texts = list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    texts.filter(|text| !text.trim().is_empty() && !text.trim_start().starts_with('#'))
}
