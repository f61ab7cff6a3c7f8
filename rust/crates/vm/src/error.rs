//! What can go wrong with a VM, and what to do about it.

mod help;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nixfleet_nix::{Foreign, NixError};
use thiserror::Error as ThisError;

pub use help::BUILDERS;
pub(crate) use help::DISKS;

use crate::report::NixFailure;
use crate::{Fault, Phase};

/// A VM command that did not do its work.
#[derive(Debug, ThisError)]
pub enum Error {
    /// The preflight found faults.
    #[error("{}", faults.iter().map(|it| it.message.clone()).collect::<Vec<_>>().join("; "))]
    Preflight {
        /// All of them.
        faults: Vec<Fault>,
    },
    /// Nix failed.
    #[error("{0}")]
    Nix(#[from] NixError),
    /// The ISO package holds no ISO file.
    #[error(
        "`{folder}` holds no `iso/*.iso`: the fleet's `packages.<system>.iso` must be an installer image"
    )]
    NoIso {
        /// The folder that was looked at.
        folder: String,
    },
    /// The host, once evaluated, has no disks.
    #[error(
        "`{host}` has no disk layout (`disko.devices.disk` is empty), so there is nothing to install it on"
    )]
    NoDisks {
        /// The host.
        host: String,
    },
    /// The installer could not be given the disk's name.
    #[error(
        "the installer did not take its disk for `{device}`, which the host's layout names: {reason}"
    )]
    DiskName {
        /// The name.
        device: String,
        /// What it said.
        reason: Foreign,
    },
    /// QEMU ended, or never came up.
    #[error("QEMU ended while the VM was to {doing}: {reason}")]
    QemuEnded {
        /// What the VM was doing.
        doing: String,
        /// What QEMU said.
        reason: Foreign,
        /// The last lines of the console.
        console: Foreign,
    },
    /// QEMU runs and does not answer.
    #[error("QEMU does not answer on its control socket: {reason}")]
    QemuHangs {
        /// What was tried.
        reason: Foreign,
    },
    /// The port that was free a moment ago is not any more.
    #[error("port {port} was taken by another program in the meantime")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The guest's kernel or its start came to a stop.
    #[error("the guest stopped with `{cause}`")]
    GuestDied {
        /// The line of the console that says so.
        cause: Foreign,
        /// The last lines of the console.
        console: Foreign,
    },
    /// A disk image could not grow.
    #[error("no space is left for the VM's disk below `{}`: free some, then run it again", folder.display())]
    DiskFull {
        /// Where the image is.
        folder: PathBuf,
    },
    /// The guest's SSH server does not admit the key.
    #[error("the {guest} does not admit the key {key}")]
    KeyRefused {
        /// Which guest: the installer or the host.
        guest: &'static str,
        /// The key.
        key: String,
        /// What to do.
        help: String,
    },
    /// The guest's SSH server is another one than before.
    #[error("the {guest} has another SSH host key than it had")]
    HostKeyChanged {
        /// Which guest: the installer or the host.
        guest: &'static str,
        /// Where the key is that it had.
        known_hosts: PathBuf,
    },
    /// A phase took too long.
    #[error("{phase} took longer than its {} s: {seen}", limit.as_secs())]
    TimedOut {
        /// The phase.
        phase: Phase,
        /// Its limit.
        limit: Duration,
        /// What was seen last.
        seen: String,
        /// The last lines of the console.
        console: Foreign,
    },
    /// `nixos-anywhere` failed.
    #[error("`nixos-anywhere` failed with {status} while it was to {step}")]
    Install {
        /// Its exit status or signal.
        status: String,
        /// The last step that it named.
        step: Foreign,
        /// The last lines that it wrote.
        tail: Foreign,
        /// All that it wrote.
        log: PathBuf,
    },
    /// Another run works on the VM.
    #[error("another `nixfleet` works on the VM of `{host}` ({holder}): wait for it, or stop it")]
    Locked {
        /// The host.
        host: String,
        /// Who holds the lock.
        holder: Foreign,
    },
    /// The VM's folder was written by another version.
    #[error(
        "the VM folder `{}` has the layout {found}, and this `nixfleet` knows {known}: \
         `nixfleet clean-vm -h {host}` removes it, and the next run makes it anew", folder.display()
    )]
    Layout {
        /// The host.
        host: String,
        /// The folder.
        folder: PathBuf,
        /// The version found.
        found: Foreign,
        /// The version known.
        known: u32,
    },
    /// There is no VM to start.
    #[error("there is no VM yet: `nixfleet build-vm -h {host}` makes it")]
    NotBuilt {
        /// The host.
        host: String,
    },
    /// The VM runs, and must not for this.
    #[error("the VM of `{host}` is running (pid {pid}): `nixfleet stop-vm -h {host}` stops it")]
    Running {
        /// The host.
        host: String,
        /// Its QEMU.
        pid: i32,
    },
    /// QEMU has stopped the guest, and it does not go on.
    #[error("the VM of `{host}` is stuck: {reason}")]
    Stuck {
        /// The host.
        host: String,
        /// Why.
        reason: Foreign,
    },
    /// A name that cannot be a folder.
    #[error(
        "`{name}` is no host name: expected letters, digits and hyphens, at most 63, none at an end"
    )]
    BadName {
        /// The name.
        name: Foreign,
    },
    /// The files that are to go onto a host cannot be copied.
    #[error("the extra files of `{host}` cannot be copied from `{}`: {reason}", folder.display())]
    ExtraFiles {
        /// The host.
        host: String,
        /// Where they should be.
        folder: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A private network of VMs that did not come about.
    #[error("`{host}` could not be tested together with others: {reason}")]
    Network {
        /// The host.
        host: String,
        /// Why not.
        reason: Foreign,
    },
    /// A program that should be there is not.
    #[error("`{program}` is not on PATH: install {package}")]
    NoProgram {
        /// The program.
        program: String,
        /// What brings it.
        package: String,
    },
    /// A program of the machine failed.
    #[error("`{program}` failed: {reason}")]
    Program {
        /// The program.
        program: String,
        /// What it said.
        reason: Foreign,
    },
    /// The host's assertions cannot be read.
    #[error("`nixfleet.vmTest` of `{host}` cannot be read: {reason}")]
    Assertions {
        /// The host.
        host: String,
        /// What is wrong.
        reason: Foreign,
    },
    /// A file or folder.
    #[error("could not {action} `{}`: {source}", path.display())]
    Io {
        /// What was to be done.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// A failure with a file or folder.
    #[must_use]
    pub fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::StorageFull {
            return Self::DiskFull { folder: path.parent().unwrap_or(path).to_owned() };
        }
        Self::Io { action, path: path.to_owned(), source }
    }

    /// The exit status that tells it.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self {
            // Faults of the fleet go before what the machine lacks: the user can mend them first.
            Self::Preflight { faults } if faults.iter().all(|it| it.lacking) => 3,
            Self::Preflight { faults } if faults.iter().all(|it| it.code == "host-unknown") => 2,
            Self::Preflight { .. }
            | Self::KeyRefused { .. }
            | Self::HostKeyChanged { .. }
            | Self::GuestDied { .. }
            | Self::Install { .. }
            | Self::Network { .. }
            | Self::NoIso { .. }
            | Self::NoDisks { .. }
            | Self::DiskName { .. }
            | Self::Assertions { .. } => 1,
            Self::BadName { .. } | Self::ExtraFiles { .. } => 2,
            Self::TimedOut { .. } => 4,
            Self::Interrupted => 130,
            _ => 3,
        }
    }

    /// What Nix said, when it was Nix that failed.
    #[must_use]
    pub fn nix(&self) -> Option<NixFailure> {
        match self {
            Self::Nix(NixError::Failed { cause, stderr, .. }) => {
                Some(NixFailure { cause: (**cause).clone(), trace: stderr.clone() })
            }
            _ => None,
        }
    }

    /// The lines that show what happened: the end of a log.
    #[must_use]
    pub fn evidence(&self) -> Option<&Foreign> {
        match self {
            Self::QemuEnded { console, .. }
            | Self::GuestDied { console, .. }
            | Self::TimedOut { console, .. } => Some(console).filter(|it| !it.is_empty()),
            Self::Install { tail, .. } => Some(tail).filter(|it| !it.is_empty()),
            _ => None,
        }
    }
}
