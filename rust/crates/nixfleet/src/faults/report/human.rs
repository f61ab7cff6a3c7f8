//! A report for people: the faults of a host together, each with its line.

use std::fmt::Write;
use std::io;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use anstream::{AutoStream, ColorChoice};

use super::reach::name_of;
use super::{Located, Report, visible_lines};
use crate::faults::Severity;
use crate::faults::source::Place;
use crate::text::wrap::{columns, fit};

/// The width when there is no terminal to ask.
const WIDTH: usize = 100;

/// The report, with the colours of a terminal where there is one.
pub fn render(report: &Report) -> String {
    let page = Page::new(columns(io::stdout()));
    // To take the colours out of a long report takes longer than to leave them out.
    let is_plain = AutoStream::choice(&io::stdout()) == ColorChoice::Never;
    let page = if is_plain { page.plain() } else { page };
    format!("{}{}\n", page.faults(&report.faults), summary(report))
}

/// The faults alone, for standard error.
pub fn faults(faults: &[Located]) -> String {
    Page::new(columns(io::stderr())).faults(faults)
}

/// A failure as text: what is wrong, where, and what to do.
pub fn message(text: &str, place: Option<&Place>, help: Option<&str>) -> String {
    let page = Page::new(columns(io::stderr()));
    let mut elements: Vec<Element> = place.into_iter().map(shown).collect();
    elements.extend(help.map(|it| Element::from(Level::HELP.message(page.below(it, place)))));
    let title = Level::ERROR.primary_title(page.title(text, "error"));
    let group =
        if elements.is_empty() { Group::with_title(title) } else { title.elements(elements) };
    page.renderer.render(&[group])
}

/// A warning as text.
pub fn warning(text: &str) -> String {
    let page = Page::new(columns(io::stderr()));
    let title = Level::WARNING.primary_title(page.title(text, "warning"));
    page.renderer.render(&[Group::with_title(title)])
}

/// What was not looked at.
const UNREAD: &str = "\nmodules were not evaluated: `--eval`";

/// What faults are written on.
struct Page {
    renderer: Renderer,
    /// What stands before and after a name that is set off.
    bold: (&'static str, &'static str),
    /// Its width, where text is to be broken.
    columns: Option<usize>,
}

impl Page {
    fn new(columns: Option<usize>) -> Self {
        Self::by(Renderer::styled(), ("\x1b[1m", "\x1b[0m"), columns)
    }

    /// The same without colours.
    fn plain(self) -> Self {
        Self::by(Renderer::plain(), ("", ""), self.columns)
    }

    fn by(renderer: Renderer, bold: (&'static str, &'static str), columns: Option<usize>) -> Self {
        let width = columns.unwrap_or(WIDTH).clamp(40, 200);
        Self { renderer: renderer.term_width(width), bold, columns }
    }

    fn faults(&self, faults: &[Located]) -> String {
        let mut text = String::new();
        let mut heading = None;
        for located in faults {
            let host = located.host();
            if heading != Some(host) {
                heading = Some(host);
                let name = host.map_or("the fleet".to_owned(), name_of);
                let _ = writeln!(text, "{}{name}{}", self.bold.0, self.bold.1);
            }
            let _ = writeln!(text, "{}\n", self.fault(located));
        }
        text
    }

    fn fault(&self, located: &Located) -> String {
        let Located { fault, words, place, .. } = located;
        let (level, word) = match fault.problem.severity() {
            Severity::Error => (Level::ERROR, "error"),
            Severity::Warning => (Level::WARNING, "warning"),
        };
        let code = fault.problem.code();
        let below = |text: &str| self.below(text, place.as_ref());
        let mut elements: Vec<Element> = place.iter().map(shown).collect();
        elements.extend(located.reach().map(|it| Element::from(Level::NOTE.message(below(&it)))));
        elements.push(Level::HELP.message(below(&words.help)).into());
        let title =
            level.primary_title(self.title(&words.message, &format!("{word}[{code}]"))).id(code);
        self.renderer.render(&[title.elements(elements)])
    }

    /// A title, which stands behind a word and a colon.
    fn title(&self, text: &str, before: &str) -> String {
        self.fit(text, before.len() + 2)
    }

    /// A note or a help, which stands behind the numbers of lines.
    fn below(&self, text: &str, place: Option<&Place>) -> String {
        let numbers = place.map_or(0, |it| it.line.to_string().len());
        self.fit(text, numbers + " = help: ".len())
    }

    fn fit(&self, text: &str, before: usize) -> String {
        let room = self.columns.map_or(usize::MAX, |it| it.saturating_sub(before));
        fit(&visible_lines(text), room, 0)
    }
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
    let unread = if report.is_evaluated || report.hosts == 0 { "" } else { UNREAD };
    let sum = match (report.count(Severity::Error), report.count(Severity::Warning)) {
        (0, 0) => format!("{hosts}, no faults"),
        (errors, 0) => format!("{hosts}, {}", plural(errors, "error")),
        (0, warnings) => format!("{hosts}, {}", plural(warnings, "warning")),
        (errors, warnings) => {
            format!("{hosts}, {}, {}", plural(errors, "error"), plural(warnings, "warning"))
        }
    };
    format!("{sum}{unread}")
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
