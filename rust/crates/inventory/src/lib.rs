//! The fleet as data: the inventory, read through Nix and typed, without nixpkgs.
//!
//! Start at [`Inventory::read`], which asks a Nix for the `nixfleet` output of a [`Flake`].
//! [`keys`] knows public SSH keys and which private halves this machine has.

mod flake;
mod host;
mod inventory;
pub mod keys;
pub mod piecemeal;
mod split_keys;

pub use flake::Flake;
pub use host::{Host, Positions};
pub use inventory::{API_VERSION, ArgumentFault, Inventory, InventoryError};
