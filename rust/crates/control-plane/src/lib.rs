//! Says which hosts of a fleet may go to the newest release when, and shows how it goes.
//!
//! [`core`] decides, as a pure function over values. [`clerk`] is the loop around it, which writes
//! down what was decided before anybody is told; [`hosts`] is the door of hosts, [`people`] that of
//! people. What runs on a host it cannot say: that is in the release, which is signed.

mod again;
mod asked;
pub mod bring;
pub mod clerk;
pub mod commands;
pub mod config;
pub mod core;
pub mod hosts;
pub mod log;
mod metrics;
mod page;
pub mod people;
pub mod row;
pub mod seat;
pub mod serve;
pub mod shelf;
mod stall;
pub mod status;
pub mod store;
pub mod told;
mod unknown;
