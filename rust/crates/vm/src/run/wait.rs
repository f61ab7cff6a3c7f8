//! Waiting for a guest: until it answers, and until it is off. Whatever keeps it from that is told
//! at once.

use std::time::Duration;

use super::{Run, Running};
use crate::hypervisor::Status;
use crate::ssh::SshError;
use crate::{Error, Phase, console, files};

/// How often what goes on is looked at.
const TICK: Duration = Duration::from_millis(100);

impl Run<'_> {
    /// Waits until the guest's SSH server admits us.
    ///
    /// # Errors
    /// When the limit passes, the key is refused, or the guest or QEMU ends before.
    pub fn wait_for_ssh(&self, phase: Phase, running: &mut Running) -> Result<(), Error> {
        let clock = &self.world.clock;
        let limit = self.limit(phase);
        let end = clock.now() + limit;
        let mut seen = "no SSH server answered".to_owned();
        let mut refusals = 0;
        loop {
            match self.watch(phase, running) {
                Err(Error::GuestDied { cause, .. }) if self.may_start_anew(&cause, running) => {
                    self.note("the guest's timer came too late under emulation: it starts anew");
                }
                other => other?,
            }
            let left = end.saturating_sub(clock.now());
            if left.is_zero() {
                let console = console::last_lines(&running.console, 15);
                return Err(Error::TimedOut { phase, limit, seen, console });
            }
            if self.world.remote.answers(running.root.port) {
                match self.world.remote.run(
                    &running.root,
                    "true",
                    left.min(Duration::from_secs(60)),
                ) {
                    Ok(_) => return Ok(()),
                    // Twice, as a server may be up a moment before its keys are in place.
                    Err(SshError::KeyRefused) if refusals > 0 => return Err(self.refused(phase)),
                    Err(error) => {
                        refusals += u32::from(error == SshError::KeyRefused);
                        seen = format!("an SSH server answered, then: {error}");
                    }
                }
            }
            clock.sleep(TICK);
        }
    }

    /// Starts a guest anew, once, that died of slow emulation alone; whether that was it.
    fn may_start_anew(&self, cause: &str, running: &mut Running) -> bool {
        let once = running.given_up == 0 && self.accelerator().is_software();
        if !once || !console::is_of_emulation(cause) || !running.machine.reset() {
            return false;
        }
        // What the old start still had to say has come by then.
        self.world.clock.sleep(Duration::from_secs(1));
        running.given_up = files::length(&running.console);
        true
    }

    fn refused(&self, phase: Phase) -> Error {
        let (guest, help) = match phase {
            Phase::WaitInstaller => (
                "installer",
                "the ISO admits other keys than `isoSshKeys` says: do its modules set root's keys, or forbid root to log in?",
            ),
            _ => (
                "installed host",
                "a module of the host overrides root's keys or forbids root to log in: compare `users.users.root.openssh` and `services.openssh.settings`",
            ),
        };
        Error::KeyRefused { guest, key: self.plan.key.name.clone(), help: help.into() }
    }

    /// Looks whether the machine is well.
    ///
    /// # Errors
    /// When it is not, or the user wants the end.
    pub fn watch(&self, phase: Phase, running: &mut Running) -> Result<(), Error> {
        self.world.cancel.check()?;
        let console = || console::last_lines(&running.console, 15);
        let ended = |reason: String| Error::QemuEnded {
            doing: phase.title().to_owned(),
            reason,
            console: console(),
        };
        match running.machine.status() {
            Status::Running => {}
            Status::PoweredOff => return Err(ended("the guest powered itself off".into())),
            Status::DiskFull => {
                return Err(Error::DiskFull { folder: self.folder.path().to_owned() });
            }
            Status::Failed(reason) => return Err(ended(reason)),
        }
        match console::trouble(&running.console, running.given_up) {
            Some(cause) => Err(Error::GuestDied { cause, console: console() }),
            None => Ok(()),
        }
    }

    /// Lets the guest power down, and waits for it.
    ///
    /// # Errors
    /// When it does not within the limit, or QEMU ends otherwise.
    pub fn power_off(
        &self,
        phase: Phase,
        running: &mut Running,
        script: &str,
    ) -> Result<(), Error> {
        let clock = &self.world.clock;
        let limit = self.limit(phase);
        let end = clock.now() + limit;
        // The connection ends with the guest, so how the script ended says nothing.
        let _ = self.world.remote.run(&running.root, script, limit.min(Duration::from_secs(60)));
        let mut press = clock.now() + limit / 3;
        loop {
            match running.machine.status() {
                Status::PoweredOff => return Ok(()),
                Status::Running => {}
                Status::DiskFull => {
                    return Err(Error::DiskFull { folder: self.folder.path().to_owned() });
                }
                Status::Failed(reason) => {
                    let console = console::last_lines(&running.console, 15);
                    return Err(Error::QemuEnded { doing: phase.title().into(), reason, console });
                }
            }
            self.world.cancel.check()?;
            if clock.now() > end {
                let seen = "the guest did not power down".to_owned();
                let console = console::last_lines(&running.console, 15);
                return Err(Error::TimedOut { phase, limit, seen, console });
            }
            if clock.now() > press {
                running.machine.press_power();
                press = end;
            }
            clock.sleep(TICK);
        }
    }
}
