//! SSH into guests, through the system's `ssh`.

mod client;
mod knock;
mod real;
mod shared;

use std::path::PathBuf;
use std::time::Duration;

use nixfleet_assertion::Ran;
use nixfleet_nix::Foreign;
use thiserror::Error as ThisError;

use crate::Cancel;

pub(crate) use client::QUICK_EXCHANGE;
pub use client::{options, quoted, section};
pub use real::Ssh;

/// How a guest is reached.
#[derive(Debug, Clone)]
pub struct Target {
    /// The port of 127.0.0.1 that leads to it.
    pub port: u16,
    /// The user.
    pub user: String,
    /// The key file, or the public half of a key that the agent has.
    pub identity: PathBuf,
    /// The known hosts of this machine alone. A new VM starts without any.
    pub known_hosts: PathBuf,
    /// The socket of a connection that several calls share.
    pub shared: Option<PathBuf>,
    /// Set when the guest is known to answer no more: who waits for it then waits no longer.
    pub lost: Cancel,
}

/// A connection that did not come about.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
pub enum SshError {
    /// The server does not admit the key. Waiting does not help.
    #[error("the key is refused")]
    KeyRefused,
    /// The server's own key is another one than before.
    #[error("the guest's host key has changed")]
    HostKeyChanged,
    /// No answer in time, or the connection was lost.
    #[error("{0}")]
    Unreachable(Foreign),
    /// The command runs for too long.
    #[error("no answer within {} s", .0.as_secs())]
    TimedOut(Duration),
}

/// A login that was begun.
pub trait Connection: Send {
    /// Waits until the guest has admitted us.
    ///
    /// # Errors
    /// When it has not within the limit, or does not.
    fn wait(&mut self) -> Result<(), SshError>;
}

/// Runs commands in guests.
pub trait Remote: Send + Sync {
    /// Whether an SSH server answers at the port. To be asked again and again: each call looks at
    /// what earlier ones began.
    fn answers(&self, port: u16) -> bool;

    /// Runs a shell script in the guest.
    ///
    /// # Errors
    /// When the guest cannot be reached, or the script takes longer than the limit.
    fn run(&self, target: &Target, script: &str, limit: Duration) -> Result<Ran, SshError>;

    /// Begins to log in, within the limit. Later calls to the target share the connection until it is
    /// dropped, or the thread ends that began it.
    fn connect(&self, target: &Target, limit: Duration) -> Box<dyn Connection>;

    /// Connects to a port of 127.0.0.1: whether something accepts and keeps the connection, held
    /// open while `during` runs.
    fn holds(&self, port: u16, during: &mut dyn FnMut() -> bool) -> bool;
}
