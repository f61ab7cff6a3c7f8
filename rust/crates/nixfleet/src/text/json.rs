//! Results for programs.

use std::collections::BTreeMap;

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
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// A list under its name.
pub fn render_list(name: &str, list: &impl Serialize) -> String {
    render(&BTreeMap::from([(name, list)]))
}
