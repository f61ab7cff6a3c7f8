//! SSH keys: public ones, and which private halves this machine has.

mod identity;
mod public;

pub use identity::{Identity, Source, identities};
pub use public::{KeyError, PublicKey};
