//! SSH keys: public ones, and which private halves this machine has.

mod agent;
mod certificate;
mod config;
mod identity;
mod lines;
mod options;
mod private;
mod public;
mod refusal;
mod wildcard;

pub use identity::{Identity, Source, identities};
pub use lines::key_lines;
pub use nixfleet_text::is_private;
pub use private::{Half, read_public_half};
pub use public::{KeyError, PublicKey};
pub use refusal::Refusal;
