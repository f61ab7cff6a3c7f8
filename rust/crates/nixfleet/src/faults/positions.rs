//! The positions that a large fleet's inventory leaves out: Nix before 2.30 reads a file anew for
//! each line number, so the library tells them host by host then.

mod question;
mod written;

use std::collections::HashMap;

use nixfleet_inventory::{Flake, Inventory};
use nixfleet_nix::{Nix, Position};

use crate::faults::Fault;
use crate::faults::source::Sources;

use question::Question;

/// More than this take longer than their reader has patience for.
const MOST: usize = 20;

/// Gives positions to faults that have none: where they are written out, as they stand; of some of the
/// others Nix is asked. What cannot be had stays out: the faults are told all the same.
pub fn add(
    nix: &dyn Nix,
    flake: &Flake,
    inventory: &Inventory,
    sources: &mut Sources,
    faults: &mut [Fault],
) {
    let lacks_all = |host: &str| inventory.hosts.get(host).is_some_and(|it| it.positions.is_none());
    written::add(sources, faults, &lacks_all);
    for output in ["nixosConfigurations", "darwinConfigurations"] {
        let groups = alike(inventory, faults, output);
        let samples: Vec<usize> = groups.iter().flat_map(|it| sample(it)).take(MOST).collect();
        let others = groups.iter().flatten().copied().filter(|it| !samples.contains(it));
        // In one question: each makes Nix read the fleet anew.
        let asked: Vec<usize> = samples.iter().copied().chain(others).take(MOST).collect();
        let question = Question { nix, flake, output };
        question.ask(sources, faults, &asked);
        for group in &groups {
            spread(faults, group, &samples);
        }
    }
}

/// The faults without positions, those of the same words about the same field together: a value from
/// the defaults is at fault in every host that it reaches.
fn alike(inventory: &Inventory, faults: &[Fault], output: &str) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<(&str, &str, String), usize> = HashMap::new();
    for (index, fault) in faults.iter().enumerate() {
        let is_ours = |fault: &Fault| fault.host().is_some_and(|it| lacks(inventory, it, output));
        if fault.position.is_some() || !is_ours(fault) {
            continue;
        }
        let key = (fault.problem.code(), fault.field.as_str(), fault.problem.to_string());
        let group = *known.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(index);
    }
    groups
}

/// The first, the one in the middle and the last.
fn sample(group: &[usize]) -> Vec<usize> {
    let mut sample = vec![group[0], group[group.len() / 2], group[group.len() - 1]];
    sample.dedup();
    sample
}

/// Takes the place that all samples share for that of the whole group.
fn spread(faults: &mut [Fault], group: &[usize], samples: &[usize]) {
    let known = group.iter().filter(|it| samples.contains(it));
    let places: Vec<Option<Position>> = known.map(|it| faults[*it].position.clone()).collect();
    let Some((first @ Some(_), others)) = places.split_first() else { return };
    if !others.is_empty() && others.iter().all(|it| it == first) {
        for index in group {
            faults[*index].position.clone_from(first);
        }
    }
}

fn lacks(inventory: &Inventory, host: &str, output: &str) -> bool {
    inventory
        .hosts
        .get(host)
        .is_some_and(|host| host.positions.is_none() && host.output() == output)
}
