//! Processes of `nix`, one a host, several at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use nixfleet_inventory::{Flake, Host, Nix, NixError};

use super::answer::QUESTION;
use super::answers::{Answers, Outcome};

/// Evaluates the hosts that have no outcome yet.
pub fn run(nix: &dyn Nix, flake: &Flake, jobs: usize, answers: &Answers) {
    let open = answers.open();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, open.len().max(1)) {
            scope.spawn(|| {
                while let Some(index) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (name, host) = answers.hosts[*index];
                    answers.set(*index, ask(nix, flake, name, host));
                }
            });
        }
    });
}

fn ask(nix: &dyn Nix, flake: &Flake, name: &str, host: &Host) -> Outcome {
    let installable = flake.attr(&format!("{}.\"{name}\"", host.output()));
    let json = nix.eval_json(&installable, Some(QUESTION))?;
    serde_json::from_slice(&json).map_err(|error| NixError::Answer {
        command: format!("nix eval --json {installable}"),
        reason: error.to_string(),
    })
}
