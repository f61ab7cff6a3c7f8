//! Whether the waves have every host, once.

use std::collections::BTreeSet;

use nixfleet_inventory::Host;
use nixfleet_release::plan::{Choice, choosing};
use serde_json::{Map, Value};

use super::problem::{NAMES, ReleaseProblem, TAGS};
use super::{Scope, texts};
use nixfleet_text::nearest;

/// The hosts that a wave names.
pub fn hosts(scope: &mut Scope, field: &str, value: &Value) {
    let inventory = scope.inventory;
    each(scope, field, value, NAMES, |given| {
        let names = || inventory.hosts.keys().map(String::as_str);
        let nearest = || nearest(given, names()).map(str::to_owned);
        let unknown = || ReleaseProblem::Host { given: given.to_owned(), nearest: nearest() };
        (!inventory.hosts.contains_key(given)).then(unknown)
    });
}

/// The tags whose hosts are meant.
pub fn tags(scope: &mut Scope, field: &str, value: &Value) {
    let known: BTreeSet<&str> = scope.inventory.hosts.values().flat_map(Host::tags).collect();
    each(scope, field, value, TAGS, |given| {
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

/// A wave, as far as it chooses hosts.
fn choice(set: &Map<String, Value>) -> Choice<'_> {
    let set_of = |field| texts(set, field).map(BTreeSet::from_iter);
    Choice { hosts: set_of("hosts"), tags: set_of("tags") }
}

/// Whether every host is in one wave, and every wave has a host.
pub fn check(scope: &mut Scope, release: &Map<String, Value>) {
    let sets = release.get("waves").and_then(Value::as_array);
    let sets: Vec<&Map<String, Value>> =
        sets.into_iter().flatten().filter_map(Value::as_object).collect();
    if sets.is_empty() {
        return;
    }
    let waves: Vec<Choice> = sets.iter().map(|it| choice(it)).collect();
    let name_of = |set: &&Map<String, Value>| {
        set.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let names: Vec<String> = sets.iter().map(name_of).collect();
    for (at, name) in names.iter().enumerate() {
        if !name.is_empty() && names[..at].contains(name) {
            let problem = ReleaseProblem::TwoOfAName(name.clone());
            scope.report(&format!("release.waves.{at}.name"), Some(name), problem);
        }
    }
    // Whom a wave chooses that cannot be read nobody knows; that is told there.
    let is_misread = |it: &crate::faults::Fault| {
        let of_wave = it.field.strip_prefix("release.waves.").and_then(|it| it.split_once('.'));
        it.problem.code() == "field-type-wrong"
            && of_wave.is_some_and(|(_, field)| ["hosts", "tags"].contains(&field))
    };
    if scope.faults.iter().any(is_misread) {
        return;
    }
    let mut lonely = Vec::new();
    let mut chosen = BTreeSet::new();
    let mut count = vec![0_usize; sets.len()];
    for (name, host) in &scope.inventory.hosts {
        match *choosing(&waves, name, &host.tags().collect::<Vec<_>>()) {
            [] => lonely.push(name.clone()),
            [one] => {
                chosen.insert(one);
                count[one] += 1;
            }
            [one, other, ..] => {
                chosen.extend([one, other]);
                let problem = ReleaseProblem::TwoWaves {
                    host: name.clone(),
                    one: names[one].clone(),
                    other: names[other].clone(),
                };
                let field = format!("release.waves.{other}.name");
                scope.report(&field, Some(&names[other]), problem);
            }
        }
    }
    for (at, set) in sets.iter().enumerate().filter(|(at, _)| count[*at] > 0) {
        let need = set.get("need").and_then(Value::as_u64).and_then(|it| usize::try_from(it).ok());
        if let Some(need) = need.filter(|it| *it > count[at]) {
            let problem = ReleaseProblem::Need { wave: names[at].clone(), need, has: count[at] };
            scope.report(&format!("release.waves.{at}.need"), None, problem);
        }
    }
    if !lonely.is_empty() {
        scope.report("release.waves", None, ReleaseProblem::NoWave(lonely));
    }
    for (at, name) in names.iter().enumerate().filter(|(at, _)| !chosen.contains(at)) {
        let path = format!("release.waves.{at}");
        // Of hosts and tags that there are not, more is said at their names.
        let told = scope.faults.iter().any(|it| {
            it.field.starts_with(&format!("{path}."))
                && ["tag-unknown", "wave-host-unknown"].contains(&it.problem.code())
        });
        if !told {
            let problem = ReleaseProblem::Empty(name.clone());
            scope.report(&format!("{path}.name"), Some(name), problem);
        }
    }
}
