//! What the host's own configuration says of its agent.

use super::Terms;

/// Whether the agent may restart the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reboot {
    /// Never: a person does, when they like.
    Never,
    /// Whenever a release needs it.
    WhenNeeded,
    /// Only while the window is open.
    InWindow,
}

/// What the decisions depend on; all times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// For how long all must hold before a system becomes the boot default.
    pub probation: u64,
    /// What a new system's units and assertions may take until they hold for the first time.
    pub settle: u64,
    /// Whether the machine may be restarted.
    pub reboot: Reboot,
    /// Whether everything up to the guard is done, and nothing more.
    pub dry_run: bool,
    /// What a switch may take: stopping a database, a slow disk. It is ended then, and gone back.
    pub switch: u64,
    /// Between two questions to the sources.
    pub poll_every: u64,
    /// Whether what a switch changes outlives a start of the machine, as on a Mac: a start is no way back
    /// then, and what a try left behind has to be gone back from.
    pub switch_lasts: bool,
}

/// What setting the profile may take, and what making the boot entries may.
pub const COMMIT_LIMIT: u64 = 300_000;
/// What one look at a system on probation may take: all its assertions, and sources that do not answer.
pub const PROBE_LIMIT: u64 = 600_000;

impl Settings {
    /// When the guard fires: after all that a good try may take.
    #[must_use]
    pub fn guard_after(&self, terms: Terms) -> u64 {
        self.switch + terms.settle + terms.probation + PROBE_LIMIT + 2 * COMMIT_LIMIT
    }
}
