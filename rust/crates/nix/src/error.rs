//! What Nix says when it fails, cut to what a person needs.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use nixfleet_text::{Foreign, conceal};
use rustix::process::Signal;
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
    #[error("{}", conceal(&.cause.message))]
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
    /// A signal ended Nix, which had no time to say why.
    #[error("`{command}` was ended by {}{}", signal(*.status), heard(.said))]
    Died {
        /// Nix's command, such as `nix eval`.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The last line that it wrote; empty when there is none.
        said: Foreign,
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
        let mut cause = Box::new(Cause::find(stderr.raw()));
        if cause.message.is_empty() {
            let status = status.map_or_else(String::new, |it| format!(" with status {it}"));
            cause.message = format!("`{}` failed{status} and said nothing", name(&command));
        }
        Self::Failed { command, status, cause, stderr }
    }

    /// What became of a call that did not succeed.
    #[must_use]
    pub fn ended(command: String, status: ExitStatus, stderr: impl Into<Foreign>) -> Self {
        if status.signal().is_none() {
            return Self::failed(command, status.code(), stderr);
        }
        Self::Died { command: name(&command), status, said: stderr.into().last_line() }
    }

    /// What to do about it, where that follows from how Nix ended.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let Self::Died { status, .. } = self else { return None };
        let is = |signal: Signal| status.signal() == Some(signal.as_raw());
        Some(if is(Signal::KILL) {
            "the system kills what takes more memory than there is: give it more, or add swap, or \
             evaluate fewer hosts at a time; `journalctl -k` tells of it"
                .to_owned()
        } else if is(Signal::TERM) || is(Signal::INT) || is(Signal::HUP) {
            "somebody ended it: run it again".to_owned()
        } else {
            "Nix itself is at fault, or its memory: run it again, then with another version of Nix"
                .to_owned()
        })
    }

    /// Whether Nix failed for something outside of what it evaluates: the network, this machine.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        match self {
            Self::Failed { cause, .. } => cause.is_outside(),
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

/// `nix eval` of a whole command line.
fn name(command: &str) -> String {
    command.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

/// `signal 9 (SIGKILL)`
fn signal(status: ExitStatus) -> String {
    status.to_string().replacen("signal: ", "signal ", 1)
}

fn heard(said: &Foreign) -> String {
    if said.is_empty() { String::new() } else { format!("; the last that it said: {said}") }
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

    #[test]
    fn a_nix_that_dies_in_silence_is_told_with_its_signal() {
        let ended = |status, said: &str| {
            let status = ExitStatus::from_raw(status);
            NixError::ended("nix eval --json .#nixfleet".into(), status, said)
        };
        let killed = ended(9, "");
        assert_eq!(killed.to_string(), "`nix eval` was ended by signal 9 (SIGKILL)");
        assert!(killed.help().unwrap().contains("memory") && killed.is_outside());
        let crashed = ended(11, "warning: x\n\u{1b}[0m\n");
        assert!(
            crashed.to_string().contains("signal 11 (SIGSEGV); the last that it said: \\u{1b}")
        );
        assert!(crashed.help().unwrap().contains("another version"));
        let silent = ended(3 << 8, "");
        assert_eq!(silent.to_string(), "`nix eval` failed with status 3 and said nothing");
    }
}
