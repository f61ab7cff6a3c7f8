//! A fault that the preflight found.

use nixfleet_nix::Position;

/// What is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The stable word for this kind of fault.
    pub code: &'static str,
    /// The host, when it is a matter of one host.
    pub host: Option<String>,
    /// The field at fault, as in the inventory's positions; empty when there is none.
    pub field: &'static str,
    /// Where the cause is written, when it is written in the fleet.
    pub position: Option<Position>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Whether this machine lacks something, rather than the fleet being wrong.
    pub lacking: bool,
}
