//! The result of `validate`: its faults, merged, placed and in order.

mod drawing;
pub mod github;
mod human;
mod json;
mod reach;

pub use human::{message, warning};

use std::collections::{HashMap, HashSet};

use nixfleet_nix::Position;
use nixfleet_text::Lines;
use serde::Serialize;

use crate::faults::checks::is_placeholder;
use crate::faults::codes::CODES;
use crate::faults::concealed::{Words, conceal};
use crate::faults::source::{Place, Sources};
use crate::faults::{Fault, Severity};
use crate::global::Format;

/// A fault with its place.
#[derive(Debug)]
pub struct Located {
    /// The fault.
    pub fault: Fault,
    /// What its problem says.
    pub words: Words,
    /// The same text read through other fields, as the installer's keys and those of hosts often
    /// are one list.
    pub also: Vec<Fault>,
    /// Where it is, when Nix knows.
    pub place: Option<Place>,
    /// Where the same stands as well.
    pub elsewhere: Vec<String>,
}

impl Located {
    /// The host, when the fault is of one host alone.
    pub fn host(&self) -> Option<&str> {
        self.fault.host().filter(|_| self.also.is_empty())
    }

    /// The fault and the same through other fields.
    pub fn all(&self) -> impl Iterator<Item = &Fault> {
        std::iter::once(&self.fault).chain(&self.also)
    }
}

/// The result of `validate`.
#[derive(Debug)]
pub struct Report {
    /// How many hosts were looked at.
    pub hosts: usize,
    /// What was found.
    pub faults: Vec<Located>,
    /// Whether the hosts' modules were evaluated.
    pub is_evaluated: bool,
}

impl Report {
    /// Puts faults together: a value that reaches several hosts or fields, from the defaults or a
    /// name of the author's, is one fault. The order is that of hosts, then of lines.
    pub fn new(hosts: usize, faults: Vec<Fault>, sources: &mut Sources) -> Self {
        debug_assert!(faults.iter().all(|fault| CODES.contains(&fault.problem.code())));
        let located = merge(faults.into_iter().map(conceal)).into_iter().map(|(fault, words)| {
            let text = fault.text.as_deref();
            let place = fault.position.as_ref().map(|it| match text {
                Some(text) if fault.problem.is_of_text() => sources.place_of_text(it, text),
                _ => sources.place(it, text),
            });
            Located { fault, words, also: Vec::new(), place, elsewhere: Vec::new() }
        });
        let located: Vec<_> = located.collect();
        let mut faults = merge_places(located.into_iter(), sources);
        hide_secrets(&mut faults);
        faults.sort_by(|a, b| order(a).cmp(&order(b)));
        Self { hosts, faults, is_evaluated: false }
    }

    /// Whether there is an error among the faults.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many faults are that bad.
    pub fn count(&self, severity: Severity) -> usize {
        self.faults.iter().filter(|it| it.fault.problem.severity() == severity).count()
    }

    /// The faults as text for people, without a sum.
    pub fn explain(&self) -> Lines {
        human::faults(&self.faults)
    }

    /// The faults as a list for a JSON document.
    pub fn entries(&self) -> impl Serialize {
        json::entries(&self.faults)
    }

    /// The report as text.
    pub fn render(&self, format: Format) -> Lines {
        match format {
            Format::Human => human::render(self),
            Format::Json => json::render(self),
            Format::Github => github::render(self),
        }
    }
}

/// A line that holds a secret is not shown, whatever fault points at it.
fn hide_secrets(faults: &mut [Located]) {
    let key = |place: &Place| (place.file.clone(), place.line);
    let secret: HashSet<(String, usize)> = faults
        .iter()
        .filter(|it| it.fault.problem.is_secret())
        .filter_map(|it| it.place.as_ref().map(key))
        .collect();
    if secret.is_empty() {
        return;
    }
    for place in faults.iter_mut().filter_map(|it| it.place.as_mut()) {
        if secret.contains(&key(place)) {
            place.excerpt = None;
        }
    }
}

fn order(located: &Located) -> impl Ord + '_ {
    let Located { fault, place, .. } = located;
    let place = place.as_ref().map(|it| (it.file.as_str(), it.line, it.column));
    (located.host(), place, fault.problem.code(), fault.field.as_str())
}

/// One fault for each value that the author gave.
fn merge(faults: impl Iterator<Item = (Fault, Words)>) -> Vec<(Fault, Words)> {
    let count = faults.size_hint().0;
    let mut merged: Vec<(Fault, Words)> = Vec::with_capacity(count);
    let mut known: HashMap<(Position, &str, Lines), usize> = HashMap::with_capacity(count);
    for (fault, words) in faults {
        let Some(position) = fault.position.clone().filter(|_| !fault.hosts.is_empty()) else {
            merged.push((fault, words));
            continue;
        };
        let key = (position, fault.problem.code(), words.message.clone());
        if let Some(index) = known.get(&key) {
            add_hosts(&mut merged[*index].0, fault.hosts);
        } else {
            known.insert(key, merged.len());
            merged.push((fault, words));
        }
    }
    merged
}

