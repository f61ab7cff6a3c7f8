//! What the host's configuration says of its agent: a file that the module writes.

use std::fs;
use std::path::{Path, PathBuf};

use nixfleet_assertion::{Assertion, Spec};
use nixfleet_release::plan::{Span, Window};
use nixfleet_release::{Key, Signers};
use serde::Deserialize;

use crate::core::{Reboot, Settings, Terms};

/// The most bytes of a configuration.
pub const CONFIG_BYTES: u64 = 1024 * 1024;
/// What a switch may take, in milliseconds, where the configuration does not say.
const SWITCH_WITHIN: u64 = 600_000;

/// What starts the host's services, and with it how a system is brought to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceManager {
    /// Of NixOS.
    #[default]
    Systemd,
    /// Of macOS, by nix-darwin.
    Launchd,
}

/// The configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The host's name in the release.
    pub host_name: String,
    /// The fleet's name.
    pub fleet: String,
    /// Where releases come from, asked in this order; none where an operator brings them all.
    pub source: Vec<String>,
    /// The control plane, asked before them.
    #[serde(default)]
    pub control_plane: Option<crate::control_plane::Settings>,
    /// Who may make a release.
    pub keys: Vec<Key>,
    /// How many of them it takes.
    pub threshold: usize,
    /// The lowest release that is taken.
    pub floor: u64,
    /// When this host may change.
    pub window: Option<Window>,
    /// Whether it may be restarted.
    pub reboot: Reboot,
    /// For how long a new system has to hold.
    pub probation: Span,
    /// What a new system may take until all holds for the first time.
    pub settle: Span,
    /// How long a switch may take.
    #[serde(default)]
    pub switch_within: Option<Span>,
    /// How long between two questions to the sources.
    pub poll: Span,
    /// Whether nothing is touched.
    pub dry_run: bool,
    /// What must hold.
    #[serde(default)]
    pub health: Spec,
    /// Files with the host's own SSH keys.
    pub host_key_files: Vec<PathBuf>,
    /// A file for metrics, as node-exporter's textfile collector reads them.
    pub metrics: Option<PathBuf>,
    /// The folder that the agent keeps.
    pub state: PathBuf,
    /// The system's profile.
    pub profile: PathBuf,
    /// Where the boot partition is mounted.
    pub boot: Option<PathBuf>,
    /// What starts the host's services.
    #[serde(default)]
    pub service_manager: ServiceManager,
}

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When it cannot be read, in a sentence.
    pub fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let about =
            fs::metadata(path).map_err(|error| format!("cannot read `{shown}`: {error}"))?;
        if about.len() > CONFIG_BYTES {
            return Err(format!(
                "`{shown}` has {} bytes, and {CONFIG_BYTES} are the most",
                about.len()
            ));
        }
        let text = fs::read(path).map_err(|error| format!("cannot read `{shown}`: {error}"))?;
        let config: Self = serde_json::from_slice(&text)
            .map_err(|error| format!("`{shown}` is no configuration of the agent: {error}"))?;
        config.signers().check().map_err(|why| format!("`{shown}`: {why}"))?;
        Ok(config)
    }

    /// Who may make a release, by the configuration.
    #[must_use]
    pub fn signers(&self) -> Signers {
        Signers { keys: self.keys.clone(), threshold: self.threshold }
    }

    /// What the decisions depend on.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let terms = terms(self.probation, self.settle, &self.health);
        Settings {
            probation: terms.probation,
            settle: terms.settle,
            reboot: self.reboot,
            dry_run: self.dry_run,
            switch: self.switch_within.map_or(SWITCH_WITHIN, milliseconds),
            poll_every: milliseconds(self.poll).max(1_000),
            switch_lasts: self.service_manager == ServiceManager::Launchd,
        }
    }

    /// The host's own keys: those of its files that can be read.
    #[must_use]
    pub fn host_keys(&self) -> Vec<Key> {
        let read = |path: &PathBuf| fs::read_to_string(path).ok()?.trim().parse().ok();
        self.host_key_files.iter().filter_map(read).collect()
    }
}

/// The times in which a system has to prove itself. An assertion that may take longer has its own.
#[must_use]
pub fn terms(probation: Span, settle: Span, health: &Spec) -> Terms {
    Terms {
        probation: milliseconds(probation),
        settle: milliseconds(settle).max(longest_assertion(health)),
    }
}

fn longest_assertion(health: &Spec) -> u64 {
    let within = Assertion::all(health).iter().map(Assertion::within).max().unwrap_or_default();
    u64::try_from(within.as_millis()).unwrap_or(u64::MAX)
}

fn milliseconds(span: Span) -> u64 {
    u64::try_from(span.get().as_millis()).unwrap_or(u64::MAX)
}
