//! The hosts that are evaluated, and what is known of each so far.

use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::ProgressBar;
use nixfleet_inventory::{Flake, Host};
use nixfleet_nix::NixError;

use super::answer::Answer;
use crate::eval_jobs::Line;

/// What an evaluation came to.
pub type Outcome = Result<Answer, NixError>;

/// The hosts and their outcomes, which come in any order and from several threads.
pub struct Answers<'a> {
    /// The hosts.
    pub hosts: Vec<(&'a str, &'a Host)>,
    outcomes: Mutex<Vec<Option<Outcome>>>,
    bar: ProgressBar,
}

impl<'a> Answers<'a> {
    /// No host has an outcome yet.
    pub fn new(hosts: Vec<(&'a str, &'a Host)>, bar: ProgressBar) -> Self {
        let outcomes = Mutex::new(hosts.iter().map(|_| None).collect());
        Self { hosts, outcomes, bar }
    }

    /// Takes a host's outcome; the first one counts.
    pub fn set(&self, index: usize, outcome: Outcome) {
        if let Some(place) = lock(&self.outcomes).get_mut(index).filter(|it| it.is_none()) {
            *place = Some(outcome);
            self.bar.inc(1);
        }
    }

    /// Takes what `nix-eval-jobs` says of a host.
    pub fn take(&self, index: usize, line: Line, flake: &Flake) {
        let answer = line.extra_value.and_then(|it| serde_json::from_value(it).ok());
        match (answer, line.error) {
            // The dummy derivation may fail where the answer is known.
            (Some(answer), _) => self.set(index, Ok(answer)),
            (None, Some(error)) => {
                let command = format!("nix-eval-jobs --flake {flake}");
                self.set(index, Err(NixError::failed(command, Some(1), error)));
            }
            (None, None) => {}
        }
    }

    /// The hosts without an outcome.
    pub fn open(&self) -> Vec<usize> {
        let outcomes = lock(&self.outcomes);
        (0..outcomes.len()).filter(|index| outcomes[*index].is_none()).collect()
    }

    /// The hosts with their outcomes, in the order of the hosts.
    pub fn finish(self) -> impl Iterator<Item = (&'a str, &'a Host, Outcome)> {
        self.bar.finish_and_clear();
        let outcomes = self.outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
        let all = self.hosts.into_iter().zip(outcomes);
        all.filter_map(|((name, host), outcome)| Some((name, host, outcome?)))
    }
}

/// A panic of one thread leaves the work of the others as it is.
fn lock<T>(work: &Mutex<T>) -> MutexGuard<'_, T> {
    work.lock().unwrap_or_else(PoisonError::into_inner)
}
