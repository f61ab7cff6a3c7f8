//! Disks that are plain files, and machines that are a number.

use std::path::{Path, PathBuf};
use std::time::Duration;

use nixfleet_nix::Foreign;

use super::{Fake, Qemu};
use crate::Error;
use crate::hypervisor::{Hypervisor, Machine, Status};
use crate::launch::Launch;

impl Hypervisor for Fake {
    fn create_disk(&self, path: &Path, gibibytes: u32) -> Result<(), Error> {
        if self.behaviour.disk_error {
            let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
            return Err(Error::io("write", path, full));
        }
        std::fs::write(path, gibibytes.to_string()).map_err(|error| Error::io("write", path, error))
    }

    fn create_overlay(&self, base: &Path, path: &Path) -> Result<(), Error> {
        assert!(base.is_file(), "an overlay needs its base");
        std::fs::write(path, "overlay").map_err(|error| Error::io("write", path, error))
    }

    fn launch(&self, launch: &Launch) -> Result<Box<dyn Machine>, Error> {
        assert!(launch.disks.iter().all(|it| it.is_file()), "a machine needs its images");
        assert!(launch.vars.is_file(), "a machine needs its images");
        {
            let mut state = self.state.lock().unwrap();
            state.is_installer = launch.iso.is_some();
            if state.taken < self.behaviour.ports_taken {
                state.taken += 1;
                return Err(Error::PortTaken { port: launch.forwards[0].host });
            }
        }
        if self.applies() {
            match self.behaviour.qemu {
                Qemu::Fine => {}
                Qemu::Ends => {
                    let reason = "exit status: 1: no such machine".into();
                    return Err(Error::QemuEnded {
                        doing: "start".into(),
                        reason,
                        console: Foreign::default(),
                    });
                }
                Qemu::Hangs => return Err(Error::QemuHangs { reason: "timed out".into() }),
            }
        }
        let console = if self.applies() { self.behaviour.console } else { "" };
        let (text, console) = (console, launch.files.console.clone());
        std::fs::write(&console, text).unwrap();
        let mut state = self.state.lock().unwrap();
        state.alive += 1;
        state.off = false;
        state.booted = state.now;
        Ok(Box::new(FakeMachine { fake: self.clone(), console, ended: false }))
    }
}

struct FakeMachine {
    fake: Fake,
    console: PathBuf,
    ended: bool,
}

impl Machine for FakeMachine {
    fn status(&mut self) -> Status {
        let applies = self.fake.applies();
        let state = self.fake.state.lock().unwrap();
        let started_anew = state.resets > 0 && state.now > state.booted + Duration::from_secs(5);
        if started_anew && self.fake.behaviour.dies_again {
            std::fs::write(&self.console, self.fake.behaviour.console.repeat(2)).unwrap();
        }
        let is_later = state.now > state.booted + Duration::from_secs(10);
        match &self.fake.behaviour.later {
            Some(status) if applies && is_later => status.clone(),
            _ if state.off => Status::PoweredOff,
            _ => Status::Running,
        }
    }

    fn end_on_restart(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn press_power(&mut self) {}

    fn reset(&mut self) -> bool {
        let mut state = self.fake.state.lock().unwrap();
        state.booted = state.now;
        state.resets += 1;
        true
    }

    fn screenshot(&mut self, path: &Path) -> bool {
        std::fs::write(path, "png").is_ok()
    }

    fn kill(&mut self) {
        if !self.ended {
            self.ended = true;
            self.fake.state.lock().unwrap().alive -= 1;
        }
    }

    fn release(mut self: Box<Self>) {
        self.ended = true;
    }

    fn pid(&self) -> i32 {
        1
    }
}

impl Drop for FakeMachine {
    fn drop(&mut self) {
        self.kill();
    }
}
