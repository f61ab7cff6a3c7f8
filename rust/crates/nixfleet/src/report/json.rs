//! A report for programs. `docs/src/schema/validate.json` describes it.

use std::borrow::Cow;
use std::collections::HashSet;

use nixfleet_inventory::visible;
use serde::Serialize;

use super::{Located, Report, visible_lines};
use crate::fault::Severity;
use crate::json::API_VERSION;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    api_version: u64,
    hosts: usize,
    faults: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: Severity,
    host: Option<Cow<'a, str>>,
    hosts: Vec<Cow<'a, str>>,
    field: Cow<'a, str>,
    fields: Vec<Cow<'a, str>>,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
    help: String,
}

/// The report as one JSON document.
pub fn render(report: &Report) -> String {
    let faults = report.faults.iter().map(entry).collect();
    let document = Document { api_version: API_VERSION, hosts: report.hosts, faults };
    // Strings and numbers alone: this cannot fail.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// The faults alone, for a document that has more.
pub fn entries(faults: &[Located]) -> serde_json::Value {
    serde_json::json!(faults.iter().map(entry).collect::<Vec<_>>())
}

fn entry(located: &Located) -> Entry<'_> {
    let Located { fault, place, .. } = located;
    let mut seen = HashSet::new();
    let hosts = located.all().flat_map(|it| &it.hosts).filter(|it| seen.insert(it.as_str()));
    Entry {
        code: fault.problem.code(),
        severity: fault.problem.severity(),
        host: located.host().map(visible),
        hosts: hosts.map(|it| visible(it)).collect(),
        field: visible(&fault.field),
        fields: located.all().map(|it| visible(&it.field)).collect(),
        file: place.as_ref().map(|it| it.file.as_str()),
        line: place.as_ref().map(|it| it.line),
        column: place.as_ref().map(|it| it.column),
        message: visible_lines(&fault.problem.to_string()),
        help: visible_lines(&fault.problem.help()),
    }
}
