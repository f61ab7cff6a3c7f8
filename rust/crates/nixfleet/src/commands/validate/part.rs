//! What is wrong with a fleet of which some hosts cannot be read.

use nixfleet_inventory::piecemeal::{self, Piecemeal};
use nixfleet_nix::NixError;

use super::look::{Found, Look};
use super::unread::without_a_fleet;
use super::whole;
use crate::commands::{failure, fleet};
use crate::error::Error;
use crate::faults::{Fault, eval, files};
use crate::global::Global;

/// The hosts that can be read, where what the fleet's author wrote keeps others from it.
pub fn found(global: &Global, error: &Error) -> Option<Piecemeal> {
    let is_asked = global.inventory.is_none() && error.cause().is_some() && !error.is_outside();
    is_asked.then(|| piecemeal::read(&fleet::nix_for_data(global), &fleet::flake(global))).flatten()
}

/// What is wrong with such a fleet: why each of the others cannot be read, and all else.
pub fn read(look: &mut Look, found: &Piecemeal) -> Found {
    let Look { global, hosts, survey, sources, .. } = look;
    let is_unreadable = |name: &String| found.unreadable.iter().any(|(host, _)| host == name);
    let others: Vec<String> = hosts.iter().filter(|name| !is_unreadable(name)).cloned().collect();
    if let Err(error) = fleet::require(&found.inventory, &others) {
        return without_a_fleet(look, error);
    }
    let is_wanted = |(name, _): &&(String, _)| fleet::is_wanted(hosts, name);
    let wanted: Vec<_> = found.unreadable.iter().filter(is_wanted).collect();
    let mut faults = Vec::new();
    for (name, error) in &wanted {
        let NixError::Failed { cause, stderr, .. } = error else { continue };
        if global.show_trace {
            failure::show_trace(stderr);
        }
        let explained = files::explain_by(cause, sources.tree(), survey);
        let fault = explained.unwrap_or_else(|| eval::unreadable(cause, sources.tree()));
        // What the files show already is told with them.
        let file = |it: &Fault| it.position.as_ref().map(|it| sources.tree().locate(&it.file).1);
        let is_told = |it: &Fault| file(it).is_some() && file(it) == file(&fault);
        if !survey.faults.iter().any(is_told) {
            faults.push(Fault { hosts: vec![name.clone()], ..fault });
        }
    }
    let count = wanted.len();
    let (mut report, failure) =
        whole::read_beside(look, &found.inventory, &found.unreadable, faults);
    report.hosts += count;
    (report, failure)
}
