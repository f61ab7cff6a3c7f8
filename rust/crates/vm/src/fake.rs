//! A world without programs: a clock that need not be waited for, and a Nix, QEMU, guest and
//! installer that behave as a test says.

mod behaviour;
mod guest;
mod installer;
mod machine;
mod nix;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use behaviour::{Behaviour, Outcome, Qemu, Ssh};
use nixfleet_inventory::Flake;
use rustix::process::Signal;

use crate::accelerator::Choice;
use crate::observer::Observer;
use crate::preflight::{Key, Plan};
use crate::{Accelerator, Cancel, Clock, Firmware, Phase, Platform, World};
use nixfleet_assertion::host::Expected;
use nixfleet_nix::Foreign;

pub const SYSTEM: &str = "/nix/store/00000000000000000000000000000002-system";
const ISO: &str = "/nix/store/00000000000000000000000000000001-iso";
const SCRIPT: &str = "/nix/store/00000000000000000000000000000003-disko";
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS a";

#[derive(Default)]
struct State {
    now: Duration,
    /// By how much the time of day was set, in seconds.
    jumped: i64,
    booted: Duration,
    alive: u32,
    resets: u32,
    installs: u32,
    off: bool,
    is_installer: bool,
    taken: u32,
    links: Vec<String>,
    restarts: u32,
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

    /// How often the reset button was pressed.
    pub fn resets(&self) -> u32 {
        self.state.lock().unwrap().resets
    }

    /// Installs that were done.
    pub fn installs(&self) -> u32 {
        self.state.lock().unwrap().installs
    }

    /// The disks that were given another name, as `ln` was told.
    pub fn links(&self) -> Vec<String> {
        self.state.lock().unwrap().links.clone()
    }

    /// Ends this process, as `kill -9` does, when it is to be killed here.
    fn killed(&self, phase: Phase, at_beginning: bool) {
        if self.behaviour.killed == Some((phase, at_beginning)) {
            let _ = rustix::process::kill_process(rustix::process::getpid(), Signal::KILL);
        }
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

impl Clock for Fake {
    fn now(&self) -> Duration {
        self.state.lock().unwrap().now
    }

    fn sleep(&self, time: Duration) {
        let now = {
            let mut state = self.state.lock().unwrap();
            state.now += time;
            state.now
        };
        assert!(now < Duration::from_secs(12 * 3600), "it waits without end");
    }

    fn date(&self) -> u64 {
        let state = self.state.lock().unwrap();
        let date = i64::try_from(state.now.as_secs()).unwrap() + state.jumped;
        1_800_000_000_u64.saturating_add_signed(date)
    }
}

impl Observer for Fake {
    fn begin(&self, _: &str, phase: Phase) {
        self.killed(phase, true);
        if let Some((_, by)) = self.behaviour.jump.filter(|(it, _)| *it == phase) {
            self.state.lock().unwrap().jumped += by;
        }
        if let Some((_, times)) = self.behaviour.interrupt.filter(|(it, _)| *it == phase) {
            (0..times).for_each(|_| self.cancel.request());
        }
    }

    fn step(&self, _: &str, _: &Foreign) {}

    fn end(&self, _: &str, phase: Phase, _: Duration, _: bool) {
        self.killed(phase, false);
    }

    fn note(&self, _: &str, _: &Foreign) {}
}
