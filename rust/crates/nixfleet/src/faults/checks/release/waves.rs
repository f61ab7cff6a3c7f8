//! Which host goes with which wave.

use std::collections::BTreeSet;

use nixfleet_inventory::Host;
use serde_json::{Map, Value};

use super::problem::ReleaseProblem;
use super::{Scope, texts};
use crate::text::nearest::nearest;

/// The hosts that a wave names.
pub fn hosts(scope: &mut Scope, field: &str, value: &Value) {
    let inventory = scope.inventory;
    each(scope, field, value, "a list of names of hosts", |given| {
        let names = || inventory.hosts.keys().map(String::as_str);
        let nearest = || nearest(given, names()).map(str::to_owned);
        let unknown = || ReleaseProblem::Host { given: given.to_owned(), nearest: nearest() };
        (!inventory.hosts.contains_key(given)).then(unknown)
    });
}

/// The tags whose hosts are meant.
pub fn tags(scope: &mut Scope, field: &str, value: &Value) {
    let known: BTreeSet<&str> = scope.inventory.hosts.values().flat_map(tags_of).collect();
    each(scope, field, value, "a list of tags", |given| {
        let nearest = || nearest(given, known.iter().copied()).map(str::to_owned);
        let unknown = || ReleaseProblem::Tag { given: given.to_owned(), nearest: nearest() };
        (!known.contains(given)).then(unknown)
    });
}

fn each(
    scope: &mut Scope,
    field: &str,
    value: &Value,
    wanted: &'static str,
    judge: impl Fn(&str) -> Option<ReleaseProblem>,
) {
    let list = value.as_array().filter(|it| it.iter().all(Value::is_string));
    let Some(list) = list else {
        return scope.report_type(field, value, wanted);
    };
    for text in list.iter().filter_map(Value::as_str) {
        if let Some(problem) = judge(text) {
            scope.report(field, Some(text), problem);
        }
    }
}

fn tags_of(host: &Host) -> impl Iterator<Item = &str> {
    host.tags.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// A wave, as far as it chooses hosts.
struct Wave<'a> {
    at: usize,
    name: &'a str,
    hosts: Option<BTreeSet<&'a str>>,
    tags: Option<Vec<&'a str>>,
}

impl<'a> Wave<'a> {
    fn read(at: usize, set: &'a Map<String, Value>) -> Self {
        let name = set.get("name").and_then(Value::as_str).unwrap_or_default();
        Self {
            at,
            name,
            hosts: texts(set, "hosts").map(BTreeSet::from_iter),
            tags: texts(set, "tags"),
        }
    }

    fn names(&self, host: &str) -> bool {
        self.hosts.as_ref().is_some_and(|it| it.contains(host))
    }

    fn tags(&self, host: &Host) -> bool {
        self.tags.iter().flatten().any(|tag| tags_of(host).any(|it| it == *tag))
    }

    fn takes_the_rest(&self) -> bool {
        self.hosts.is_none() && self.tags.is_none()
    }
}

/// The waves that choose a host, by the strongest of the ways in which any does.
fn of_host<'a, 'b>(waves: &'b [Wave<'a>], name: &str, host: &Host) -> Vec<&'b Wave<'a>> {
    let ways: [&dyn Fn(&Wave) -> bool; 3] =
        [&|it| it.names(name), &|it| it.tags(host), &|it| it.takes_the_rest()];
    let mut found = ways.iter().map(|way| waves.iter().filter(|it| way(it)).collect::<Vec<_>>());
    found.find(|it| !it.is_empty()).unwrap_or_default()
}

/// Whether every host is in one wave, and every wave has a host.
///
/// A host goes with the wave that names it; else with the one that has a tag of it; else with the one
/// that has neither names nor tags.
pub fn check(scope: &mut Scope, release: &Map<String, Value>) {
    let sets = release.get("waves").and_then(Value::as_array);
    let sets: Vec<&Map<String, Value>> =
        sets.into_iter().flatten().filter_map(Value::as_object).collect();
    let waves: Vec<Wave> = sets.iter().enumerate().map(|(at, set)| Wave::read(at, set)).collect();
    if waves.is_empty() {
        return;
    }
    for (at, wave) in waves.iter().enumerate() {
        if !wave.name.is_empty() && waves[..at].iter().any(|it| it.name == wave.name) {
            let problem = ReleaseProblem::TwoOfAName(wave.name.to_owned());
            scope.report(&format!("release.waves.{at}.name"), Some(wave.name), problem);
        }
    }
    let mut lonely = Vec::new();
    let mut chosen = BTreeSet::new();
    for (name, host) in &scope.inventory.hosts {
        match of_host(&waves, name, host).as_slice() {
            [] => lonely.push(name.clone()),
            [one] => {
                chosen.insert(one.at);
            }
            [one, other, ..] => {
                chosen.extend([one.at, other.at]);
                let problem = ReleaseProblem::TwoWaves {
                    host: name.clone(),
                    one: one.name.to_owned(),
                    other: other.name.to_owned(),
                };
                scope.report(
                    &format!("release.waves.{}.name", other.at),
                    Some(other.name),
                    problem,
                );
            }
        }
    }
    if !lonely.is_empty() {
        scope.report("release.waves", None, ReleaseProblem::NoWave(lonely));
    }
    for wave in waves.iter().filter(|it| !chosen.contains(&it.at)) {
        let path = format!("release.waves.{}", wave.at);
        // Of hosts and tags that there are not, more is said at their names.
        let told = scope.faults.iter().any(|it| {
            it.field.starts_with(&format!("{path}."))
                && ["tag-unknown", "wave-host-unknown"].contains(&it.problem.code())
        });
        if !told {
            let problem = ReleaseProblem::Empty(wave.name.to_owned());
            scope.report(&format!("{path}.name"), Some(wave.name), problem);
        }
    }
}
