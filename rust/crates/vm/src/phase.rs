//! The phases of a VM's life, and how long each may take.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Accelerator;

/// A phase, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Everything that can be found out before anything is built.
    Preflight,
    /// The ISO, the system and the disk script are built by Nix.
    Build,
    /// An empty disk is made.
    Disk,
    /// QEMU starts with the ISO.
    BootInstaller,
    /// The installer's SSH server answers.
    WaitInstaller,
    /// `nixos-anywhere` installs the host.
    Install,
    /// The installer powers down, which saves the disk.
    PowerOff,
    /// QEMU starts from the installed disk.
    Boot,
    /// The host's SSH server answers.
    WaitHost,
    /// The assertions are checked.
    Verify,
    /// The host reboots, and what should last is looked for.
    Survive,
    /// The VM powers down.
    Stop,
    /// What the run left is removed.
    Clean,
}

impl Phase {
    /// Whether the phase waits for what may never come. No other needs a limit.
    #[must_use]
    pub fn waits(self) -> bool {
        !self.limit(Accelerator::Kvm).is_zero()
    }

    /// How long the phase may take, if it waits for anything. Software emulation runs guests ten to thirty times slower, and
    /// a NixOS installer alone then needs minutes to boot.
    #[must_use]
    pub fn limit(self, accelerator: Accelerator) -> Duration {
        let (accelerated, emulated) = match self {
            // A flake's inputs may have to be downloaded first.
            Self::Preflight => (600, 600),
            Self::Build => (4 * 3600, 4 * 3600),
            Self::WaitInstaller | Self::WaitHost => (180, 900),
            Self::Install => (1800, 7200),
            Self::PowerOff => (60, 180),
            Self::Verify => (300, 1200),
            Self::Survive => (300, 1800),
            Self::Disk | Self::BootInstaller | Self::Boot | Self::Stop | Self::Clean => (0, 0),
        };
        Duration::from_secs(if accelerator.is_software() { emulated } else { accelerated })
    }

    /// What is done, as a step of a report.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Build => "build the ISO and the system",
            Self::Disk => "make the disk",
            Self::BootInstaller => "boot the installer",
            Self::WaitInstaller => "wait for the installer's SSH",
            Self::Install => "install",
            Self::PowerOff => "power off",
            Self::Boot => "boot from disk",
            Self::WaitHost => "wait for the host's SSH",
            Self::Verify => "verify",
            Self::Survive => "reboot and compare",
            Self::Stop => "stop",
            Self::Clean => "clean up",
        }
    }

    /// The word that names it on a command line and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Build => "build",
            Self::Disk => "disk",
            Self::BootInstaller => "boot-installer",
            Self::WaitInstaller => "wait-installer",
            Self::Install => "install",
            Self::PowerOff => "power-off",
            Self::Boot => "boot",
            Self::WaitHost => "wait-host",
            Self::Verify => "verify",
            Self::Survive => "survive",
            Self::Stop => "stop",
            Self::Clean => "clean",
        }
    }

    /// All phases, in order.
    pub const ALL: [Self; 13] = [
        Self::Preflight,
        Self::Build,
        Self::Disk,
        Self::BootInstaller,
        Self::WaitInstaller,
        Self::Install,
        Self::PowerOff,
        Self::Boot,
        Self::WaitHost,
        Self::Verify,
        Self::Survive,
        Self::Stop,
        Self::Clean,
    ];

    /// The phase of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.title())
    }
}
