//! A world without programs: a clock that need not be waited for, and a Nix, QEMU, guest and
//! installer that behave as a test says.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nixfleet_inventory::{Flake, Nix, NixError, StorePath};
use serde_json::Value;

use crate::accelerator::Choice;
use crate::assertion::host::Expected;
use crate::hypervisor::{Hypervisor, Machine, Status};
use crate::installer::{Install, Installer, Watch};
use crate::launch::Launch;
use crate::observer::Observer;
use crate::preflight::{Key, Plan};
use crate::ssh::{Ran, Remote, SshError, Target};
use crate::{Accelerator, Cancel, Clock, Error, Firmware, Phase, Platform, World};

pub const SYSTEM: &str = "/nix/store/00000000000000000000000000000002-system";
const ISO: &str = "/nix/store/00000000000000000000000000000001-iso";
const SCRIPT: &str = "/nix/store/00000000000000000000000000000003-disko";
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS a";

/// How the world behaves. By default all goes well.
// Each is one thing that goes wrong.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Clone, Default)]
pub struct Behaviour {
    pub nix_error: Option<&'static str>,
    pub no_iso: bool,
    /// How many launches find their port taken.
    pub ports_taken: u32,
    pub qemu: Qemu,
    /// How the machine is from ten seconds after its start.
    pub later: Option<Status>,
    pub console: &'static str,
    /// Whether all this is of the installed host, rather than of the installer.
    pub only_host: bool,
    pub ssh: Ssh,
    pub installer: Outcome,
    pub stays_on: bool,
    pub host_name: Option<&'static str>,
    pub unit_state: Option<&'static str>,
    pub disk_error: bool,
    /// Ctrl-C at the beginning of a phase, so many times.
    pub interrupt: Option<(Phase, u32)>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Qemu {
    #[default]
    Fine,
    Ends,
    Hangs,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ssh {
    #[default]
    Fine,
    Never,
    Silent,
    Refuses,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    #[default]
    Fine,
    Fails,
    Loops,
}

#[derive(Default)]
struct State {
    now: Duration,
    booted: Duration,
    alive: u32,
    installs: u32,
    off: bool,
    is_installer: bool,
    taken: u32,
}

/// The fake world. Clones share one state.
#[derive(Clone)]
pub struct Fake {
    behaviour: Arc<Behaviour>,
    state: Arc<Mutex<State>>,
    cancel: Cancel,
}

impl Fake {
    pub fn new(behaviour: Behaviour) -> Self {
        Self { behaviour: Arc::new(behaviour), state: Arc::default(), cancel: Cancel::default() }
    }

    pub fn world(&self, root: &Path) -> World {
        let iso = root.join(&ISO[1..]).join("iso");
        std::fs::create_dir_all(&iso).unwrap();
        if !self.behaviour.no_iso {
            std::fs::write(iso.join("a.iso"), "").unwrap();
        }
        World {
            flake: Flake::new("."),
            nix: Arc::new(self.clone()),
            hypervisor: Arc::new(self.clone()),
            remote: Arc::new(self.clone()),
            installer: Arc::new(self.clone()),
            clock: Arc::new(self.clone()),
            observer: Arc::new(self.clone()),
            cancel: self.cancel.clone(),
            root: root.to_owned(),
        }
    }

    /// Machines that run.
    pub fn alive(&self) -> u32 {
        self.state.lock().unwrap().alive
    }

    /// Installs that were done.
    pub fn installs(&self) -> u32 {
        self.state.lock().unwrap().installs
    }

    /// Whether the behaviour is that of the machine that runs.
    fn applies(&self) -> bool {
        !(self.behaviour.only_host && self.state.lock().unwrap().is_installer)
    }
}

pub fn plan(root: &Path) -> Plan {
    let vars = root.join("vars");
    std::fs::write(&vars, "vars").unwrap();
    Plan {
        host: "web-01".into(),
        platform: Platform::X86_64,
        qemu: "/bin/qemu".into(),
        firmware: Firmware { code: "/code".into(), vars },
        accelerator: Choice { accelerator: Accelerator::Kvm, reason: None },
        key: Key { file: Some("/key".into()), line: KEY.into(), name: "the key".into() },
        expected: Expected {
            host: "web-01".into(),
            system: String::new(),
            time_zone: "UTC".into(),
            user: Some("ops".into()),
            keys: vec![KEY.into()],
        },
    }
}

impl Nix for Fake {
    fn eval_json(&self, _: &str, _: Option<&str>) -> Result<Vec<u8>, NixError> {
        let test: Value = serde_json::json!({
            "test": { "units": ["nginx.service"] },
            "devices": ["/dev/disk/by-id/nvme-1"],
        });
        Ok(test.to_string().into_bytes())
    }

    fn build(&self, _: &[String]) -> Result<Vec<StorePath>, NixError> {
        match self.behaviour.nix_error {
            Some(error) => Err(NixError::failed("nix build".into(), Some(1), error.into())),
            None => Ok([ISO, SYSTEM, SCRIPT].map(|it| it.parse().unwrap()).into()),
        }
    }
}

impl Clock for Fake {
    fn now(&self) -> Duration {
        self.state.lock().unwrap().now
    }

    fn sleep(&self, time: Duration) {
        self.state.lock().unwrap().now += time;
    }
}

impl Observer for Fake {
    fn begin(&self, _: &str, phase: Phase) {
        if let Some((_, times)) = self.behaviour.interrupt.filter(|(it, _)| *it == phase) {
            (0..times).for_each(|_| self.cancel.request());
        }
    }

    fn step(&self, _: &str, _: &str) {}
    fn end(&self, _: &str, _: Phase, _: Duration, _: bool) {}
    fn note(&self, _: &str, _: &str) {}
}

impl Hypervisor for Fake {
    fn create_disk(&self, path: &Path, _: u32) -> Result<(), Error> {
        if self.behaviour.disk_error {
            let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
            return Err(Error::io("write", path, full));
        }
        std::fs::write(path, "disk").map_err(|error| Error::io("write", path, error))
    }

    fn create_overlay(&self, base: &Path, path: &Path) -> Result<(), Error> {
        assert!(base.is_file(), "an overlay needs its base");
        std::fs::write(path, "overlay").map_err(|error| Error::io("write", path, error))
    }

    fn launch(&self, launch: &Launch) -> Result<Box<dyn Machine>, Error> {
        assert!(launch.disk.is_file() && launch.vars.is_file(), "a machine needs its images");
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
                        console: String::new(),
                    });
                }
                Qemu::Hangs => return Err(Error::QemuHangs { reason: "timed out".into() }),
            }
        }
        let console = if self.applies() { self.behaviour.console } else { "" };
        std::fs::write(&launch.files.console, console).unwrap();
        let mut state = self.state.lock().unwrap();
        state.alive += 1;
        state.off = false;
        state.booted = state.now;
        Ok(Box::new(FakeMachine { fake: self.clone(), ended: false }))
    }
}

