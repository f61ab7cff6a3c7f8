//! One try to bring the host to another system.

use serde::{Deserialize, Serialize};

use super::{Facts, Settings};

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
    /// By a restart, for what a switch cannot change: the kernel, its parameters, initrd, init.
    Reboot,
}

/// The times in which a system has to prove itself, in milliseconds: the new system's own, since
/// what must hold on it is its own too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// For how long all must hold.
    pub probation: u64,
    /// What it may take until all holds for the first time.
    pub settle: u64,
}

impl From<&Settings> for Terms {
    fn from(settings: &Settings) -> Self {
        Self { probation: settings.probation, settle: settings.settle }
    }
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
    /// In which times it has to prove itself; the agent's own where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
}

impl Attempt {
    pub(super) fn new(target: Target, way: Way, facts: Facts, terms: Terms) -> Self {
        // Where the new system runs or boots already and was never proved, as after a try whose record
        // was lost, it is no way back: another one is.
        let Facts { running, default, boots, .. } = &facts;
        let another = |systems: [&String; 3]| {
            let found = systems.into_iter().find(|it| !it.is_empty() && **it != target.system);
            found.cloned().unwrap_or_default()
        };
        let old = another([running, default, boots]);
        let old_default = another([default, boots, &old]);
        Self {
            target,
            way,
            has_booted: false,
            old,
            old_default,
            boot: facts.boot,
            failed_before: facts.failed_units,
            terms: Some(terms),
        }
    }

    /// Whether a system is somebody's by hand, and theirs to keep: neither the old one nor the new.
    #[must_use]
    pub fn is_foreign(&self, running: &str) -> bool {
        running != self.old && running != self.target.system
    }

    /// The same of what boots. A profile that names nothing is nobody's choice.
    #[must_use]
    pub fn is_foreign_default(&self, default: &str) -> bool {
        !default.is_empty() && default != self.old_default && default != self.target.system
    }

    /// The times in which it has to prove itself.
    #[must_use]
    pub fn terms(&self, settings: &Settings) -> Terms {
        self.terms.unwrap_or_else(|| settings.into())
    }

    /// The same, in another boot of the machine.
    pub(super) fn in_boot(self, facts: &Facts) -> Self {
        Self { boot: facts.boot.clone(), ..self }
    }
}
