//! Nix as a process: what is asked of it, its store paths, and its errors cut to their cause.
//!
//! Start at [`Nix`], which [`NixCli`] is on a real machine. [`process`] runs any program.

mod cause;
mod cli;
mod closure;
mod error;
mod fake;
mod platforms;
mod position;
pub mod process;
mod store_path;
mod string;

pub use cause::Cause;
pub use cli::NixCli;
pub use closure::{Closures, PathInfo, closure};
pub use error::NixError;
pub use fake::FakeNix;
pub use nixfleet_text::{Foreign, visible};
pub use position::Position;
pub use store_path::{StorePath, StorePathError};
pub use string::nix_string;

/// Nix, as far as this project needs it.
pub trait Nix: Send + Sync {
    /// The value of an installable, as the JSON text that `nix eval --json` writes.
    ///
    /// # Errors
    /// When Nix is missing or the evaluation fails.
    fn eval_json(&self, installable: &str, apply: Option<&str>) -> Result<Vec<u8>, NixError>;

    /// Builds installables in one call; one output each, in their order.
    ///
    /// # Errors
    /// When Nix is missing or the build fails.
    fn build(&self, installables: &[String]) -> Result<Vec<StorePath>, NixError>;

    /// What a store knows of paths and all that they need; this machine's store when none is named.
    ///
    /// # Errors
    /// When Nix is missing or a path is not there.
    fn closures(&self, store: Option<&str>, paths: &[StorePath]) -> Result<Closures, NixError>;

    /// Whether a store is there.
    ///
    /// # Errors
    /// When Nix is missing or the store can't be opened.
    fn reach(&self, store: &str) -> Result<(), NixError>;

    /// Copies paths and all that they need to a store. What this machine's own store has is trusted
    /// here, signed or not; whether the other one takes it is its own matter.
    ///
    /// # Errors
    /// When Nix is missing or a path can't be copied.
    fn copy(&self, to: &str, paths: &[StorePath]) -> Result<(), NixError>;

    /// The value of an installable.
    ///
    /// # Errors
    /// When Nix is missing or the evaluation fails.
    fn eval(&self, installable: &str, apply: Option<&str>) -> Result<serde_json::Value, NixError> {
        let json = self.eval_json(installable, apply)?;
        serde_json::from_slice(&json).map_err(|error| NixError::Answer {
            command: format!("nix eval --json {installable}"),
            reason: error.to_string(),
        })
    }
}
