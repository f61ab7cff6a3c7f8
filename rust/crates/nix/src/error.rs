//! What Nix says when it fails, cut to what a person needs.

use std::io;
use std::time::Duration;

use thiserror::Error;

use crate::Cause;

/// A call of Nix that came to nothing.
#[derive(Debug, Error)]
pub enum NixError {
    /// There is no `nix` on PATH.
    #[error(
        "`nix` is not on PATH: install it from https://nixos.org/download, then open a new shell"
    )]
    Missing,
    /// `nix` did not start.
    #[error("`nix` did not start: {0}")]
    Start(#[source] io::Error),
    /// Nix ran and failed.
    #[error("{}", .cause.message)]
    Failed {
        /// The command line.
        command: String,
        /// Its exit status; `None` when a signal ended it.
        status: Option<i32>,
        /// The cause, for people.
        cause: Box<Cause>,
        /// All that Nix wrote to standard error.
        stderr: String,
    },
    /// Nix did not come to an end, and was ended.
    #[error("`{command}` took longer than its {} s, and was ended", limit.as_secs())]
    TimedOut {
        /// The command line.
        command: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// The user wanted the end, and Nix was ended.
    #[error("interrupted")]
    Interrupted,
    /// Nix succeeded, but what it wrote cannot be read.
    #[error("`{command}` gave an answer that cannot be read: {reason}")]
    Answer {
        /// The command line.
        command: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl NixError {
    /// A failure, its cause found in what Nix wrote.
    #[must_use]
    pub fn failed(command: String, status: Option<i32>, stderr: String) -> Self {
        let cause = Box::new(Cause::find(&stderr));
        Self::Failed { command, status, cause, stderr }
    }

    /// Whether the flake lacks the attribute that was asked for.
    #[must_use]
    pub fn is_missing_attribute(&self) -> bool {
        matches!(self, Self::Failed { cause, .. }
            if cause.message.contains("does not provide attribute"))
    }
}
