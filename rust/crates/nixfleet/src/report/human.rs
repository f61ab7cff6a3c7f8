//! A report for people: the faults of a host together, each with its line.

use std::env;
use std::fmt::Write;

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};
use nixfleet_inventory::visible;

use super::{Located, Report};
use crate::fault::{Fault, Severity};

/// The width when there is no terminal to ask.
const WIDTH: usize = 100;
/// How many hosts a message names.
const NAMED: usize = 3;

/// The report, with the colours of a terminal; who writes it takes them out where there is none.
pub fn render(report: &Report) -> String {
    let renderer = Renderer::styled().term_width(width());
    let mut text = String::new();
    let mut heading = None;
    for located in &report.faults {
        let host = located.fault.host();
        if heading != Some(host) {
            heading = Some(host);
            let name = host.map_or("the fleet".into(), visible);
            let _ = writeln!(text, "\x1b[1m{name}\x1b[0m");
        }
        let _ = writeln!(text, "{}\n", fault(&renderer, located));
    }
    let _ = writeln!(text, "{}", summary(report));
    text
}

fn fault(renderer: &Renderer, located: &Located) -> String {
    let Located { fault, place } = located;
    let level = match fault.problem.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let message = visible(&fault.problem.to_string()).into_owned();
    let mut elements: Vec<Element> = Vec::new();
    if let Some(place) = place {
        elements.push(match &place.excerpt {
            Some(excerpt) => Snippet::source(excerpt.text.as_str())
                .line_start(place.line)
                .path(place.shown.as_str())
                .annotation(AnnotationKind::Primary.span(excerpt.span.clone()))
                .into(),
            None => {
                Origin::path(place.shown.as_str()).line(place.line).char_column(place.column).into()
            }
        });
    }
    if let Some(reach) = reach(fault) {
        elements.push(Level::NOTE.message(reach).into());
    }
    let help = visible(&fault.problem.help()).into_owned();
    elements.push(Level::HELP.message(help).into());
    let group = level.primary_title(message).id(fault.problem.code()).elements(elements);
    renderer.render(&[group])
}

/// Which hosts a shared value reaches.
fn reach(fault: &Fault) -> Option<String> {
    let count = fault.hosts.len();
    if count < 2 {
        return None;
    }
    let names: Vec<_> = fault.hosts.iter().take(NAMED).map(|name| visible(name)).collect();
    let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
    Some(format!("this reaches {count} hosts: {}{more}", names.join(", ")))
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
