//! The life of a virtual machine of a fleet: install, start, verify, stop and clean.
//!
//! Start at [`preflight::check`], which finds out with what hosts can be run here, and then
//! [`test::test`] or [`lifecycle`]. Everything outside is a trait: [`World`] has the real ones.

mod accelerator;
mod cancel;
mod clock;
pub mod console;
mod error;
pub mod extra_files;
#[cfg(test)]
mod fake;
mod fault;
pub mod files;
mod firmware;
pub mod hypervisor;
pub mod install;
pub mod installer;
pub mod launch;
pub mod lifecycle;
#[cfg(test)]
mod matrix;
pub mod observer;
mod phase;
mod platform;
pub mod ports;
pub mod preflight;
pub mod qemu;
pub mod report;
pub mod room;
pub mod run;
pub mod ssh;
pub mod state;
pub mod survival;
pub mod test;
pub mod together;
pub mod verify;
mod vm_test;
mod world;

pub use accelerator::{Accelerator, Choice};
pub use cancel::Cancel;
pub use clock::{Clock, SystemClock};
pub use error::{BUILDERS, Error};
pub use fault::Fault;
pub use firmware::Firmware;
pub use launch::Launch;
pub use phase::Phase;
pub use platform::Platform;
pub use vm_test::VmTest;
pub use world::World;
