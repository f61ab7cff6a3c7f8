//! One try to bring the host to another system.

use serde::{Deserialize, Serialize};

use super::Facts;

/// What a release names for this host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The release's number.
    pub sequence: u64,
    /// The system's store path.
    pub system: String,
    /// What the release says of the whole closure, as its entry has it.
    pub closure: String,
}

/// How a system is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// By a switch of the running machine.
    Live,
    /// By a restart, for what a switch cannot change: kernel, initrd, init.
    Reboot,
}

/// One try, from the arming of the guard on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What is tried.
    pub target: Target,
    /// How.
    pub way: Way,
    /// Whether the machine has been started into the new system.
    pub has_booted: bool,
    /// The system that ran before, by its store path: what is gone back to.
    pub old: String,
    /// What the system's profile named before.
    pub old_default: String,
    /// The boot in which it was armed.
    pub boot: String,
    /// Units that had failed before: they are not blamed on the new system.
    pub failed_before: Vec<String>,
}

impl Attempt {
    pub(super) fn new(target: Target, way: Way, facts: Facts) -> Self {
        Self {
            target,
            way,
            has_booted: false,
            old: facts.running,
            old_default: facts.default,
            boot: facts.boot,
            failed_before: facts.failed_units,
        }
    }

    /// The same, in another boot of the machine.
    pub(super) fn in_boot(self, facts: &Facts) -> Self {
        Self { boot: facts.boot.clone(), ..self }
    }
}
