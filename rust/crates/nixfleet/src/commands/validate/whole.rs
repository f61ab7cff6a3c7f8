//! What is wrong with a fleet that can be read.

use std::mem;

use nixfleet_inventory::{Host, Inventory, InventoryError};
use nixfleet_nix::NixError;

use super::look::{Found, Look};
use super::strangers::strangers;
use crate::commands::{failure, fleet};
use crate::error::Error;
use crate::faults::eval::{EvalArgs, Evaluation, Files};
use crate::faults::report::Report;
use crate::faults::source::{Sources, Tree};
use crate::faults::survey::Survey;
use crate::faults::{Fault, checks, files, positions, tracked, ways_in};
use crate::global::Global;

/// Reads a fleet of which all hosts can be read.
pub fn read(look: &mut Look, inventory: &Inventory) -> Found {
    read_beside(look, inventory, &[], Vec::new())
}

/// The same beside hosts that cannot be read, whose faults are known.
pub fn read_beside(
    look: &mut Look,
    inventory: &Inventory,
    unreadable: &[(String, NixError)],
    known: Vec<Fault>,
) -> Found {
    let Look { global, hosts, eval, survey, sources } = look;
    let wanted = |name: &str| fleet::is_wanted(hosts, name);
    let hosts = fleet::wanted(inventory, hosts);
    let count = hosts.len();
    let mut faults = inventoried(global, inventory, &wanted, sources);
    let mut outside = None;
    if eval.eval {
        let files = Files::new(sources.tree(), survey, inventory);
        (faults, outside) = evaluated(global, eval, files, hosts, faults);
    } else {
        heed_files(&mut faults, survey, sources.tree());
    }
    faults.extend(strangers(global, inventory, survey, &wanted));
    // The fleet has them, whatever is wrong with them.
    let is_there = |it: &Fault| unreadable.iter().any(|(name, _)| it.text.as_ref() == Some(name));
    faults.retain(|it| it.problem.code() != "wave-host-unknown" || !is_there(it));
    faults.extend(files::lacking(sources.tree(), survey, &faults));
    faults.extend(tracked::private_keys(sources.tree()));
    faults.extend(mem::take(&mut survey.faults));
    faults.extend(known);
    let report = Report::new(count, faults, sources);
    (report, outside.map(|it| Error::Inventory(InventoryError::Nix(it))))
}

/// What a plain `validate` says of the whole fleet, for a command that does not begin with faults.
pub fn plain(global: &Global, inventory: &Inventory) -> Report {
    let tree = Tree::new(&fleet::flake(global));
    let mut survey = Survey::of(&tree);
    let mut sources = Sources::new(tree);
    sources.keep(survey.flake.take());
    let mut faults = inventoried(global, inventory, &|_| true, &mut sources);
    heed_files(&mut faults, &survey, sources.tree());
    faults.extend(files::lacking(sources.tree(), &survey, &faults));
    faults.extend(survey.faults);
    Report::new(inventory.hosts.len(), faults, &mut sources)
}

/// What the inventory shows, at its places.
pub fn inventoried(
    global: &Global,
    inventory: &Inventory,
    wanted: &dyn Fn(&str) -> bool,
    sources: &mut Sources,
) -> Vec<Fault> {
    let mut faults = checks::all(inventory, wanted);
    if global.inventory.is_none() {
        let (nix, flake) = (fleet::nix_for_data(global), fleet::flake(global));
        positions::add(&nix, &flake, inventory, sources, &mut faults);
    }
    faults
}

/// Takes out what the fleet's files speak against; what is so, an evaluation knows.
fn heed_files(faults: &mut Vec<Fault>, survey: &Survey, tree: &Tree) {
    ways_in::heed(faults, survey, tree);
    faults.retain(|it| !survey.declares(it));
}

fn evaluated(
    global: &Global,
    args: &EvalArgs,
    files: Files,
    hosts: Vec<(&str, &Host)>,
    faults: Vec<Fault>,
) -> (Vec<Fault>, Option<NixError>) {
    let (nix, flake) = (fleet::nix(global), fleet::flake(global));
    let arguments = global.for_nix();
    let found = Evaluation { args, nix, arguments, flake, files }.run(hosts, faults);
    found.notices.iter().for_each(|notice| failure::warn(notice.as_str()));
    if global.show_trace {
        found.traces.iter().for_each(failure::show_trace);
    }
    (found.faults, found.outside)
}
