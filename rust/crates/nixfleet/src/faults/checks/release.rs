//! Who may release, and how a release reaches the hosts: `release` of the fleet.

mod problem;
mod values;
mod waves;

use std::collections::HashMap;

use nixfleet_inventory::keys::PublicKey;
use nixfleet_inventory::{Host, Inventory};
use nixfleet_release::plan::{BUDGETS, WAVES};
use nixfleet_release::{CACHES, SIGNATURES};
use serde_json::{Map, Value};

use crate::faults::Fault;
use crate::text::quote::describe;
use nixfleet_text::nearest;
use problem::{ReleaseProblem, SET};

/// A host's own key: who it is to a control plane.
const HOST_KEY: &str = "hostKey";

/// The fields of a set within `release`, and what each is judged by.
type Fields = &'static [(&'static str, fn(&mut Scope, &str, &Value))];

const RELEASE: Fields = &[
    ("keys", values::keys),
    ("threshold", values::threshold),
    ("caches", |it, at, value| it.each(at, value, CACHE, &["url", "key"])),
    ("source", values::source),
    ("controlPlane", |it, at, value| it.set(at, value, CONTROL_PLANE, &["address", "key"])),
    ("waves", |it, at, value| it.each(at, value, WAVE, &["name"])),
    ("budgets", |it, at, value| it.each(at, value, BUDGET, &["tags", "atMost"])),
    ("onFailure", values::on_failure),
];

const CACHE: Fields = &[("url", values::text), ("key", values::cache_key)];

const CONTROL_PLANE: Fields = &[("address", values::address), ("key", values::control_planes_key)];

const WAVE: Fields = &[
    ("name", values::text),
    ("hosts", waves::hosts),
    ("tags", waves::tags),
    ("atMost", values::share),
    ("need", values::share),
    ("soak", values::span),
    ("window", values::window),
];

const BUDGET: Fields = &[("tags", waves::tags), ("atMost", values::share)];

/// The most elements of the lists that a release has.
const MOST: [(&str, usize); 4] =
    [("keys", SIGNATURES), ("caches", CACHES), ("waves", WAVES), ("budgets", BUDGETS)];

/// Looks at `release`, when the fleet has one.
pub fn check_fleet(inventory: &Inventory, faults: &mut Vec<Fault>) {
    let release = &inventory.release;
    if release.is_null() {
        return;
    }
    let mut scope = Scope { inventory, faults };
    scope.set("release", release, RELEASE, &["keys"]);
    let Some(release) = release.as_object() else { return };
    values::reachable(&mut scope, release);
    waves::check(&mut scope, release);
    if release.contains_key("controlPlane") {
        known_by_key(&mut scope);
    }
}

/// A control plane knows a host by its key.
fn known_by_key(scope: &mut Scope) {
    let mut known: HashMap<PublicKey, &str> = HashMap::new();
    // What is no host at all is told as that.
    let is_none = |host: &Host| host.faults.iter().flatten().any(|it| it.field.is_empty());
    for (name, host) in scope.inventory.hosts.iter().filter(|(_, host)| !is_none(host)) {
        let key = host.value(HOST_KEY);
        let line = key.and_then(Value::as_str);
        let mut first = || {
            let key = PublicKey::parse(line?).ok()?;
            let first: &str = known.entry(key).or_insert(name);
            (first != name).then(|| first.to_owned())
        };
        let problem = match (key, line.and_then(values::other_type)) {
            (None, _) => ReleaseProblem::NoHostKey(name.clone()),
            (_, Some(kind)) => ReleaseProblem::KeyType { of: HOST_KEY, kind },
            _ => match first() {
                Some(host) => ReleaseProblem::SameKey { host, other: name.clone() },
                None => continue,
            },
        };
        scope.faults.push(super::of_host(name, host, HOST_KEY, line.map(str::to_owned), problem));
    }
}

/// The fleet that is looked at, and where what is found goes.
struct Scope<'a> {
    inventory: &'a Inventory,
    faults: &'a mut Vec<Fault>,
}

impl Scope<'_> {
    /// Judges the fields of a set.
    fn set(&mut self, path: &str, value: &Value, fields: Fields, required: &[&'static str]) {
        let Some(set) = value.as_object() else {
            return self.report_type(path, value, SET);
        };
        for (name, value) in set {
            let field = format!("{path}.{name}");
            match fields.iter().find(|(known, _)| known == name) {
                // `null` says the same as nothing.
                Some(_) if value.is_null() => {}
                Some((_, judge)) => judge(self, &field, value),
                None => {
                    let nearest = nearest(name, fields.iter().map(|it| it.0));
                    let unknown = ReleaseProblem::Unknown {
                        name: name.clone(),
                        of: parent(path),
                        nearest: nearest.map(str::to_owned),
                    };
                    self.report(&field, None, unknown);
                }
            }
        }
        for name in required.iter().filter(|it| set.get(**it).is_none_or(Value::is_null)) {
            self.report(path, None, ReleaseProblem::Missing { name, of: parent(path) });
        }
    }

    /// Judges the fields of each set of a list.
    fn each(&mut self, path: &str, value: &Value, fields: Fields, required: &[&'static str]) {
        let Some(list) = value.as_array() else {
            return self.report_type(path, value, "a list of sets");
        };
        self.count(path, list.len());
        for (at, element) in list.iter().enumerate() {
            self.set(&format!("{path}.{at}"), element, fields, required);
        }
    }

    /// Whether a list has no more than a release takes.
    fn count(&mut self, path: &str, found: usize) {
        let field = path.rsplit('.').next().unwrap_or(path);
        if let Some((_, most)) = MOST.iter().find(|(known, most)| *known == field && found > *most)
        {
            let field = field.to_owned();
            self.report(path, None, ReleaseProblem::Many { field, found, most: *most });
        }
    }

    /// Reports a problem at a field, or what is around it; `text` is what to find there.
    fn report(&mut self, field: &str, text: Option<&str>, problem: ReleaseProblem) {
        let positions = self.inventory.positions.as_ref();
        let around = std::iter::successors(Some(field), |it| Some(it.rsplit_once('.')?.0));
        let position = positions.and_then(|all| around.into_iter().find_map(|it| all.get(it)));
        self.faults.push(Fault {
            hosts: Vec::new(),
            field: field.to_owned(),
            position: position.cloned(),
            text: text.map(str::to_owned),
            problem: Box::new(problem),
        });
    }

    /// Reports a value of a wrong type.
    fn report_type(&mut self, path: &str, value: &Value, wanted: &'static str) {
        let is_name = |it: &&str| it.parse::<usize>().is_err();
        let field = path.rsplit('.').find(is_name).unwrap_or(path).to_owned();
        let found = describe(value);
        self.report(path, value.as_str(), ReleaseProblem::Type { field, found, wanted });
    }
}

/// What a set within `release` is called: `release.waves.1` is a wave.
fn parent(path: &str) -> &'static str {
    match path.split('.').nth(1) {
        Some("caches") => "a cache",
        Some("waves") => "a wave",
        Some("budgets") => "a budget",
        Some("controlPlane") => "`controlPlane`",
        _ => "`release`",
    }
}

/// The elements of a list of texts within a set.
fn texts<'a>(set: &'a Map<String, Value>, field: &str) -> Option<Vec<&'a str>> {
    let list = set.get(field)?.as_array()?;
    Some(list.iter().filter_map(Value::as_str).collect())
}
