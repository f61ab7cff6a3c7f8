//! Results for programs.

use std::collections::BTreeMap;
use std::fmt::Write;

use nixfleet_text::{conceal, is_hidden, is_private};
use serde::Serialize;
use serde_json::Value;

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
pub fn render(content: &impl Serialize) -> String {
    let document = Document { api_version: API_VERSION, content };
    // Strings, numbers and lists of them: this cannot fail.
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    let mut text = escaped(if is_private(&text) { concealed(&text) } else { text });
    text.push('\n');
    text
}

/// A list under its name.
pub fn render_list(name: &str, list: &impl Serialize) -> String {
    render(&BTreeMap::from([(name, list)]))
}

/// The same JSON without private keys, in values and in names.
fn concealed(json: &str) -> String {
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
    let value = serde_json::from_str(json).map(walk).unwrap_or_default();
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

/// The same JSON with the characters that JSON lets stand and a terminal obeys written as numbers
/// (RFC 8259, section 7). Between strings there are none but ends of lines.
fn escaped(json: String) -> String {
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
        assert!(!text.contains(|it| it != '\n' && is_hidden(it)), "{text:?}");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["hosts"][0], hostile);
    }

    #[test]
    fn no_string_holds_a_private_key() {
        let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET";
        let text = render_list("hosts", &[BTreeMap::from([(key, [key, "a"])])]);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["hosts"][0]["(a private key)"][0], "(a private key)");
        assert_eq!(value["hosts"][0]["(a private key)"][1], "a");
        assert!(!text.contains("SECRET"), "{text}");
    }
}
