//! The exit status of every command.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All is well.
    Fine = 0,
    /// There are faults, or assertions that failed.
    Faults = 1,
    /// The command line is wrong.
    Usage = 2,
    /// This machine lacks something, or Nix failed.
    Lacking = 3,
    /// A time limit passed.
    TimedOut = 4,
    /// Ctrl-C.
    Interrupted = 130,
}

impl Exit {
    /// The exit of a status that a crate below has chosen.
    #[must_use]
    pub fn of(status: u8) -> Self {
        match status {
            0 => Self::Fine,
            1 => Self::Faults,
            2 => Self::Usage,
            4 => Self::TimedOut,
            130 => Self::Interrupted,
            _ => Self::Lacking,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
