//! The door of hosts: TLS with raw keys, a check-in that is held until something changes for the
//! host, and the files of the release.

mod answers;
mod listener;
mod room;
mod turns;

pub use answers::{Door, router};
pub use listener::{Crowd, serve};
