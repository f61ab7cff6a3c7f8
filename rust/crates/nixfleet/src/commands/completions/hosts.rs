//! The hosts that a shell offers: those of the fleet that the line names, and those that have a VM.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::sync::Arc;
use std::time::Duration;

use clap_complete::CompletionCandidate;
use nixfleet_nix::Patience;
use nixfleet_text::is_label;
use nixfleet_vm::state::Fleet;

use crate::commands::fleet;
use crate::global::Global;

/// How long somebody who pressed a key waits.
const PATIENCE: Duration = Duration::from_secs(3);

/// The hosts whose names begin so.
pub fn named(start: &OsStr) -> Vec<CompletionCandidate> {
    let start = start.to_string_lossy();
    // A line may hold any bytes.
    let words = env::args_os().map(|it| it.to_string_lossy().into_owned());
    let global = global(words);
    let patience = Patience { limit: PATIENCE, stop: Arc::new(|| false) };
    let nix = fleet::nix(&global).patience(patience);
    let inventory = fleet::inventory_by(&global, &nix);
    let mut names: BTreeSet<String> =
        inventory.map(|it| it.hosts.into_keys().collect()).unwrap_or_default();
    names.extend(Fleet::new(&fleet::flake(&global)).map(|it| it.hosts()).unwrap_or_default());
    // The shell reads what it gets: nothing but a name of a host is one.
    let names = names.into_iter().filter(|it| is_label(it) && it.starts_with(&*start));
    names.map(CompletionCandidate::new).collect()
}

/// What the line says of the fleet. It is not whole yet, so nothing parses it.
fn global(mut words: impl Iterator<Item = String>) -> Global {
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
