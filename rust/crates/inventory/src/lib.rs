//! The fleet as data: the inventory, read through Nix and typed, without nixpkgs.
//!
//! Start at [`Inventory::read`], which asks a [`Nix`] for the `nixfleet` output of a [`Flake`].
//! [`keys`] knows public SSH keys and which private halves this machine has.

mod flake;
mod host;
mod inventory;
pub mod keys;
mod nix;
mod position;
pub mod process;
mod store_path;
mod text;

pub use flake::Flake;
pub use host::Host;
pub use inventory::{API_VERSION, FleetFault, Inventory, InventoryError};
pub use nix::{Cause, FakeNix, Nix, NixCli, NixError, Patience};
pub use position::{Position, Positions};
pub use store_path::{StorePath, StorePathError};
pub use text::visible;
