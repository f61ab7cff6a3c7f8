//! Results for programs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use crate::{Lines, conceal, is_hidden};

/// The version of the shape of results.
pub const API_VERSION: u64 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<T> {
    api_version: u64,
    #[serde(flatten)]
    content: T,
}

/// A result beside the version of its shape, its fields in the order of its type.
#[must_use]
pub fn render(content: &impl Serialize) -> Lines {
    document(&Document { api_version: API_VERSION, content })
}

/// A list under its name.
#[must_use]
pub fn render_list(name: &str, list: &impl Serialize) -> Lines {
    render(&BTreeMap::from([(name, list)]))
}

/// A result that says the version of its shape itself.
#[must_use]
pub fn document(content: &impl Serialize) -> Lines {
    // Strings, numbers and lists of them: this cannot fail.
    let text = serde_json::to_string_pretty(content).unwrap_or_default();
    Lines::fit(escaped(concealed(text, serde_json::to_string_pretty)) + "\n")
}

/// A result that is read line by line.
#[must_use]
pub fn line(content: &impl Serialize) -> Lines {
    let text = serde_json::to_string(content).unwrap_or_default();
    Lines::fit(escaped(concealed(text, serde_json::to_string)) + "\n")
}

/// The same JSON without secrets, in values and in names.
fn concealed(json: String, write: fn(&Value) -> serde_json::Result<String>) -> String {
    fn walk(value: Value) -> Value {
        match value {
            Value::String(text) => conceal(&text).into_owned().into(),
            Value::Array(list) => list.into_iter().map(walk).collect(),
            Value::Object(set) => {
                set.into_iter().map(|(name, it)| (conceal(&name).into_owned(), walk(it))).collect()
            }
            other => other,
        }
    }
    if matches!(conceal(&json), Cow::Borrowed(_)) {
        return json;
    }
    let value = serde_json::from_str(&json).map(walk).unwrap_or_default();
    write(&value).unwrap_or_default()
}

/// The same JSON with the characters that JSON lets stand and a terminal obeys written as numbers
/// (RFC 8259, section 7). Between strings there are none but ends of lines.
pub(crate) fn escaped(json: String) -> String {
    let is_obeyed = |it: char| it != '\n' && is_hidden(it);
    if !json.contains(is_obeyed) {
        return json;
    }
    json.chars().fold(String::with_capacity(json.len()), |mut text, character| {
        if is_obeyed(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(character);
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_read_what_terminals_do_not_obey() {
        let hostile = "a\u{1b}[2J\n\u{9b}1m\u{7f}\u{202e}\u{e0041}ü";
        let text = render_list("hosts", &[hostile]);
        let text = text.as_str();
        assert!(!text.contains(|it| it != '\n' && is_hidden(it)), "{text:?}");
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(value["hosts"][0], hostile);
    }

    #[test]
    fn no_string_holds_a_private_key() {
        let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET";
        let text = render_list("hosts", &[BTreeMap::from([(key, [key, "a"])])]);
        let text = text.as_str();
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(value["hosts"][0]["(a private key)"][0], "(a private key)");
        assert_eq!(value["hosts"][0]["(a private key)"][1], "a");
        assert!(!text.contains("SECRET"), "{text}");
    }
}
