//! Results for programs.

use serde::Serialize;
use serde_json::json;

/// The version of the shape of results.
pub const API_VERSION: u64 = 1;

/// A list under its name, beside the version of its shape.
pub fn render(name: &str, list: &impl Serialize) -> String {
    let document = json!({ "apiVersion": API_VERSION, name: list });
    format!("{document:#}\n")
}