/// One fault for each text that the author wrote: a list under a name of its own reaches several
/// fields, and each of them is its text's place. Where the text is not to be found, as one of a file
/// that is read, what is written in both fields tells that it is one.
fn merge_places(faults: impl Iterator<Item = Located>, sources: &mut Sources) -> Vec<Located> {
    let count = faults.size_hint().0;
    let mut merged: Vec<Located> = Vec::with_capacity(count);
    let mut known: HashMap<Key, usize> = HashMap::with_capacity(count);
    for located in faults {
        let Some(key) = key(&located, sources) else {
            merged.push(located);
            continue;
        };
        if let Some(index) = known.get(&key) {
            let merged = &mut merged[*index];
            match &key.text {
                Wherein::Taken(origin) => {
                    join(merged, located);
                    merged.place = Some(sources.place(origin, None));
                }
                Wherein::Template => join_apart(merged, located),
                Wherein::At(..) | Wherein::Value(_) => join(merged, located),
            }
        } else {
            known.insert(key, merged.len());
            merged.push(located);
        }
    }
    merged
}

/// What is alike in faults of one text.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    file: String,
    text: Wherein,
    code: &'static str,
    message: Lines,
}

/// Where a text is.
#[derive(PartialEq, Eq, Hash)]
enum Wherein {
    /// There.
    At(usize, usize),
    /// In what this comes to.
    Value(String),
    /// It is what is written here, which fields take by a name.
    Taken(Position),
    /// The words of a template, wherever they are: they were to be put in one place.
    Template,
}

fn key(Located { fault, words, place, .. }: &Located, sources: &mut Sources) -> Option<Key> {
    let (place, position) = (place.as_ref()?, fault.position.as_ref()?);
    if let (Some(code), Some(true)) =
        (fault.problem.kind_of_text(), fault.text.as_deref().map(is_placeholder))
    {
        let (file, message) = (String::new(), Lines::default());
        return Some(Key { file, text: Wherein::Template, code, message });
    }
    if let Some(code) = fault.problem.kind_of_text().filter(|_| !fault.problem.is_of_text()) {
        let origin = sources.origin(position)?;
        let (file, message) = (place.file.clone(), Lines::default());
        return Some(Key { file, text: Wherein::Taken(origin), code, message });
    }
    let text = fault.text.as_ref()?;
    let is_at = |number: u32, found: usize| usize::try_from(number).is_ok_and(|it| it == found);
    let is_found = !is_at(position.line, place.line) || !is_at(position.column, place.column);
    let written = sources.written(position).filter(|it| !is_found && !it.contains(text.as_str()));
    let text = match written {
        Some(written) => Wherein::Value(written.to_owned()),
        None => Wherein::At(place.line, place.column),
    };
    let (code, message) = match fault.problem.kind_of_text() {
        Some(kind) => (kind, Lines::default()),
        None => (fault.problem.code(), words.message.clone()),
    };
    Some(Key { file: place.file.clone(), text, code, message })
}

/// Adds a fault of the same words that stand in another place, which is told too.
fn join_apart(located: &mut Located, other: Located) {
    let at = |place: &Place| format!("{}:{}:{}", place.shown, place.line, place.column);
    let places = [&located.place, &other.place].map(|it| it.as_ref().map(at));
    join(located, other);
    located.elsewhere.extend(places.into_iter().flatten());
    let mut seen: HashSet<String> = located.place.as_ref().map(at).into_iter().collect();
    located.elsewhere.retain(|it| seen.insert(it.clone()));
}

/// Adds a fault of the same text. The fleet's own comes first, in the words of its kind.
fn join(located: &mut Located, other: Located) {
    let Located { mut fault, mut words, place, .. } = other;
    let is_of_kind = |it: &Fault| Some(it.problem.code()) == it.problem.kind_of_text();
    if is_of_kind(&fault) && !is_of_kind(&located.fault) {
        std::mem::swap(&mut located.words, &mut words);
        std::mem::swap(&mut located.fault.problem, &mut fault.problem);
    }
    if fault.hosts.is_empty() && !located.fault.hosts.is_empty() {
        std::mem::swap(&mut located.fault, &mut fault);
        std::mem::swap(&mut located.fault.problem, &mut fault.problem);
        located.place = place;
    }
    let mut all = std::iter::once(&mut located.fault).chain(&mut located.also);
    match all.find(|it| it.field == fault.field && it.hosts.is_empty() == fault.hosts.is_empty()) {
        Some(same) => add_hosts(same, fault.hosts),
        None => located.also.push(fault),
    }
}

/// A host that has the text twice is still one host. Its faults come one after the other.
fn add_hosts(fault: &mut Fault, hosts: Vec<String>) {
    for host in hosts {
        if fault.hosts.last() != Some(&host) {
            fault.hosts.push(host);
        }
    }
}
