//! Waiting for a guest: until it answers, and until it is off. Whatever keeps it from that is told
//! at once.

use std::time::Duration;

use nixfleet_nix::Foreign;

use super::watch::TICK;
use super::{Run, Running};
use crate::ssh::SshError;
use crate::{Error, Phase, console, files};

impl Run<'_> {
    /// Waits until the guest's SSH server admits us, over a connection that all shares that is asked from
    /// then on: to exchange keys takes an emulated guest a second.
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
                let console = running.last_lines();
                return Err(Error::TimedOut { phase, limit, seen, console });
            }
            if self.world.remote.answers(running.root.port) {
                let left = left.min(Duration::from_secs(60));
                // In this thread, which outlives the phase. An earlier connection ends before, as it takes
                // the socket with it.
                running.connection = None;
                let mut connection = self.world.remote.connect(&running.root, left);
                match self.watched(phase, running, |_| connection.wait())? {
                    Ok(()) => {
                        running.connection = Some(connection);
                        return Ok(());
                    }
                    // Twice, as a server may be up a moment before its keys are in place.
                    Err(SshError::KeyRefused) if refusals > 0 => return Err(self.refused(phase)),
                    Err(SshError::HostKeyChanged) if refusals > 0 => {
                        let known_hosts = running.root.known_hosts.clone();
                        return Err(Error::HostKeyChanged { guest: guest(phase), known_hosts });
                    }
                    Err(error) => {
                        refusals += u32::from(matches!(
                            error,
                            SshError::KeyRefused | SshError::HostKeyChanged
                        ));
                        seen = format!("an SSH server answered, then: {error}");
                    }
                }
            }
            clock.sleep(TICK);
        }
    }

    /// Starts a guest anew, once, that died of slow emulation alone; whether that was it.
    fn may_start_anew(&self, cause: &Foreign, running: &mut Running) -> bool {
        let once = running.given_up == 0 && self.accelerator().is_software();
        if !once || !console::is_of_emulation(cause.raw()) || !running.machine.reset() {
            return false;
        }
        // What the old start still had to say has come by then.
        self.world.clock.sleep(Duration::from_secs(1));
        running.given_up = files::length(&running.console);
        true
    }

    fn refused(&self, phase: Phase) -> Error {
        let help = match phase {
            Phase::WaitInstaller => {
                "the ISO admits other keys than `isoSshKeys` says: do its modules set root's keys, or forbid root to log in?"
            }
            _ => {
                "a module of the host overrides root's keys or forbids root to log in: compare `users.users.root.openssh` and `services.openssh.settings`"
            }
        };
        Error::KeyRefused {
            guest: guest(phase),
            key: self.plan.key.name.clone(),
            help: help.into(),
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
            if self.look(phase, running)? {
                return Ok(());
            }
            self.world.cancel.check()?;
            if clock.now() > end {
                let seen = "the guest did not power down".to_owned();
                let console = running.last_lines();
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

fn guest(phase: Phase) -> &'static str {
    if phase == Phase::WaitInstaller { "installer" } else { "installed host" }
}
