//! The private halves that this machine has: key files and the agent. Only the public part of a
//! key file is looked at.

use std::path::PathBuf;

use super::PublicKey;

/// Where a private half is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A key file.
    File(PathBuf),
    /// The SSH agent.
    Agent,
}

/// A private half that this machine has.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its public half.
    pub public: PublicKey,
    /// Where it is.
    pub source: Source,
    /// Whether a passphrase guards it.
    pub encrypted: bool,
    /// Whether its permissions let ssh use it: nobody else may read it.
    pub mode_ok: bool,
}

/// The private halves in `~/.ssh`, in `extra` files, and in the agent.
#[must_use]
pub fn identities(extra: &[PathBuf]) -> Vec<Identity> {
    let _ = extra;
    Vec::new()
}
