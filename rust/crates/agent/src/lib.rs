//! Brings one host to what a signed release says, or back.
//!
//! [`core`] decides, as a pure function over values: no clock, no file and no process is in it. The
//! same code runs on a host, in a simulation and in tests. [`run`] is the loop around it, [`host`]
//! the machine.

mod certificate;
pub mod commands;
pub mod config;
pub mod control_plane;
pub mod core;
pub mod finding;
pub mod folder;
pub mod found;
pub mod host;
pub mod notify;
pub mod report;
pub mod run;
pub mod source;
pub mod standing;
pub mod turn;
pub mod wake;
