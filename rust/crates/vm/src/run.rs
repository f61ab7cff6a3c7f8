//! A run on one host: its phases, timed and told, and what they share.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::hypervisor::{Machine, Status};
use crate::launch::{Display, Forward, Lan, Launch};
use crate::preflight::Plan;
use crate::report::{HostReport, PhaseReport};
use crate::ssh::{SshError, Target};
use crate::state::{Folder, Role};
use crate::together::Together;
use crate::{Accelerator, Error, Phase, World, console, files, ports};

/// How often what goes on is looked at.
const TICK: Duration = Duration::from_millis(100);

/// What the user chose.
// Switches of a command line, which are independent of each other.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Memory in MiB; the host's `vmTest.memory` when not given.
    pub memory: Option<u32>,
    /// Virtual processors; the host's `vmTest.cores` when not given.
    pub cores: Option<u32>,
    /// Disk in GiB; the host's `vmTest.diskSize` when not given.
    pub disk_size: Option<u32>,
    /// Install anew even when nothing has changed.
    pub rebuild: bool,
    /// Files to put onto the new system.
    pub extra_files: Option<PathBuf>,
    /// Leave the VM of a test running.
    pub keep: bool,
    /// Reboot a tested host and compare what should have stayed.
    pub survival: bool,
    /// Let guests reach nothing outside.
    pub offline: bool,
    /// The hosts that are tested in one network.
    pub together: Option<Arc<Together>>,
    /// Time limits in place of the usual ones.
    pub limits: HashMap<Phase, Duration>,
}

/// A run on one host.
pub struct Run<'a> {
    /// The world.
    pub world: &'a World,
    /// The host and what it is run with.
    pub plan: &'a Plan,
    /// The VM's folder.
    pub folder: &'a Folder,
    /// What the user chose.
    pub options: &'a Options,
    /// What happened so far.
    pub report: HostReport,
}

/// A machine to boot.
pub struct Boot<'a> {
    /// Which of the host's machines.
    pub role: Role,
    /// The ISO, for the installer.
    pub iso: Option<PathBuf>,
    /// Memory in MiB.
    pub memory: u32,
    /// Virtual processors.
    pub cores: u32,
    /// The port that SSH had before.
    pub port: Option<u16>,
    /// Ports of the guest that lead out, besides SSH.
    pub outside: &'a [u16],
    /// The window.
    pub display: Display,
    /// A network shared with other VMs.
    pub lan: Option<Lan>,
    /// Whether it ends with this process.
    pub bound: bool,
}

/// A machine that runs.
pub struct Running {
    /// The machine.
    pub machine: Box<dyn Machine>,
    /// Its forwarded ports; the first is SSH.
    pub forwards: Vec<Forward>,
    /// Its console.
    pub console: PathBuf,
    /// How root is reached.
    pub root: Target,
}

impl<'a> Run<'a> {
    /// A run that has not begun.
    #[must_use]
    pub fn new(world: &'a World, plan: &'a Plan, folder: &'a Folder, options: &'a Options) -> Self {
        let report = HostReport::new(&plan.host, plan.accelerator.accelerator);
        Self { world, plan, folder, options, report }
    }

    /// Does a phase: it is told, timed and written down.
    ///
    /// # Errors
    /// Those of the phase; [`Error::Interrupted`] whenever the user wants the end, as what fails
    /// then fails for that.
    pub fn phase<T>(
        &mut self,
        phase: Phase,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.world.cancel.check()?;
        let begun = self.world.clock.now();
        self.world.observer.begin(&self.plan.host, phase);
        let mut result = work(self);
        if result.is_err() && self.world.cancel.requested() {
            result = Err(Error::Interrupted);
        }
        let took = self.world.clock.now().saturating_sub(begun);
        self.report.phases.push(PhaseReport {
            phase,
            seconds: took.as_secs_f64(),
            held: result.is_ok(),
        });
        self.world.observer.end(&self.plan.host, phase, took, result.is_ok());
        result
    }

