//! Looking after a machine, also while its guest is asked something: one that has died does not answer,
//! and nobody should wait for it.

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use nixfleet_nix::Foreign;

use super::{Run, Running};
use crate::hypervisor::Status;
use crate::ssh::Target;
use crate::{Error, Phase, console};

/// How often what goes on is looked at.
pub const TICK: Duration = Duration::from_millis(100);

impl Run<'_> {
    /// Looks whether the machine is well.
    ///
    /// # Errors
    /// When it is not, or the user wants the end.
    pub fn watch(&self, phase: Phase, running: &mut Running) -> Result<(), Error> {
        self.world.cancel.check()?;
        if self.look(phase, running)? {
            return Err(ended(phase, "the guest powered itself off".into(), running));
        }
        Ok(())
    }

    /// Whether the guest has powered itself off.
    ///
    /// # Errors
    /// When it cannot go on, or QEMU has ended otherwise.
    pub(super) fn look(&self, phase: Phase, running: &mut Running) -> Result<bool, Error> {
        let died = |cause, running: &Running| {
            Err(Error::GuestDied { cause, console: running.last_lines() })
        };
        let status = running.machine.status();
        let said = console::trouble(&running.console, running.given_up);
        match (status, said) {
            (Status::PoweredOff, _) => Ok(true),
            (Status::DiskFull, _) => Err(Error::DiskFull { folder: self.folder.path().to_owned() }),
            (Status::Failed(reason), _) => Err(ended(phase, reason, running)),
            (Status::Running | Status::Panicked, Some(cause)) => died(cause, running),
            (Status::Panicked, None) => died("a panic of its kernel".into(), running),
            (Status::Running, None) => Ok(false),
        }
    }

    /// Does work that asks the guest, and watches the machine meanwhile: when that is not well, what
    /// is asked ends, and why it is not is the error.
    ///
    /// # Errors
    /// Those of [`Self::watch`], and when the time is over that the user gave the phase.
    pub fn watched<T: Send>(
        &self,
        phase: Phase,
        running: &mut Running,
        work: impl FnOnce(&Target) -> T + Send,
    ) -> Result<T, Error> {
        let root = running.root.clone();
        let limit = self.options.limits.get(&phase).copied();
        let end = self.world.clock.now() + limit.unwrap_or_default();
        thread::scope(|scope| {
            let (done, is_done) = channel::<()>();
            let worker = scope.spawn(move || {
                // Dropped when the work has ended, however it has.
                let _done = done;
                work(&root)
            });
            while is_done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let over = || match limit {
                    Some(limit) if self.world.clock.now() > end => {
                        let seen = "the guest has not answered all that it was asked".to_owned();
                        Err(Error::TimedOut { phase, limit, seen, console: Foreign::default() })
                    }
                    _ => Ok(()),
                };
                if let Err(error) = self.watch(phase, running).and_then(|()| over()) {
                    running.root.lost.request();
                    let _ = worker.join();
                    return Err(error);
                }
            }
            let done = worker.join().unwrap_or_else(|panic| resume_unwind(panic));
            self.watch(phase, running)?;
            Ok(done)
        })
    }
}

fn ended(phase: Phase, reason: Foreign, running: &Running) -> Error {
    Error::QemuEnded { doing: phase.title().to_owned(), reason, console: running.last_lines() }
}
