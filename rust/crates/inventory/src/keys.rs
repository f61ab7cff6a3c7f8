//! SSH keys: public ones, and which private halves this machine has.

mod agent;
mod certificate;
mod config;
mod identity;
mod private;
mod public;
mod refusal;
mod wildcard;

pub use identity::{Identity, Source, identities};
pub use private::{Half, read_public_half};
pub use public::{KeyError, PublicKey, is_private};
pub use refusal::Refusal;