struct FakeMachine {
    fake: Fake,
    ended: bool,
}

impl Machine for FakeMachine {
    fn status(&mut self) -> Status {
        let applies = self.fake.applies();
        let state = self.fake.state.lock().unwrap();
        let is_later = state.now > state.booted + Duration::from_secs(10);
        match &self.fake.behaviour.later {
            Some(status) if applies && is_later => status.clone(),
            _ if state.off => Status::PoweredOff,
            _ => Status::Running,
        }
    }

    fn press_power(&mut self) {}

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

impl Remote for Fake {
    fn answers(&self, _: u16) -> bool {
        let waited = { self.state.lock().map(|it| it.now.saturating_sub(it.booted)).unwrap() };
        let never = self.applies() && self.behaviour.ssh == Ssh::Never;
        !never && waited > Duration::from_secs(20)
    }

    fn run(&self, _: &Target, script: &str, limit: Duration) -> Result<Ran, SshError> {
        if self.applies() {
            match self.behaviour.ssh {
                Ssh::Refuses => return Err(SshError::KeyRefused),
                Ssh::Silent => {
                    self.sleep(limit);
                    return Err(SshError::TimedOut(limit));
                }
                Ssh::Fine | Ssh::Never => {}
            }
        }
        if script.contains("systemctl poweroff") {
            self.state.lock().unwrap().off = !self.behaviour.stays_on;
        }
        let stdout = if script.starts_with("say()") {
            let name = self.behaviour.host_name.unwrap_or("web-01");
            format!(
                "host\t{name}\ntarget\tactive\nsshd\tactive\nstate\trunning\nsystem\t{SYSTEM}\n\
                 zone\tUTC\nhome\tops\nhome\troot\nkey ops\t{KEY}\nkey root\t{KEY}\n"
            )
        } else if script.starts_with("systemctl is-active") {
            self.behaviour.unit_state.unwrap_or("active").to_owned()
        } else {
            String::new()
        };
        Ok(Ran { status: 0, stdout, stderr: String::new() })
    }

    fn share(&self, _: &Target) -> Option<Box<dyn Send + Sync>> {
        None
    }

    fn holds(&self, _: u16, during: &mut dyn FnMut() -> bool) -> bool {
        during()
    }
}

impl Installer for Fake {
    fn install(&self, install: &Install, watch: &mut dyn Watch) -> Result<(), Error> {
        let end = self.now() + install.limit;
        let outcome = if self.applies() { self.behaviour.installer } else { Outcome::Fine };
        match outcome {
            Outcome::Fine => {
                for _ in 0..300 {
                    watch.look()?;
                    self.sleep(Duration::from_millis(100));
                }
                self.state.lock().unwrap().installs += 1;
                Ok(())
            }
            Outcome::Fails => Err(Error::Install {
                status: "exit status: 1".into(),
                step: "partition".into(),
                tail: "no disk".into(),
                log: PathBuf::from("/log"),
            }),
            Outcome::Loops => loop {
                watch.look()?;
                self.sleep(Duration::from_secs(1));
                if self.now() > end {
                    let seen = "`nixos-anywhere` was to upload".into();
                    let (phase, limit) = (Phase::Install, install.limit);
                    return Err(Error::TimedOut { phase, limit, seen, console: String::new() });
                }
            },
        }
    }
}
