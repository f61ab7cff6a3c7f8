//! Why a command could not do its work.

mod control_plane;
mod release;

use nixfleet_inventory::InventoryError;
use nixfleet_nix::{Cause, NixError};
use nixfleet_text::Foreign;
use thiserror::Error;

use crate::exit::Exit;
use crate::text::quote::quote;
pub use control_plane::Plane;
pub use release::Trouble;

/// A failure of a command, as opposed to faults that it found.
#[derive(Debug, Error)]
pub enum Error {
    /// Options that make a release stand before something else that is done with one.
    #[error("options that make a release stand before a subcommand, which makes none")]
    BeforeAction,
    /// The fleet cannot be read.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// The command's result is no annotation.
    #[error("`--format github` writes annotations, and this command has none")]
    NoAnnotations,
    /// There is no flake where the command line says.
    #[error("there is no `flake.nix` in {} or above it", quote(.0))]
    NoFlake(String),
    /// A folder whose name Nix takes for a folder's and a query.
    #[error("of {} Nix takes what stands before the `?`, and there is no `flake.nix`", quote(.0))]
    NoFlakeBefore(String),
    /// `flake.nix` is a link, and Nix follows it to nothing.
    #[error("{} is a link that leads out of the flake or to nothing, and Nix reads nothing there", quote(.0))]
    FlakeIsLink(String),
    /// The fleet calls `mkHost` by hand, so it has no installer.
    #[error(
        "a VM is installed by the fleet's own installer, and this fleet has none: its hosts are \
         made by `mkHost` alone"
    )]
    NoInstaller,
    /// A control plane can't be asked, or refuses.
    #[error(transparent)]
    Plane(#[from] Plane),
    /// A release can't be made, read or published.
    #[error(transparent)]
    Release(#[from] Trouble),
    /// The fleet has no such host.
    #[error("the fleet has no host {}{}", quote(.name), proposal(.nearest.as_deref()))]
    UnknownHost {
        /// The name given.
        name: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
}

fn proposal(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean {}?", quote(name))).unwrap_or_default()
}

impl Error {
    /// Whether it is told in lines of its own: what Nix says, or one for each host.
    pub fn has_lines(&self) -> bool {
        match self {
            Self::Inventory(InventoryError::Nix(NixError::Failed { .. })) => true,
            Self::Release(trouble) => trouble.has_lines(),
            _ => false,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Plane(plane) => plane.help(),
            Self::Release(trouble) => trouble.help(),
            Self::BeforeAction => Some(
                "write the subcommand's own options after it: `nixfleet release sign --key FILE`"
                    .to_owned(),
            ),
            Self::NoFlake(_) => Some(
                "name the fleet's folder with `--flake`, or begin one with \
                 `nix flake init -t github:nixfleet/nixfleet`"
                    .to_owned(),
            ),
            Self::NoFlakeBefore(_) => Some("run the command in that folder, without `--flake`".to_owned()),
            Self::FlakeIsLink(_) => Some("put the file itself in place of the link".to_owned()),
            Self::NoAnnotations => Some(
                "it is for `validate`, `build-vm` and `test-vm`; for programs write `--format json`"
                    .to_owned(),
            ),
            Self::NoInstaller => Some(
                "make the outputs with `nixfleet.lib.mkFleet { isoSshKeys = [ … ]; hosts.<name> = \
                 { … }; }`, whose hosts take what `mkHost` takes"
                    .to_owned(),
            ),
            Self::Inventory(InventoryError::NoFleet { .. }) => Some(
                "make its outputs with `nixfleet.lib.mkFleet`, or its \
                 hosts with `nixfleet.lib.mkHost`"
                    .to_owned(),
            ),
            Self::Inventory(InventoryError::Nix(NixError::TimedOut { .. })) => {
                Some("`--limit preflight=SECONDS` gives it more time".to_owned())
            }
            Self::Inventory(InventoryError::Nix(error @ NixError::Died { .. })) => error.help(),
            Self::Inventory(InventoryError::Nix(NixError::Failed { cause, .. }))
                if cause.is_outside() =>
            {
                Some(
                    "see that this machine reaches it, and run it again; `--show-trace` shows all \
                     that Nix says"
                        .to_owned(),
                )
            }
            Self::Inventory(InventoryError::Nix(NixError::Failed { .. })) => {
                Some("`--show-trace` shows all that Nix says".to_owned())
            }
            _ => None,
        }
    }

    /// What Nix says is the cause, when Nix failed.
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Inventory(InventoryError::Nix(NixError::Failed { cause, .. })) => Some(cause),
            _ => None,
        }
    }

    /// Whether the fleet's author can do nothing about it.
    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Inventory(InventoryError::Nix(error)) if error.is_outside())
    }

    /// All that Nix wrote, when it failed.
    pub fn trace(&self) -> Option<&Foreign> {
        match self {
            Self::Inventory(InventoryError::Nix(NixError::Failed { stderr, .. })) => Some(stderr),
            _ => None,
        }
    }

    /// The exit status that tells it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Inventory(InventoryError::Nix(NixError::TimedOut { .. })) => Exit::TimedOut,
            Self::Inventory(InventoryError::Nix(NixError::Interrupted)) => Exit::Interrupted,
            Self::Inventory(_)
            | Self::NoFlake(_)
            | Self::NoFlakeBefore(_)
            | Self::FlakeIsLink(_) => Exit::Lacking,
            Self::UnknownHost { .. } | Self::NoAnnotations | Self::BeforeAction => Exit::Usage,
            Self::NoInstaller => Exit::Faults,
            Self::Plane(plane) => plane.exit(),
            Self::Release(trouble) => trouble.exit(),
        }
    }
}
