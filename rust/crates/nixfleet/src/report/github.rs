//! A report as annotations of GitHub Actions: docs.github.com, "Workflow commands".

use std::fmt::Write;

use nixfleet_inventory::visible;

use super::{Located, Report};
use crate::fault::Severity;
use crate::quote::shorten;

/// One line a fault.
pub fn render(report: &Report) -> String {
    report.faults.iter().fold(String::new(), |mut text, located| {
        let _ = writeln!(text, "{}", annotation(located));
        text
    })
}

fn annotation(located: &Located) -> String {
    let Located { fault, place } = located;
    let level = match fault.problem.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut properties = format!("title={}", property(fault.problem.code()));
    if let Some(place) = place {
        let (file, line, column) = (property(&place.file), place.line, place.column);
        properties = format!("file={file},line={line},col={column},{properties}");
    }
    let host = fault.host().map(|host| format!("{}: ", shorten(host))).unwrap_or_default();
    let message = visible(&format!("{host}{}", fault.problem)).into_owned();
    let help = visible(&fault.problem.help()).into_owned();
    format!("::{level} {properties}::{}%0A{}", escape(&message), escape(&help))
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}
