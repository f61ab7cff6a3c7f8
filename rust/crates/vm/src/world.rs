//! Everything that a run touches outside itself, so that tests can put fakes in its place.

use std::path::PathBuf;
use std::sync::Arc;

use nixfleet_inventory::Flake;
use nixfleet_nix::Nix;

use crate::hypervisor::Hypervisor;
use crate::installer::{Installer, NixosAnywhere};
use crate::observer::Observer;
use crate::qemu::Qemu;
use crate::ssh::{Remote, Ssh};
use crate::{Cancel, Clock, SystemClock};

/// The world of a run.
#[derive(Clone)]
pub struct World {
    /// The fleet's flake.
    pub flake: Flake,
    /// Nix.
    pub nix: Arc<dyn Nix>,
    /// QEMU.
    pub hypervisor: Arc<dyn Hypervisor>,
    /// SSH.
    pub remote: Arc<dyn Remote>,
    /// `nixos-anywhere`.
    pub installer: Arc<dyn Installer>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Who is told what happens.
    pub observer: Arc<dyn Observer>,
    /// Whether the user wants it all to end.
    pub cancel: Cancel,
    /// The folder that the store's paths are below: `/`, but in tests.
    pub root: PathBuf,
}

impl World {
    /// The real world.
    #[must_use]
    pub fn new(
        flake: Flake,
        nix: Arc<dyn Nix>,
        observer: Arc<dyn Observer>,
        cancel: Cancel,
    ) -> Self {
        Self {
            flake,
            nix,
            hypervisor: Arc::new(Qemu::new(cancel.clone())),
            remote: Arc::new(Ssh::new(cancel.clone())),
            installer: Arc::new(NixosAnywhere),
            clock: Arc::new(SystemClock::default()),
            observer,
            cancel,
            root: PathBuf::from("/"),
        }
    }
}