    /// The time limit of a phase.
    #[must_use]
    pub fn limit(&self, phase: Phase) -> Duration {
        let given = self.options.limits.get(&phase).copied();
        given.unwrap_or_else(|| phase.limit(self.accelerator()))
    }

    /// What runs the guest's instructions.
    #[must_use]
    pub fn accelerator(&self) -> Accelerator {
        self.plan.accelerator.accelerator
    }

    /// Says something that stays on the screen.
    pub fn note(&self, text: &str) {
        self.world.observer.note(&self.plan.host, text);
    }

    /// Boots a machine. A port that another program took in the meantime is replaced.
    ///
    /// # Errors
    /// When QEMU does not come up.
    pub fn boot(&self, boot: &Boot) -> Result<Running, Error> {
        let folder = self.folder.role(boot.role);
        let files = self.folder.files(boot.role);
        let mut wanted = boot.port;
        let mut attempts = 5;
        loop {
            let forwards = forwards(wanted.take(), boot.outside)?;
            let launch = Launch {
                name: self.plan.host.clone(),
                qemu: self.plan.qemu.clone(),
                platform: self.plan.platform,
                accelerator: self.accelerator(),
                memory: boot.memory,
                cores: boot.cores,
                firmware: self.plan.firmware.code.clone(),
                vars: folder.join("vars.fd"),
                disk: folder.join("disk.qcow2"),
                scratch: boot.role != Role::Vm,
                iso: boot.iso.clone(),
                forwards: forwards.clone(),
                offline: self.options.offline,
                lan: boot.lan,
                display: boot.display.clone(),
                bound: boot.bound,
                files: files.clone(),
            };
            match self.world.hypervisor.launch(&launch) {
                Err(Error::PortTaken { .. }) if attempts > 1 => attempts -= 1,
                Err(error) => return Err(error),
                Ok(machine) => {
                    let root = self.target(boot.role, forwards[0].host, "root")?;
                    return Ok(Running { machine, forwards, console: files.console, root });
                }
            }
        }
    }

    /// How a user of the guest is reached.
    ///
    /// # Errors
    /// When the agent's key cannot be written down for `ssh`.
    pub fn target(&self, role: Role, port: u16, user: &str) -> Result<Target, Error> {
        let folder = self.folder.role(role);
        Ok(Target {
            port,
            user: user.to_owned(),
            identity: self.identity()?,
            known_hosts: folder.join("known_hosts"),
            shared: (user == "root").then(|| self.folder.socket(role, "ssh")),
        })
    }

    /// The file that tells `ssh` which key to use. Of a key that the agent has, that is its public
    /// half.
    fn identity(&self) -> Result<PathBuf, Error> {
        if let Some(file) = &self.plan.key.file {
            return Ok(file.clone());
        }
        let path = self.folder.path().join("agent-key.pub");
        files::write(&path, format!("{}\n", self.plan.key.line).as_bytes())?;
        Ok(path)
    }

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
            self.watch(phase, running)?;
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
        match console::trouble(&running.console) {
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

    /// Takes a picture of the screen, for who looks into what went wrong.
    pub fn picture(&mut self, running: &mut Running) {
        let path = self.folder.logs().join("screen.png");
        if !self.world.cancel.requested() && running.machine.screenshot(&path) {
            self.report.screenshot = Some(path);
        }
    }
}

fn forwards(ssh: Option<u16>, outside: &[u16]) -> Result<Vec<Forward>, Error> {
    let free = |wanted| {
        ports::free(wanted).map_err(|error| Error::Program {
            program: "the network of this machine".into(),
            reason: error.to_string(),
        })
    };
    let mut all = vec![Forward { host: free(ssh)?, guest: 22 }];
    for &guest in outside {
        let mut host = free(None)?;
        while all.iter().any(|it| it.host == host) {
            host = free(None)?;
        }
        all.push(Forward { host, guest });
    }
    Ok(all)
}
