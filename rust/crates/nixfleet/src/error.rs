//! Why a command could not do its work.

use nixfleet_inventory::InventoryError;
use thiserror::Error;

use crate::exit::Exit;

/// A failure of a command, as opposed to faults that it found.
#[derive(Debug, Error)]
pub enum Error {
    /// The fleet cannot be read.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
}

impl Error {
    /// The exit status that tells it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Inventory(_) => Exit::Lacking,
        }
    }
}
