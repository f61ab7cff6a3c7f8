//! A report as annotations of GitHub Actions: docs.github.com, "Workflow commands".

use nixfleet_text::Lines;

use super::reach::name_of;
use super::{Located, Report};

/// One line a fault.
pub fn render(report: &Report) -> Lines {
    report.faults.iter().fold(Lines::default(), |mut text, located| {
        text.add(annotation(located)).end();
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
    let reach = located.reach();
    let parts = [Some(&words.message), reach.as_ref(), Some(&words.help)];
    let text: Vec<&str> = parts.into_iter().flatten().map(Lines::as_str).collect();
    format!("::{level} {properties}::{}", escape(&format!("{host}{}", text.join("\n"))))
}

/// An annotation of no line: how a run ended.
pub fn of_run(level: &str, title: &str, text: &Lines) -> Lines {
    let mut line = Lines::default();
    let text = escape(text.as_str().trim_end());
    line.add(format_args!("::{level} title={}::{text}", property(title))).end();
    line
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}
