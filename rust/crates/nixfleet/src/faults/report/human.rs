//! A report for people: the faults of a host together, each with its line.

use std::io;

use anstream::{AutoStream, ColorChoice};
use nixfleet_text::Lines;

use super::drawing::{Below, Sheet};
use super::reach::name_of;
use super::{Located, Report};
use crate::faults::Severity;
use crate::faults::source::Place;
use crate::text::page::page;
use crate::text::wrap::columns;

/// The report, with the colours of a terminal where there is one.
pub fn render(report: &Report) -> Lines {
    // To take the colours out of a long report takes longer than to leave them out.
    let is_plain = AutoStream::choice(&io::stdout()) == ColorChoice::Never;
    let sheet = Sheet::new(!is_plain, columns(io::stdout()));
    let mut text = Lines::default();
    draw(&mut text, &sheet, &report.faults);
    summary(&mut text, report);
    page(text)
}

/// The faults alone, for standard error.
pub fn faults(faults: &[Located]) -> Lines {
    let mut text = Lines::default();
    draw(&mut text, &Sheet::new(true, columns(io::stderr())), faults);
    text
}

/// A failure as text: what is wrong, where, and what to do.
pub fn message(
    text: impl Into<Lines>,
    place: Option<&Place>,
    help: Option<impl Into<Lines>>,
) -> Lines {
    said(Severity::Error, &text.into(), place, help.map(Into::into).as_ref())
}

/// A warning as text.
pub fn warning(text: impl Into<Lines>) -> Lines {
    said(Severity::Warning, &text.into(), None, None)
}

fn said(severity: Severity, text: &Lines, place: Option<&Place>, help: Option<&Lines>) -> Lines {
    let mut said = Lines::default();
    let below: Vec<Below> = help.map(Below::Help).into_iter().collect();
    let sheet = Sheet::new(true, columns(io::stderr()));
    sheet.message(&mut said, severity, None, text, place, &below);
    said
}

/// What was not looked at.
const UNREAD: &str = "\nmodules were not evaluated: `--eval`";

/// The faults of each host under its name.
fn draw(text: &mut Lines, sheet: &Sheet, faults: &[Located]) {
    let mut heading = None;
    for located in faults {
        let host = located.host();
        if heading != Some(host) {
            heading = Some(host);
            sheet.heading(text, &host.map_or("the fleet".to_owned(), name_of));
        }
        let Located { fault, words, place, .. } = located;
        let reach = located.reach();
        let mut below: Vec<Below> = reach.as_ref().map(Below::Note).into_iter().collect();
        below.push(Below::Help(&words.help));
        let (severity, code) = (fault.problem.severity(), fault.problem.code());
        sheet.message(text, severity, Some(code), &words.message, place.as_ref(), &below);
        text.end().end();
    }
}

fn summary(text: &mut Lines, report: &Report) {
    let hosts = plural(report.hosts, "host");
    let unread = if report.is_evaluated || report.hosts == 0 { "" } else { UNREAD };
    text.add(match (report.count(Severity::Error), report.count(Severity::Warning)) {
        (0, 0) => format!("{hosts}, no faults"),
        (errors, 0) => format!("{hosts}, {}", plural(errors, "error")),
        (0, warnings) => format!("{hosts}, {}", plural(warnings, "warning")),
        (errors, warnings) => {
            format!("{hosts}, {}, {}", plural(errors, "error"), plural(warnings, "warning"))
        }
    });
    text.ours(unread).end();
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
