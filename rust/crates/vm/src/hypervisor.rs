//! What runs machines, as a trait: the real one is QEMU, that of the tests a fake.

use std::path::Path;

use nixfleet_nix::Foreign;

use crate::{Error, Launch};

/// Makes disks and starts machines.
pub trait Hypervisor: Send + Sync {
    /// Makes an empty disk image.
    ///
    /// # Errors
    /// When it cannot be made.
    fn create_disk(&self, path: &Path, gibibytes: u32) -> Result<(), Error>;

    /// Makes a disk image that holds what differs from a base, which stays as it is.
    ///
    /// # Errors
    /// When it cannot be made.
    fn create_overlay(&self, base: &Path, path: &Path) -> Result<(), Error>;

    /// Starts a machine.
    ///
    /// # Errors
    /// [`Error::PortTaken`] when a forwarded port is in use; others when QEMU does not come up.
    fn launch(&self, launch: &Launch) -> Result<Box<dyn Machine>, Error>;
}

/// How a machine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It runs.
    Running,
    /// The guest turned it off.
    PoweredOff,
    /// An image could not grow; the guest is paused.
    DiskFull,
    /// The guest's kernel has panicked.
    Panicked,
    /// It ended otherwise, or is paused for good: the reason.
    Failed(Foreign),
}

/// A machine that was started. Dropping it ends it, unless it was let go.
pub trait Machine: Send {
    /// How it is. Once it has ended the answer stays the same.
    fn status(&mut self) -> Status;

    /// From now on a guest that restarts turns itself off instead.
    ///
    /// # Errors
    /// When the machine cannot be told.
    fn end_on_restart(&mut self) -> Result<(), Error>;

    /// Presses the power button: the guest may power down.
    fn press_power(&mut self);

    /// Presses the reset button; whether the guest starts anew.
    fn reset(&mut self) -> bool;

    /// Takes a picture of the screen; whether there is one.
    fn screenshot(&mut self, path: &Path) -> bool;

    /// Ends it at once.
    fn kill(&mut self);

    /// Lets it run on when this process ends.
    fn release(self: Box<Self>);

    /// Its process.
    fn pid(&self) -> i32;
}
