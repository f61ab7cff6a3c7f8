//! What has to hold at every step, as an onlooker sees it who knows all machines.

use std::collections::{BTreeMap, BTreeSet};

use nixfleet_agent::core::{Outcome, Step};
use nixfleet_rollout::{State, View};

use crate::host::Host;
use crate::release::{Release, Shape, system};

/// What the onlooker remembers.
pub struct Watch {
    shape: Shape,
    /// For each host its wave and its budgets, and whether it takes room there.
    wave_of: Vec<usize>,
    budgets_of: Vec<Vec<usize>>,
    takes: Vec<bool>,
    begun: Vec<u64>,
    committed: Vec<u64>,
    waves: Vec<(usize, usize)>,
    budgets: Vec<(usize, usize)>,
    /// Releases of which a host of the first wave has committed.
    canaries: BTreeSet<u64>,
    first: usize,
    newest: u64,
    /// The newest that was made, whether or not the control plane has it.
    pub made: u64,
    /// The control plane lost what it knew, so it cannot know who is on the way.
    pub lost: bool,
    /// Somebody lets hosts go who may not: then they go early, and never to anything else.
    is_hostile: bool,
    /// A person gave room away, or took a wave as done, with these releases.
    pub bold: BTreeSet<u64>,
}

impl Watch {
    pub fn new(shape: &Shape, is_hostile: bool) -> Self {
        let names: BTreeMap<&str, usize> =
            shape.waves.iter().enumerate().map(|(at, it)| (it.name.as_str(), at)).collect();
        let wave_of: Vec<usize> = shape
            .hosts
            .iter()
            .map(|(_, wave, _)| wave.as_deref().map_or(0, |it| names[it]))
            .collect();
        let budgets_of: Vec<Vec<usize>> = shape
            .hosts
            .iter()
            .map(|(_, _, tags)| {
                let has = |at: &usize| shape.budgets[*at].tags.iter().any(|it| tags.contains(it));
                (0..shape.budgets.len()).filter(has).collect()
            })
            .collect();
        let size = |wave: usize| wave_of.iter().filter(|it| **it == wave).count();
        let waves = (0..shape.waves.len().max(1)).map(|at| {
            let most = shape.waves.get(at).and_then(|it| it.at_most);
            (0, most.map_or(size(at), |it| it.at_most(size(at))))
        });
        let budgets = shape.budgets.iter().enumerate().map(|(at, budget)| {
            let hosts = budgets_of.iter().filter(|it| it.contains(&at)).count();
            (0, budget.at_most.at_most(hosts))
        });
        Self {
            waves: waves.collect(),
            budgets: budgets.collect(),
            takes: vec![false; wave_of.len()],
            begun: vec![0; wave_of.len()],
            committed: vec![0; wave_of.len()],
            first: wave_of.iter().copied().min().unwrap_or(0),
            canaries: BTreeSet::new(),
            newest: 0,
            made: 0,
            lost: false,
            is_hostile,
            bold: BTreeSet::new(),
            shape: shape.clone(),
            wave_of,
            budgets_of,
        }
    }

    /// A release was taken: what failed with the one before is nothing to it.
    pub fn published(&mut self, sequence: u64, hosts: &[Host]) {
        self.newest = sequence;
        for (at, host) in hosts.iter().enumerate() {
            self.count(at, host);
        }
    }

    fn count(&mut self, at: usize, host: &Host) {
        let system = system(host.name(), self.newest);
        let has_failed = host.state.denied.as_ref().is_some_and(|it| it.system == system);
        let takes = is_moving(host) || has_failed;
        if takes == std::mem::replace(&mut self.takes[at], takes) {
            return;
        }
        let change = |count: &mut usize| *count = if takes { *count + 1 } else { *count - 1 };
        change(&mut self.waves[self.wave_of[at]].0);
        for budget in &self.budgets_of[at] {
            change(&mut self.budgets[*budget].0);
        }
    }

