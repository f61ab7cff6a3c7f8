//! What the agent remembers over its own end and the machine's.

use nixfleet_rollout::in_a_sentence;
use serde::{Deserialize, Serialize};

use super::{Attempt, MOST_TRIES, Moment, Outcome, Probation, Settings, Target};

/// Where the host stands. It is written down before each step begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The step that is under way.
    pub step: Step,
    /// The system that failed here and is not tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied: Option<Denied>,
    /// Why nothing new is begun, where an operator said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<String>,
    /// How the last try ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<(Outcome, Target)>,
    /// How many tries were begun in all.
    #[serde(default)]
    pub begun: u64,
    /// The release whose system this host runs, boots, and held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<u64>,
    /// The release that this host was switched away from by hand: that stays until another comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u64>,
    /// The newest release that this host may obey.
    #[serde(skip)]
    pub offered: Option<u64>,
    /// How often the present target was begun and cut short.
    #[serde(default)]
    pub tries: u32,
    /// The system that a dry run has shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
    /// Why the host waits, in words.
    #[serde(skip)]
    pub wait: Option<String>,
    /// When the sources are asked next, in milliseconds since boot; at once if not said.
    #[serde(skip)]
    pub poll_at: Option<u64>,
    /// Failures in a row, for waiting longer each time.
    #[serde(skip)]
    pub failures: u32,
}

/// A system that failed here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denied {
    /// Its store path.
    pub system: String,
    /// What failed.
    pub why: String,
}

/// The steps of a try, each safe to repeat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "at", content = "with")]
pub enum Step {
    /// Nothing is under way.
    #[default]
    Idle,
    /// Looking for room.
    Room(Target),
    /// Fetching.
    Fetch(Target),
    /// Asking the new system.
    Ask(Target),
    /// Setting the guard.
    Arm(Attempt),
    /// Switching the running machine.
    Test(Attempt),
    /// Looking whether it holds.
    Probation(Probation),
    /// Making it the boot default.
    Commit(Attempt),
    /// Making its boot entry, for one boot.
    Stage(Attempt),
    /// Waiting for the restart.
    Restart(Attempt),
    /// Going back.
    Revert {
        /// From what to what.
        attempt: Attempt,
        /// What failed.
        why: String,
        /// Whether the new system is to blame, and not tried again.
        blamed: bool,
        /// How often going back has failed.
        tries: u32,
    },
    /// Restarting the machine to be on the old system.
    Rescue {
        /// From what to what.
        attempt: Attempt,
        /// What failed.
        why: String,
    },
    /// Taking the guard away.
    Disarm {
        /// How the try ended.
        outcome: Outcome,
        /// What was tried.
        target: Target,
    },
}

impl Step {
    /// The names of all steps, as the state's file has them.
    pub const NAMES: [&'static str; 13] = [
        "idle",
        "room",
        "fetch",
        "ask",
        "arm",
        "test",
        "probation",
        "commit",
        "stage",
        "restart",
        "revert",
        "rescue",
        "disarm",
    ];

    pub(super) fn revert(attempt: Attempt, why: String) -> Self {
        Self::Revert { attempt, why, blamed: true, tries: 0 }
    }

    pub(super) fn disarm(outcome: Outcome, attempt: &Attempt) -> Self {
        Self::Disarm { outcome, target: attempt.target.clone() }
    }

    /// What is under way, from its first step to its last.
    #[must_use]
    pub fn target(&self) -> Option<&Target> {
        match self {
            Self::Idle => None,
            Self::Room(it) | Self::Fetch(it) | Self::Ask(it) | Self::Disarm { target: it, .. } => {
                Some(it)
            }
            step => step.attempt().map(|it| &it.target),
        }
    }

    /// The try that is under way, from its guard on.
    #[must_use]
    pub fn attempt(&self) -> Option<&Attempt> {
        match self {
            Self::Idle | Self::Room(_) | Self::Fetch(_) | Self::Ask(_) | Self::Disarm { .. } => {
                None
            }
            Self::Probation(it) => Some(&it.attempt),
            Self::Arm(it)
            | Self::Test(it)
            | Self::Commit(it)
            | Self::Stage(it)
            | Self::Restart(it)
            | Self::Revert { attempt: it, .. }
            | Self::Rescue { attempt: it, .. } => Some(it),
        }
    }
}

impl State {
    /// The sources answered.
    pub(super) fn heard(&mut self, now: Moment, settings: &Settings) {
        self.failures = 0;
        self.wait = None;
        self.poll_at = Some(now.since_boot + settings.poll_every);
    }

    /// Something stood in the way that may pass: each time it is waited for twice as long.
    pub(super) fn unheard(&mut self, why: String, now: Moment) {
        let longer = SHORTEST_WAIT << self.failures.min(10);
        self.failures += 1;
        self.wait = Some(why);
        self.poll_at = Some(now.since_boot + longer.min(LONGEST_WAIT));
    }

    /// Which release runs, and whether somebody has switched away from it by hand.
    pub(super) fn notice(&mut self, target: &Target, is_there: bool, asked: bool) {
        if is_there {
            (self.runs, self.left) = (Some(target.sequence), None);
        } else if self.runs == Some(target.sequence) {
            (self.runs, self.left) = (None, Some(target.sequence));
        }
        if asked || self.left != Some(target.sequence) {
            self.left = None;
        }
    }

    /// A try is over: how it ended is kept.
    pub(super) fn note_end(&mut self) {
        if let Step::Disarm { outcome, target } = &self.step {
            if *outcome == Outcome::Overridden {
                self.left = Some(target.sequence);
            }
            self.last = Some((outcome.clone(), target.clone()));
        }
    }

    /// Nothing was begun: the same may go later.
    pub(super) fn refused(&mut self, target: &Target, why: String, now: Moment) -> Step {
        self.unheard(in_a_sentence(&why), now);
        self.last = Some((Outcome::Refused { why }, target.clone()));
        Step::Idle
    }

    /// The system itself is at fault: it is not tried again.
    pub(super) fn denied(&mut self, target: &Target, why: String) -> Step {
        self.deny(target, &why);
        self.last = Some((Outcome::Refused { why }, target.clone()));
        Step::Idle
    }

    pub(super) fn deny(&mut self, target: &Target, why: &str) {
        self.denied = Some(Denied { system: target.system.clone(), why: why.into() });
        self.tries = 0;
    }

    /// A try was cut short. The third time it counts as the system's own fault.
    pub(super) fn cut_short(&mut self, target: &Target, why: &str) -> Outcome {
        self.tries += 1;
        if self.tries < MOST_TRIES {
            return Outcome::Interrupted { why: why.into() };
        }
        let why = format!("it was cut short {MOST_TRIES} times, the last time so: {why}");
        self.deny(target, &why);
        Outcome::Reverted { why }
    }
}

/// Milliseconds until the sources are asked again after a first failure, and at most.
const SHORTEST_WAIT: u64 = 15_000;
const LONGEST_WAIT: u64 = 3_600_000;
