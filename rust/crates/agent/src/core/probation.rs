//! The time in which a new system has to prove itself.

use serde::{Deserialize, Serialize};

use super::{Attempt, Moment, Settings, Step};

/// A system on probation. After the agent's own end it begins anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probation {
    /// What is on probation.
    pub attempt: Attempt,
    /// When it began, in milliseconds since boot.
    pub began: u64,
    /// Since when all holds.
    #[serde(skip)]
    pub holds_since: Option<u64>,
    /// What did not hold when last seen; `None` before the first look.
    #[serde(skip)]
    pub failing: Option<Vec<String>>,
    /// What did not hold when something last did not: where it comes and goes, that is what to look at.
    #[serde(skip)]
    pub failed: Vec<String>,
}

impl Probation {
    pub(super) fn begin(attempt: Attempt, now: Moment) -> Self {
        Self {
            attempt,
            began: now.since_boot,
            holds_since: None,
            failing: None,
            failed: Vec::new(),
        }
    }

    pub(super) fn was_probed(&self) -> bool {
        self.failing.is_some()
    }

    /// Commit once all has held for long enough, go back once there is no time left to.
    pub(super) fn probed(mut self, failing: Vec<String>, now: Moment, settings: &Settings) -> Step {
        let since = |then: u64| now.since_boot.saturating_sub(then);
        let terms = self.attempt.terms(settings);
        if failing.is_empty() {
            let holds_since = *self.holds_since.get_or_insert(now.since_boot);
            if since(holds_since) >= terms.probation {
                return Step::Commit(self.attempt);
            }
        } else {
            self.holds_since = None;
            self.failed.clone_from(&failing);
        }
        // What begins to hold at the last moment still has its time to go on holding.
        let ends = terms.settle + if failing.is_empty() { terms.probation } else { 0 };
        if since(self.began) >= ends {
            let why = if failing.is_empty() {
                let first =
                    format!("it did not hold for {} s at a stretch", terms.probation / 1000);
                std::iter::once(first).chain(self.failed).collect::<Vec<_>>().join("\n")
            } else {
                failing.join("\n")
            };
            return Step::revert(self.attempt, why);
        }
        self.failing = Some(failing);
        Step::Probation(self)
    }
}
