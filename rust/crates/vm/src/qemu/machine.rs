//! A QEMU process.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::identity;
use super::pause::{paused_by, query, stop};
use super::qmp::{PATIENCE, Qmp};
use crate::hypervisor::{Machine, Status};
use crate::{Cancel, Error, Launch, files};
use nixfleet_nix::{Foreign, process};

/// How long QEMU may take until its control socket answers: it maps its memory first.
const START_LIMIT: Duration = Duration::from_secs(20);

/// How long a QEMU that runs may take to greet whom it has not talked to yet.
const ATTACH_LIMIT: Duration = Duration::from_secs(3);

/// A QEMU that was started here, or found running.
#[derive(Debug)]
pub struct QemuMachine {
    child: Option<Child>,
    pid: i32,
    qmp: Option<Qmp>,
    socket: PathBuf,
    pid_file: PathBuf,
    log: PathBuf,
    released: bool,
    powered_off: bool,
    ends_on_restart: bool,
    trouble: Option<Status>,
    ended: Option<Status>,
}

impl QemuMachine {
    /// Starts QEMU and waits until it answers.
    ///
    /// # Errors
    /// When it ends at once, does not answer, or a port is taken, and when the user wants the end.
    pub fn start(launch: &Launch, cancel: &Cancel) -> Result<Self, Error> {
        let Launch { files: paths, .. } = launch;
        files::remove(&paths.qmp)?;
        let log = File::create(&paths.log).map_err(|it| Error::io("write", &paths.log, it))?;
        let errors = log.try_clone().map_err(|it| Error::io("write", &paths.log, it))?;
        let mut command =
            if launch.bound { process::bound(&launch.qemu) } else { Command::new(&launch.qemu) };
        command.args(launch.arguments()).stdout(log).stderr(errors);
        let child = process::start(&mut command).map_err(|error| Error::Program {
            program: launch.qemu.display().to_string(),
            reason: error.to_string().into(),
        })?;
        let mut machine = Self {
            pid: i32::try_from(child.id()).unwrap_or_default(),
            child: Some(child),
            qmp: None,
            socket: paths.qmp.clone(),
            pid_file: paths.pid.clone(),
            log: paths.log.clone(),
            released: false,
            powered_off: false,
            ends_on_restart: false,
            trouble: None,
            ended: None,
        };
        machine.qmp = Some(machine.connect(launch, cancel)?);
        Ok(machine)
    }

    /// The QEMU of a VM that an earlier command started, when it runs.
    #[must_use]
    pub fn attach(pid_file: &Path, socket: &Path, log: &Path, cancel: &Cancel) -> Option<Self> {
        let pid = identity::running(pid_file)?;
        let mut qmp = Qmp::connect(socket, ATTACH_LIMIT, cancel).ok();
        // What stopped it was told when it did, to whoever listened then.
        let trouble = qmp.as_mut().and_then(stop);
        Some(Self {
            child: None,
            pid,
            qmp,
            socket: socket.to_owned(),
            pid_file: pid_file.to_owned(),
            log: log.to_owned(),
            released: true,
            powered_off: false,
            ends_on_restart: false,
            trouble,
            ended: None,
        })
    }

    /// Whether the process is there, whatever the guest does.
    #[must_use]
    pub fn pid_runs(&self) -> bool {
        self.ended.is_none() && identity::is_ours(self.pid, &self.pid_file)
    }

