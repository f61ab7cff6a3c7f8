//! Why a command could not do its work.

use nixfleet_inventory::InventoryError;
use thiserror::Error;

use crate::exit::Exit;
use crate::quote::quote;

/// A failure of a command, as opposed to faults that it found.
#[derive(Debug, Error)]
pub enum Error {
    /// The fleet cannot be read.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
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
    /// The exit status that tells it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Inventory(_) => Exit::Lacking,
            Self::UnknownHost { .. } => Exit::Usage,
        }
    }
}
