//! Results for programs.

use std::collections::BTreeMap;
use std::fmt::Write;

use nixfleet_text::is_hidden;
use serde::Serialize;

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
    let mut text = escaped(serde_json::to_string_pretty(&document).unwrap_or_default());
    text.push('\n');
    text
}

/// A list under its name.
pub fn render_list(name: &str, list: &impl Serialize) -> String {
    render(&BTreeMap::from([(name, list)]))
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
}
