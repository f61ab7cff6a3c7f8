//! A report for programs. `docs/src/schema/validate.json` describes it.

use std::borrow::Cow;
use std::collections::HashSet;

use nixfleet_text::{Lines, json, visible};
use serde::Serialize;

use super::{Located, Report};
use crate::faults::Severity;

#[derive(Serialize)]
struct Document<'a> {
    hosts: usize,
    evaluated: bool,
    faults: Vec<Entry<'a>>,
}

#[derive(Serialize)]
pub struct Entry<'a> {
    code: &'a str,
    severity: Severity,
    host: Option<Cow<'a, str>>,
    hosts: Vec<Cow<'a, str>>,
    field: Cow<'a, str>,
    fields: Vec<Cow<'a, str>>,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a Lines,
    help: &'a Lines,
}

/// The report as one JSON document.
pub fn render(report: &Report) -> Lines {
    let faults = entries(&report.faults);
    json::render(&Document { hosts: report.hosts, evaluated: report.is_evaluated, faults })
}

/// The faults alone, for a document that has more.
pub fn entries(faults: &[Located]) -> Vec<Entry<'_>> {
    faults.iter().map(entry).collect()
}

fn entry(located: &Located) -> Entry<'_> {
    let Located { fault, words, place, .. } = located;
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
        message: &words.message,
        help: &words.help,
    }
}