    fn connect(&mut self, launch: &Launch, cancel: &Cancel) -> Result<Qmp, Error> {
        let end = Instant::now() + START_LIMIT;
        loop {
            match Qmp::connect(&self.socket, PATIENCE, cancel) {
                Ok(qmp) => return Ok(qmp),
                Err(error) if Instant::now() > end => {
                    self.kill();
                    return Err(Error::QemuHangs { reason: error.to_string().into() });
                }
                Err(_) => {}
            }
            cancel.check()?;
            if let Some(Status::Failed(reason)) = self.exited() {
                let taken = launch.forwards.iter().find(|it| {
                    reason.contains(&format!("hostfwd=tcp:127.0.0.1:{}-", it.host))
                        || reason.contains(&format!("'tcp:127.0.0.1:{}-", it.host))
                });
                return Err(match taken {
                    Some(forward) => Error::PortTaken { port: forward.host },
                    None => Error::QemuEnded {
                        doing: "start".into(),
                        reason,
                        console: Foreign::default(),
                    },
                });
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// How QEMU ended, once it has.
    fn exited(&mut self) -> Option<Status> {
        if self.ended.is_none() {
            let how = match &mut self.child {
                Some(child) => child.try_wait().ok().flatten().map(|it| it.to_string()),
                None if identity::is_ours(self.pid, &self.pid_file) => None,
                None => Some("it is gone".to_owned()),
            }?;
            let last = self.qmp.as_mut().map(Qmp::last_events).unwrap_or_default();
            self.note(last);
            self.ended = Some(if self.powered_off {
                Status::PoweredOff
            } else {
                let said = files::tail(&self.log, 2000);
                let said = said.lines().filter(|it| !it.contains("warning:"));
                let said = said.collect::<Vec<_>>().join("; ");
                Status::Failed(if said.is_empty() {
                    how.into()
                } else {
                    format!("{how}: {said}").into()
                })
            });
            let _ = files::remove(&self.socket);
            let _ = files::remove(&self.pid_file);
        }
        self.ended.clone()
    }

    /// Takes note of what QEMU told; the trouble from which the guest does not recover, if there is any.
    fn note(&mut self, events: Vec<Value>) -> Option<Status> {
        let mut trouble = None;
        for event in events {
            let data = &event["data"];
            match event["event"].as_str() {
                Some("SHUTDOWN") => {
                    self.powered_off = data["reason"] == "guest-shutdown"
                        || self.ends_on_restart && data["reason"] == "guest-reset";
                }
                Some("BLOCK_IO_ERROR") if data["action"] == "stop" => {
                    let full = data["nospace"] == Value::Bool(true);
                    let reason = data["reason"].as_str().unwrap_or("an error of its disk");
                    trouble = Some(if full { Status::DiskFull } else { paused_by(reason) });
                }
                Some("GUEST_PANICKED") => trouble = Some(Status::Panicked),
                Some("STOP") => trouble = trouble.or_else(|| self.paused()),
                _ => {}
            }
        }
        trouble
    }

    /// Why the guest is paused, when that is QEMU's own doing.
    fn paused(&mut self) -> Option<Status> {
        let status = query(self.qmp.as_mut()?)?;
        (status == "internal-error").then(|| paused_by(&status))
    }

    /// Lets a guest go on that QEMU has stopped; whether it does, and is not stopped again at once.
    pub fn resume(&mut self) -> bool {
        let Some(qmp) = &mut self.qmp else { return false };
        if qmp.execute("cont", None).is_err() {
            return false;
        }
        // What it was to write is written anew within that time.
        thread::sleep(Duration::from_millis(500));
        self.trouble = stop(qmp);
        let _ = qmp.events();
        self.trouble.is_none()
    }
}

impl Machine for QemuMachine {
    fn status(&mut self) -> Status {
        let events = self.qmp.as_mut().map(Qmp::events).unwrap_or_default();
        // Trouble lasts, though it is told once.
        self.trouble = self.note(events).or(self.trouble.take());
        self.exited().or_else(|| self.trouble.clone()).unwrap_or(Status::Running)
    }

    fn end_on_restart(&mut self) -> Result<(), Error> {
        let untold = |reason: Foreign| Error::QemuHangs { reason };
        let qmp = self.qmp.as_mut().ok_or_else(|| untold("it is not connected".into()))?;
        let action = json!({ "reboot": "shutdown" });
        qmp.execute("set-action", Some(action))
            .map_err(|error| untold(error.to_string().into()))?;
        self.ends_on_restart = true;
        Ok(())
    }

    fn press_power(&mut self) {
        if let Some(qmp) = &mut self.qmp {
            let _ = qmp.execute("system_powerdown", None);
        }
    }

    fn reset(&mut self) -> bool {
        let Some(qmp) = &mut self.qmp else { return false };
        // An installer's QEMU ends where its guest reboots (`-no-reboot`), and would here. It does
        // so no more, as firmware may reset once again when it sees that it has run before.
        let _ = qmp.execute("set-action", Some(json!({ "reboot": "reset" })));
        self.trouble = None;
        qmp.execute("system_reset", None).is_ok()
    }

    fn screenshot(&mut self, path: &Path) -> bool {
        let arguments = json!({ "filename": path, "format": "png" });
        self.qmp.as_mut().is_some_and(|it| it.execute("screendump", Some(arguments)).is_ok())
    }

    fn kill(&mut self) {
        match &mut self.child {
            Some(child) => process::end(child, Duration::from_secs(3)),
            None => identity::end(self.pid, &self.pid_file),
        }
        let _ = self.exited();
    }

    fn release(mut self: Box<Self>) {
        self.released = true;
    }

    fn pid(&self) -> i32 {
        self.pid
    }
}

impl Drop for QemuMachine {
    fn drop(&mut self) {
        if !self.released && self.ended.is_none() {
            self.kill();
        }
    }
}

#[cfg(test)]
mod tests;
