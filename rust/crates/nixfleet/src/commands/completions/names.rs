//! The names that a shell offers: those of the fleet that the line names, and of hosts also those that
//! have a VM.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::time::Duration;

use clap_complete::CompletionCandidate;
use nixfleet_inventory::{Host, Inventory};
use nixfleet_vm::state::Fleet;
use serde_json::Value;

use crate::commands::fleet;
use crate::global::Global;

/// How long somebody who pressed a key waits.
const PATIENCE: Duration = Duration::from_secs(3);

/// The hosts whose names begin so.
pub fn hosts(start: &OsStr) -> Vec<CompletionCandidate> {
    let global = global();
    let mut names = of_fleet(&global, |it| it.hosts.into_keys().collect());
    names.extend(Fleet::new(&fleet::flake(&global)).map(|it| it.hosts()).unwrap_or_default());
    offer(start, names)
}

/// The tags of the fleet's hosts.
pub fn tags(start: &OsStr) -> Vec<CompletionCandidate> {
    let tags = |it: &Host| it.tags().map(str::to_owned).collect::<Vec<_>>();
    offer(start, of_fleet(&global(), |it| it.hosts.values().flat_map(tags).collect()))
}

/// The waves of the fleet's releases.
pub fn waves(start: &OsStr) -> Vec<CompletionCandidate> {
    let name = |it: &Value| it.get("name")?.as_str().map(str::to_owned);
    let waves = |it: Inventory| it.release.get("waves")?.as_array().cloned();
    let names = |it| waves(it).unwrap_or_default().iter().filter_map(name).collect();
    offer(start, of_fleet(&global(), names))
}

/// Names of the fleet; none where it cannot be read.
fn of_fleet(global: &Global, names: impl Fn(Inventory) -> BTreeSet<String>) -> BTreeSet<String> {
    let nix = fleet::nix(global).patience(PATIENCE);
    fleet::inventory_by(global, &nix).map(names).unwrap_or_default()
}

/// Those that begin so. The shell reads what it gets: nothing is offered that it sees more in.
fn offer(start: &OsStr, names: BTreeSet<String>) -> Vec<CompletionCandidate> {
    let start = start.to_string_lossy();
    let is_plain = |it: &str| {
        let is_sign = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !it.is_empty() && !it.starts_with('-') && it.chars().all(is_sign)
    };
    let names = names.into_iter().filter(|it| is_plain(it) && it.starts_with(&*start));
    names.map(CompletionCandidate::new).collect()
}

/// What the line says of the fleet. It is not whole yet, so nothing parses it.
fn global() -> Global {
    // A line may hold any bytes.
    let mut words = env::args_os().map(|it| it.to_string_lossy().into_owned());
    let mut global = Global::default();
    while let Some(word) = words.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word, None),
        };
        let mut value = || value.clone().or_else(|| words.next()).unwrap_or_default();
        match name.as_str() {
            "--flake" => global.flake = Some(value()),
            "--inventory" => global.inventory = Some(value().into()),
            "--override-input" => global.override_input.extend([value(), value()]),
            "--option" => global.option.extend([value(), value()]),
            "--impure" => global.impure = true,
            _ => {}
        }
    }
    global
}
