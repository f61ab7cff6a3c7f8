//! What holds of everything that `NixFleet` reads and did not write, whatever its bytes: each function panics
//! where it does not. `rust/fuzz` looks for such bytes, with a compiler of its own; here all of it is compiled,
//! and tried on what it begins from.

#![allow(clippy::missing_panics_doc, reason = "that is what each is for")]

pub mod agent_state;
pub mod entry;
pub mod head;
pub mod inventory;
pub mod keys;
pub mod nix_error;
pub mod signature;
pub mod store_path;

/// What is fuzzed under a name.
pub type Subject = fn(&[u8]);

/// All of it, by the names of `rust/fuzz`.
pub const SUBJECTS: [(&str, Subject); 8] = [
    ("agent_state", agent_state::any),
    ("entry", entry::any),
    ("head", head::any),
    ("inventory", inventory::any),
    ("keys", keys::any),
    ("nix_error", nix_error::any),
    ("signature", signature::any),
    ("store_path", store_path::any),
];
