//! What the fleet says of its releases, typed: who signs, which caches, and which host goes when.

use std::collections::BTreeMap;

use nixfleet_inventory::{Host, Inventory};
use nixfleet_release::plan::{Budget, OnFailure, Wave};
use nixfleet_release::{Cache, Key, Signers};
use serde::Deserialize;
use serde_json::Value;

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
    waves: Vec<Choice>,
    #[serde(default)]
    budgets: Vec<Budget>,
    #[serde(default)]
    on_failure: OnFailure,
}

/// A wave and the hosts that it chooses: those named, those with one of the tags, or, with neither,
/// those that no other wave has.
#[derive(Deserialize)]
struct Choice {
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
        let mut wave_of = BTreeMap::new();
        for (name, host) in &inventory.hosts {
            match wave_of_host(&written.waves, name, host) {
                Some(wave) => {
                    wave_of.insert(name.clone(), wave.to_owned());
                }
                None if written.waves.is_empty() => {}
                None => return Err(Trouble::Plan(format!("`{name}` is in no wave"))),
            }
        }
        Ok(Self {
            fleet: inventory.name.as_str().unwrap_or(UNNAMED).to_owned(),
            signers,
            caches: written.caches,
            waves: written.waves.into_iter().map(|it| it.wave).collect(),
            budgets: written.budgets,
            on_failure: written.on_failure,
            wave_of,
        })
    }
}

/// A host's tags.
pub fn tags(host: &Host) -> Vec<String> {
    let tags = host.tags.as_array().into_iter().flatten();
    tags.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The wave that names the host, else the one that has a tag of it, else the one for the rest.
fn wave_of_host<'a>(waves: &'a [Choice], name: &str, host: &Host) -> Option<&'a str> {
    let tags = tags(host);
    let named = |it: &&Choice| it.hosts.iter().flatten().any(|it| it == name);
    let tagged = |it: &&Choice| it.tags.iter().flatten().any(|it| tags.contains(it));
    let rest = |it: &&Choice| it.hosts.is_none() && it.tags.is_none();
    let found = waves.iter().find(named);
    let found = found.or_else(|| waves.iter().find(tagged)).or_else(|| waves.iter().find(rest));
    found.map(|it| it.wave.name.as_str())
}
