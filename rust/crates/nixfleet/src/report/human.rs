//! A report for people: the faults of a host together, each with its line.

use std::env;
use std::fmt::Write;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::reach::name_of;
use super::{Located, Report, visible_lines};
use crate::fault::Severity;
use crate::source::Place;

/// The width when there is no terminal to ask.
const WIDTH: usize = 100;

/// The report, with the colours of a terminal; who writes it takes them out where there is none.
pub fn render(report: &Report) -> String {
    format!("{}{}\n", faults(&report.faults), summary(report))
}

/// The faults alone.
pub fn faults(faults: &[Located]) -> String {
    let renderer = Renderer::styled().term_width(width());
    let mut text = String::new();
    let mut heading = None;
    for located in faults {
        let host = located.host();
        if heading != Some(host) {
            heading = Some(host);
            let name = host.map_or("the fleet".to_owned(), name_of);
            let _ = writeln!(text, "\x1b[1m{name}\x1b[0m");
        }
        let _ = writeln!(text, "{}\n", fault(&renderer, located));
    }
    text
}

fn fault(renderer: &Renderer, located: &Located) -> String {
    let Located { fault, place, .. } = located;
    let level = match fault.problem.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let (text, help) = (fault.problem.to_string(), fault.problem.help());
    let mut elements: Vec<Element> = place.iter().map(shown).collect();
    elements.extend(located.reach().map(|it| Level::NOTE.message(it).into()));
    elements.push(Level::HELP.message(visible_lines(&help)).into());
    let title = level.primary_title(visible_lines(&text)).id(fault.problem.code());
    renderer.render(&[title.elements(elements)])
}

/// A failure as text: what is wrong, where, and what to do.
pub fn message(text: &str, place: Option<&Place>, help: Option<&str>) -> String {
    let mut elements: Vec<Element> = place.into_iter().map(shown).collect();
    elements.extend(help.map(|it| Level::HELP.message(visible_lines(it)).into()));
    let title = Level::ERROR.primary_title(visible_lines(text));
    let group =
        if elements.is_empty() { Group::with_title(title) } else { title.elements(elements) };
    Renderer::styled().term_width(width()).render(&[group])
}

/// A warning as text.
pub fn warning(text: &str) -> String {
    let title = Level::WARNING.primary_title(visible_lines(text));
    Renderer::styled().term_width(width()).render(&[Group::with_title(title)])
}

/// The line of a place, or its name alone when the line is not to be seen.
fn shown(place: &Place) -> Element<'_> {
    let Some(excerpt) = &place.excerpt else {
        let origin = Origin::path(place.shown.as_str());
        return origin.line(place.line).char_column(place.column).into();
    };
    Snippet::source(excerpt.text.as_str())
        .line_start(place.line)
        .path(place.shown.as_str())
        .annotation(AnnotationKind::Primary.span(excerpt.span.clone()))
        .into()
}

fn summary(report: &Report) -> String {
    let hosts = plural(report.hosts, "host");
    match (report.count(Severity::Error), report.count(Severity::Warning)) {
        (0, 0) => format!("{hosts}, no faults"),
        (errors, 0) => format!("{hosts}, {}", plural(errors, "error")),
        (0, warnings) => format!("{hosts}, {}", plural(warnings, "warning")),
        (errors, warnings) => {
            format!("{hosts}, {}, {}", plural(errors, "error"), plural(warnings, "warning"))
        }
    }
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn width() -> usize {
    let columns = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    columns.or_else(terminal).unwrap_or(WIDTH).clamp(40, 200)
}
