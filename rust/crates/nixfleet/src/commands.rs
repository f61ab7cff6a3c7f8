//! What the tool does: a file a command, with its arguments, its work and what it shows.

mod app;
mod builders;
pub mod completions;
mod control_plane;
pub mod deploy;
pub mod doctor;
pub mod failure;
pub mod fleet;
pub mod hosts;
pub mod keys;
pub mod list;
pub mod preflight;
pub mod release;
pub mod rollout;
pub mod status;
pub mod validate;
pub mod vm;
