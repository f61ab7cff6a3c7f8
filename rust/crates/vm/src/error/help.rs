//! What to do about an error, where its message does not say it.

use nixfleet_nix::NixError;

use super::Error;

/// What gives a host a disk layout.
pub(crate) const DISKS: &str = "write `isVm = true;` for a machine of QEMU, or give it a layout: \
     `modules = [ inputs.nixfleet.nixosModules.disks.ext4 ];` or one of disko's";

/// What lets Nix build for another platform.
pub const BUILDERS: &str = "name a machine that can build for it in Nix's setting `builders`, or let \
     this one emulate it, on NixOS by `boot.binfmt.emulatedSystems`; on a Mac nix-darwin's \
     `nix.linux-builder.enable` is such a machine";

impl Error {
    /// What to do about it, where the message does not say it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::KeyRefused { help, .. } => Some(help.clone()),
            Self::HostKeyChanged { known_hosts, .. } => Some(format!(
                "where it is made anew at each boot, let `services.openssh.hostKeys` lie where it \
                 lasts; to forget the old one: `rm '{}'`",
                known_hosts.display()
            )),
            Self::ExtraFiles { folder, .. } if !folder.exists() => Some(format!(
                "for a host that needs none it may be empty: `mkdir -p '{}'`",
                folder.display()
            )),
            Self::Install { log, .. } => {
                Some(format!("all that it wrote is in `{}`", log.display()))
            }
            Self::Stuck { host, .. } => Some(format!(
                "see to it, then `nixfleet start-vm -h {host}` lets it go on; `nixfleet clean-vm -h \
                 {host}` ends it and deletes its disk"
            )),
            Self::NoDisks { .. } => Some(DISKS.to_owned()),
            Self::Nix(NixError::Failed { cause, .. }) if needs_builder(&cause.message) => {
                Some(format!("this machine cannot build for that platform: {BUILDERS}"))
            }
            Self::Nix(NixError::Failed { .. }) => {
                Some("`--show-trace` shows all that Nix says".to_owned())
            }
            Self::Nix(error) => error.help(),
            _ => None,
        }
    }
}

/// What Nix says where a derivation is for a platform that it cannot build for
/// (`derivation-goal.cc`; since 2.31 `Reason: required system or feature not available`).
fn needs_builder(message: &str) -> bool {
    ["is required to build", "required system or feature not available", "platform mismatch"]
        .iter()
        .any(|it| message.contains(it))
}