    /// A host has taken a step.
    pub fn step(&mut self, at: usize, host: &Host) -> Result<(), String> {
        let (name, machine) = (host.name(), &host.machine);
        if let Some(system) = &machine.unproven {
            return Err(format!("{name} boots {system}, which has not held"));
        }
        let (default, profile) = (&machine.default, &machine.profile);
        if !host.is_busy() && (machine.running != *default || default != profile) {
            return Err(format!(
                "{name} rests, and runs {}, boots {default}, and has {profile} in its profile",
                machine.running
            ));
        }
        if let Step::Room(target) = &host.state.step {
            let is_one = (1..=self.made).contains(&target.sequence);
            if !is_one || target.system != system(name, target.sequence) {
                return Err(format!(
                    "{name} goes to {}, which no release has for it",
                    target.system
                ));
            }
            if target.sequence < self.committed[at] {
                return Err(format!(
                    "{name} goes from {} to {}",
                    self.committed[at], target.sequence
                ));
            }
            let began = self.begun[at].max(target.sequence);
            if std::mem::replace(&mut self.begun[at], began) < target.sequence {
                self.may_begin(at, name, target.sequence)?;
            }
        }
        for sequence in self.committed[at]..=self.newest {
            if !is_moving(host) && machine.running == system(name, sequence) {
                self.committed[at] = sequence;
                if self.wave_of[at] == self.first {
                    self.canaries.insert(sequence);
                }
            }
        }
        let was = self.takes[at];
        self.count(at, host);
        if !was && self.takes[at] { self.limits_hold(at, name) } else { Ok(()) }
    }

    fn may_begin(&self, at: usize, name: &str, sequence: u64) -> Result<(), String> {
        let is_canary = self.wave_of[at] == self.first;
        if self.is_hostile
            || is_canary
            || self.canaries.contains(&sequence)
            || self.bold.contains(&sequence)
        {
            return Ok(());
        }
        Err(format!("{name} goes to {sequence} before any of the first wave has committed it"))
    }

    fn limits_hold(&self, at: usize, name: &str) -> Result<(), String> {
        if self.lost || self.is_hostile || !self.bold.is_empty() {
            return Ok(());
        }
        let (taking, most) = self.waves[self.wave_of[at]];
        if taking > most {
            let wave = self.shape.waves.get(self.wave_of[at]).map_or("all", |it| &it.name);
            return Err(format!("{name} is one of {taking} in wave {wave}, and {most} may be"));
        }
        for budget in &self.budgets_of[at] {
            let (taking, most) = self.budgets[*budget];
            if taking > most {
                let others = (0..self.takes.len())
                    .filter(|it| self.takes[*it] && self.budgets_of[*it].contains(budget))
                    .map(|it| self.shape.hosts[it].0.as_str());
                let others = others.take(10).collect::<Vec<_>>().join(", ");
                return Err(format!(
                    "{name} is one of {taking} in budget {budget}, and {most} may be: {others}"
                ));
            }
        }
        Ok(())
    }
}

/// Whether it is on its way. One that has committed has arrived; that its guard is still to be taken
/// away risks nothing.
fn is_moving(host: &Host) -> bool {
    let has_committed = matches!(host.state.step, Step::Disarm { outcome: Outcome::Committed, .. });
    host.is_busy() && !has_committed
}

/// All went well for long: everything has come to its end, or says why not.
pub fn end(view: &View, hosts: &[Host], newest: &Release, is_calm: bool) -> Result<(), String> {
    if view.sequence != newest.sequence {
        return Err(format!("release {} is not there: {}", newest.sequence, view.sequence));
    }
    let failed = view.tally.failed + view.tally.silent;
    let by_people = view.tally.held + view.tally.skipped;
    match view.state {
        State::Running if by_people == 0 => {
            Err(format!("it neither ends nor waits for a person: {}", view.sentence))
        }
        State::Halted if failed == 0 => {
            Err(format!("it stopped and nothing failed: {}", view.sentence))
        }
        State::Complete => {
            let run = |it: &&Host| it.machine.running == newest.systems[it.name()];
            let arrived = hosts.iter().filter(run).count();
            if arrived + failed + by_people < hosts.len() {
                return Err(format!("{arrived} of {} run it: {}", hosts.len(), view.sentence));
            }
            Ok(())
        }
        _ if is_calm => {
            Err(format!("nothing went wrong, and it is not complete: {}", view.sentence))
        }
        _ => Ok(()),
    }
}

/// Control planes over one database show the same.
pub fn agree(views: &[View]) -> Result<(), String> {
    let shows = |it: &View| (it.sequence, it.state, it.tally);
    let Some((first, others)) = views.split_first() else { return Ok(()) };
    match others.iter().find(|it| shows(it) != shows(first)) {
        Some(other) => {
            Err(format!("one says: {}; and another: {}", first.sentence, other.sentence))
        }
        None => Ok(()),
    }
}
