//! What Nix says when it fails, cut to what a person needs.

use std::io;
use std::time::Duration;

use thiserror::Error;

use nixfleet_text::Foreign;

use crate::Cause;

/// Signs that Nix failed for something outside the fleet: the network, this machine, its store.
/// Nix's own words (`filetransfer.cc`, `error.cc`) and curl's (`curl_easy_strerror`).
const OUTSIDE: [&str; 14] = [
    "Could not resolve host",
    "Couldn't resolve host",
    "Could not connect to server",
    "Couldn't connect to server",
    "Failed to connect to",
    "Failure when receiving data",
    "Timeout was reached",
    "SSL connect error",
    "SSL peer certificate",
    "Problem with the SSL CA cert",
    "unable to download",
    "No space left on device",
    "cannot open connection to remote store",
    "cannot connect to socket",
];

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
        stderr: Foreign,
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
    pub fn failed(command: String, status: Option<i32>, stderr: impl Into<Foreign>) -> Self {
        let stderr = stderr.into();
        let cause = Box::new(Cause::find(stderr.raw()));
        Self::Failed { command, status, cause, stderr }
    }

    /// Whether Nix failed for something outside of what it evaluates: the network, this machine.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        match self {
            Self::Failed { cause, .. } => OUTSIDE.iter().any(|sign| cause.message.contains(sign)),
            _ => true,
        }
    }

    /// Whether the flake lacks the attribute that was asked for.
    #[must_use]
    pub fn is_missing_attribute(&self) -> bool {
        matches!(self, Self::Failed { cause, .. }
            if cause.message.contains("does not provide attribute"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_is_outside_and_an_attribute_is_not() {
        let failed = |text: &str| NixError::failed(String::new(), Some(1), text.to_owned());
        let network = "error: unable to download 'https://x': Could not resolve host: x (6)";
        assert!(failed(network).is_outside());
        assert!(!failed("error: attribute 'x' missing").is_outside());
        assert!(NixError::Missing.is_outside());
    }
}
