//! What goes wrong in a fake world.

use crate::Phase;
use crate::hypervisor::Status;

/// How the world behaves. By default all goes well.
// Each is one thing that goes wrong.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Clone, Default)]
pub struct Behaviour {
    pub nix_error: Option<&'static str>,
    /// Nix never returns, and is ended by its limit.
    pub nix_hangs: bool,
    pub no_iso: bool,
    /// What the host's test says of its VM's memory, in MiB; 0 for nothing.
    pub memory: u32,
    /// How many launches find their port taken.
    pub ports_taken: u32,
    pub qemu: Qemu,
    /// How the machine is from ten seconds after its start.
    pub later: Option<Status>,
    pub console: &'static str,
    /// Whether the console says it again after a reset.
    pub dies_again: bool,
    /// Whether all this is of the installed host, rather than of the installer.
    pub only_host: bool,
    pub ssh: Ssh,
    pub installer: Outcome,
    pub stays_on: bool,
    pub host_name: Option<&'static str>,
    pub unit_state: Option<&'static str>,
    pub disk_error: bool,
    /// The host's layout has no disks.
    pub no_disks: bool,
    /// A signal ends Nix while it builds.
    pub nix_dies: bool,
    /// The time of day jumps by so many seconds at the beginning of a phase.
    pub jump: Option<(Phase, i64)>,
    /// `kill -9` at the beginning of a phase, or else at its end.
    pub killed: Option<(Phase, bool)>,
    /// What an impermanent host answers about its files, before a reboot and after it.
    pub survival: Option<(&'static str, &'static str)>,
    /// Ctrl-C at the beginning of a phase, so many times.
    pub interrupt: Option<(Phase, u32)>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Qemu {
    #[default]
    Fine,
    Ends,
    Hangs,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ssh {
    #[default]
    Fine,
    Never,
    Silent,
    Refuses,
    Changed,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    #[default]
    Fine,
    Fails,
    Loops,
}
