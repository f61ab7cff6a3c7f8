//! A control plane as it is installed, a fleet whose releases are signed, and hosts that speak to it.

// Each of the tests takes its part.
#![allow(dead_code, unused_imports)]

mod fleet;
mod host;
mod plane;
mod raw;
pub mod room;
pub mod server;
mod watch;

use std::time::Duration;

use nixfleet_link::Limits;

pub use fleet::{Fleet, private, public, system};
pub use host::{Host, open};
pub use plane::{Plane, call};
pub use raw::{Raw, raw};
pub use watch::{LONG, soon};

/// Whether the control planes of these tests have their database on a server.
pub const ON_A_SERVER: bool = matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"postgres");

pub const LIMITS: Limits =
    Limits { connect: Duration::from_secs(10), answer: Duration::from_secs(20) };
