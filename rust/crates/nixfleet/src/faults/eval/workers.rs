//! Processes of `nix`, one a host, several at a time.

use nixfleet_inventory::{Flake, Host};
use nixfleet_nix::{Nix, NixError};
use serde::de::DeserializeOwned;

use super::answer::QUESTION;
use super::answers::Answers;
use crate::side_by_side::each;

/// Evaluates the hosts that have no outcome yet.
pub fn run(nix: &dyn Nix, flake: &Flake, jobs: usize, answers: &Answers) {
    each(&answers.open(), jobs, |index| {
        let (name, host) = answers.hosts[*index];
        answers.set(*index, ask(nix, flake, name, host, QUESTION));
    });
}

/// Asks a question, a Nix function, of a host's configuration.
pub fn ask<T: DeserializeOwned>(
    nix: &dyn Nix,
    flake: &Flake,
    name: &str,
    host: &Host,
    question: &str,
) -> Result<T, NixError> {
    let installable = flake.attr(&format!("{}.\"{name}\"", host.output()));
    let json = nix.eval_json(&installable, Some(question))?;
    serde_json::from_slice(&json).map_err(|error| NixError::Answer {
        command: format!("nix eval --json {installable}"),
        reason: error.to_string(),
    })
}
