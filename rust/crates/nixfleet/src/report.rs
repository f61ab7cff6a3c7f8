//! The result of `validate`: its faults, merged, placed and in order.

mod github;
mod human;
mod json;

pub use human::message;

use std::collections::{HashMap, HashSet};

use crate::cli::Format;
use crate::codes::CODES;
use crate::fault::{Fault, Severity};
use crate::source::{Place, Sources};

/// A fault with its place.
#[derive(Debug)]
pub struct Located {
    /// The fault.
    pub fault: Fault,
    /// Where it is, when Nix knows.
    pub place: Option<Place>,
}

/// The result of `validate`.
#[derive(Debug)]
pub struct Report {
    /// How many hosts were looked at.
    pub hosts: usize,
    /// What was found.
    pub faults: Vec<Located>,
}

impl Report {
    /// Puts faults together: a value that reaches several hosts, from the defaults or a name of the
    /// author's, is one fault. The order is that of hosts, then of lines.
    pub fn new(hosts: usize, faults: Vec<Fault>, sources: &mut Sources) -> Self {
        debug_assert!(faults.iter().all(|fault| CODES.contains(&fault.problem.code())));
        let mut faults: Vec<Located> = merge(faults)
            .into_iter()
            .map(|fault| {
                let text = fault.text.as_deref();
                let place = fault.position.as_ref().map(|it| sources.place(it, text));
                Located { fault, place }
            })
            .collect();
        hide_secrets(&mut faults);
        faults.sort_by(|a, b| order(a).cmp(&order(b)));
        Self { hosts, faults }
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
    pub fn explain(&self) -> String {
        human::faults(&self.faults)
    }

    /// The faults as a JSON list.
    pub fn entries(&self) -> serde_json::Value {
        json::entries(&self.faults)
    }

    /// The report as text.
    pub fn render(&self, format: Format) -> String {
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
    for place in faults.iter_mut().filter_map(|it| it.place.as_mut()) {
        if secret.contains(&key(place)) {
            place.excerpt = None;
        }
    }
}

fn order(located: &Located) -> impl Ord + '_ {
    let Located { fault, place } = located;
    let place = place.as_ref().map(|it| (it.file.as_str(), it.line, it.column));
    (fault.host(), place, fault.problem.code(), fault.field.as_str())
}

fn merge(faults: Vec<Fault>) -> Vec<Fault> {
    let mut merged: Vec<Fault> = Vec::new();
    let mut known: HashMap<(nixfleet_inventory::Position, &str, String), usize> = HashMap::new();
    for fault in faults {
        let Some(position) = fault.position.clone().filter(|_| !fault.hosts.is_empty()) else {
            merged.push(fault);
            continue;
        };
        let key = (position, fault.problem.code(), fault.problem.to_string());
        if let Some(index) = known.get(&key) {
            merged[*index].hosts.extend(fault.hosts);
        } else {
            known.insert(key, merged.len());
            merged.push(fault);
        }
    }
    merged
}
