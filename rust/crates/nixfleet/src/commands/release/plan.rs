//! What the fleet says of its releases, typed: who signs, which caches, and which host goes when.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use nixfleet_inventory::Inventory;
use nixfleet_release::plan::{Budget, Choice, OnFailure, Wave, choosing};
use nixfleet_release::{Cache, Key, Signers, is_fleet};
use nixfleet_rollout::{Impossible, Member, impossible};
use serde::Deserialize;

use crate::error::Trouble;

/// The name of a fleet that gives itself none, as `mkFleet` has it.
const UNNAMED: &str = "nixfleet";

/// The fleet's `release`, without what chooses hosts.
#[derive(Debug)]
pub struct Plan {
    /// The fleet's name.
    pub fleet: String,
    /// Who may release.
    pub signers: Signers,
    /// Where the systems are.
    pub caches: Vec<Cache>,
    /// The waves, in order.
    pub waves: Vec<Wave>,
    /// The limits across waves.
    pub budgets: Vec<Budget>,
    /// What becomes of a release that fails.
    pub on_failure: OnFailure,
    /// The wave of each host.
    pub wave_of: BTreeMap<String, String>,
}

/// `release` as the fleet wrote it. What is wrong with it is told by `validate`, which knows where it
/// stands.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    keys: Vec<Key>,
    threshold: Option<usize>,
    #[serde(default)]
    caches: Vec<Cache>,
    #[serde(default)]
    waves: Vec<Chosen>,
    #[serde(default)]
    budgets: Vec<Budget>,
    #[serde(default)]
    on_failure: OnFailure,
}

/// A wave and the hosts that it chooses: [`Choice`].
#[derive(Deserialize)]
struct Chosen {
    hosts: Option<Vec<String>>,
    tags: Option<Vec<String>>,
    #[serde(flatten)]
    wave: Wave,
}

impl Plan {
    /// Reads what the fleet says.
    pub fn read(inventory: &Inventory) -> Result<Self, Trouble> {
        if inventory.release.is_null() {
            return Err(Trouble::NoPlan);
        }
        let written: Written = serde_json::from_value(inventory.release.clone())
            .map_err(|error| Trouble::Plan(error.to_string()))?;
        let signers = Signers { keys: written.keys, threshold: written.threshold.unwrap_or(1) };
        signers.check().map_err(Trouble::Plan)?;
        let choices: Vec<Choice> = written.waves.iter().map(choice).collect();
        let mut wave_of = BTreeMap::new();
        for (name, host) in &inventory.hosts {
            match choosing(&choices, name, &host.tags().collect::<Vec<_>>()).first() {
                Some(place) => {
                    wave_of.insert(name.clone(), written.waves[*place].wave.name.clone());
                }
                None if written.waves.is_empty() => {}
                None => return Err(Trouble::Plan(format!("`{name}` is in no wave"))),
            }
        }
        let fleet = inventory.name.as_str().unwrap_or(UNNAMED).to_owned();
        if !is_fleet(&fleet) {
            return Err(Trouble::Plan(format!("`{fleet}` is no name of a fleet")));
        }
        Ok(Self {
            fleet,
            signers,
            caches: written.caches,
            waves: written.waves.into_iter().map(|it| it.wave).collect(),
            budgets: written.budgets,
            on_failure: written.on_failure,
            wave_of,
        })
    }

    /// Why a release of it that is made now can never reach all hosts; none if it can.
    pub fn never(&self, now: Timestamp, expires: Option<Timestamp>) -> Vec<Impossible> {
        let plan = nixfleet_rollout::Plan {
            sequence: 0,
            expires,
            waves: self.waves.clone(),
            budgets: self.budgets.clone(),
            on_failure: self.on_failure,
        };
        let member = |(name, wave): (&String, &String)| Member {
            name: name.clone(),
            system: String::new(),
            wave: Some(wave.clone()),
            tags: Vec::new(),
            without_key: false,
        };
        impossible(&plan, &self.wave_of.iter().map(member).collect::<Vec<_>>(), now)
    }
}

/// What chooses the wave's hosts.
fn choice(it: &Chosen) -> Choice<'_> {
    Choice { hosts: set(it.hosts.as_ref()), tags: set(it.tags.as_ref()) }
}

fn set(texts: Option<&Vec<String>>) -> Option<BTreeSet<&str>> {
    Some(texts?.iter().map(String::as_str).collect())
}
