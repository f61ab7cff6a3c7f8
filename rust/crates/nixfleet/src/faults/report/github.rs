//! A report as annotations of GitHub Actions: docs.github.com, "Workflow commands".

use std::fmt::Write;

use super::reach::name_of;
use super::{Located, Report, visible_lines};

/// One line a fault.
pub fn render(report: &Report) -> String {
    report.faults.iter().fold(String::new(), |mut text, located| {
        let _ = writeln!(text, "{}", annotation(located));
        text
    })
}

fn annotation(located: &Located) -> String {
    let Located { fault, words, place, .. } = located;
    let level = fault.problem.severity().word();
    let mut properties = format!("title={}", property(fault.problem.code()));
    if let Some(place) = place {
        let (file, line, column) = (property(&place.file), place.line, place.column);
        properties = format!("file={file},line={line},col={column},{properties}");
    }
    let host = located.host().map(|host| format!("{}: ", name_of(host))).unwrap_or_default();
    let parts =
        [Some(format!("{host}{}", words.message)), located.reach(), Some(words.help.clone())];
    let text: Vec<String> = parts.iter().flatten().map(|it| visible_lines(it)).collect();
    format!("::{level} {properties}::{}", escape(&text.join("\n")))
}

/// An annotation of no line: how a run ended.
pub fn of_run(level: &str, title: &str, text: &str) -> String {
    format!("::{level} title={}::{}\n", property(title), escape(&visible_lines(text)))
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}
