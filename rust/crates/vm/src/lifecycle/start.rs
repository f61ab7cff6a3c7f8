//! `start-vm`: the VM that stays, in the background.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::stop::stuck;
use crate::accelerator::Choice;
use crate::hypervisor::{Machine, Status};
use crate::launch::{Display, Forward};
use crate::preflight::{Key, Plan, Surroundings};
use crate::qemu::QemuMachine;
use crate::run::{Boot, Options, Run, Running};
use crate::ssh::Target;
use crate::state::{Folder, Lock, Role, VmRecord};
use crate::{Accelerator, Error, Firmware, Phase, Platform, World, files};
use nixfleet_assertion::host::Expected;

/// How to start a VM.
#[derive(Debug, Clone)]
pub struct Start {
    /// The window.
    pub display: Display,
    /// Wait until SSH admits us.
    pub wait: bool,
    /// The private key to log in with, in place of that which installed the host.
    pub identity: Option<PathBuf>,
    /// What the user chose besides.
    pub options: Options,
}

/// How a VM was before it was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Was {
    /// It did not run.
    Off,
    /// It ran.
    Running,
    /// QEMU had stopped its guest, which goes on now.
    Stopped,
}

/// A VM that runs.
#[derive(Debug, Clone)]
pub struct Started {
    /// How it was before.
    pub was: Was,
    /// What runs its instructions.
    pub accelerator: Choice,
    /// How its user is reached.
    pub target: Target,
    /// The socket on which SPICE shows its screen.
    pub screen: Option<PathBuf>,
}

/// Starts a host's VM; it runs on when this process ends.
///
/// # Errors
/// When there is none, or it does not come up.
pub fn start(
    world: &World,
    folder: &Folder,
    here: &dyn Surroundings,
    start: &Start,
) -> Result<Started, Error> {
    let _lock = lock(world, folder, start)?;
    let not_built = || Error::NotBuilt { host: folder.host().to_owned() };
    if !folder.path().exists() {
        return Err(not_built());
    }
    folder.open()?;
    folder.mend()?;
    let mut record = folder.vm().ok_or_else(not_built)?;
    if let Some(file) = &start.identity {
        record.key_file = Some(file.canonicalize().map_err(|it| Error::io("read", file, it))?);
    }
    let plan = plan(folder, &record, here)?;
    let run = Run::new(world, &plan, folder, &start.options);
    let root_and_user = |port| {
        Ok::<_, Error>((
            run.target(Role::Vm, port, "root")?,
            run.target(Role::Vm, port, &record.user)?,
        ))
    };
    let started = |was, target| Started {
        was,
        accelerator: plan.accelerator.clone(),
        target,
        screen: Some(folder.socket(Role::Vm, "spice")).filter(|it| it.exists()),
    };
    let files = folder.files(Role::Vm);
    if let Some(mut machine) =
        QemuMachine::attach(&files.pid, &files.qmp, &files.log, &world.cancel)
    {
        let stopped = machine.status() != Status::Running && machine.pid_runs();
        if stopped && !machine.resume() {
            return Err(stuck(folder, machine.status()));
        }
        let (root, mut target) = root_and_user(record.port)?;
        if start.wait {
            let forwards = vec![Forward { host: record.port, guest: 22 }];
            let machine = Box::new(machine);
            let console = files.console;
            let mut running =
                Running { machine, forwards, console, given_up: 0, root, connection: None };
            run.wait_for_ssh(Phase::WaitHost, &mut running)?;
        }
        target.shared = None;
        return Ok(started(if stopped { Was::Stopped } else { Was::Running }, target));
    }
    let display = match &start.display {
        // Sockets of a machine that is gone may have lain elsewhere.
        Display::Spice(_) => Display::Spice(folder.socket(Role::Vm, "spice")),
        other => other.clone(),
    };
    let mut running = run.boot(&Boot {
        role: Role::Vm,
        iso: None,
        disks: record.disks,
        machine: record.machine.clone(),
        memory: start.options.memory.unwrap_or(record.memory),
        cores: start.options.cores.unwrap_or(record.cores),
        port: Some(record.port),
        outside: &[],
        display,
        lan: None,
        bound: false,
    })?;
    let (_, mut target) = root_and_user(running.forwards[0].host)?;
    record.port = running.forwards[0].host;
    files::write_json(&folder.role(Role::Vm).join("vm.json"), &record)?;
    if start.wait {
        run.wait_for_ssh(Phase::WaitHost, &mut running)?;
    }
    running.machine.release();
    target.shared = None;
    Ok(started(Was::Off, target))
}

/// The VM's lock. Who waits for the VM waits for another that starts it as well.
fn lock(world: &World, folder: &Folder, start: &Start) -> Result<Lock, Error> {
    let end = world.clock.now() + Phase::WaitHost.limit(Accelerator::Tcg);
    loop {
        match Lock::take(folder) {
            Err(Error::Locked { .. }) if start.wait && world.clock.now() < end => {
                world.cancel.check()?;
                world.clock.sleep(Duration::from_millis(200));
            }
            taken => return taken,
        }
    }
}

/// What a VM is run with, from its record alone: starting needs no Nix.
fn plan(folder: &Folder, record: &VmRecord, here: &dyn Surroundings) -> Result<Plan, Error> {
    let platform = Platform::parse(&record.platform).unwrap_or(Platform::X86_64);
    let missing = |program: &str, package: &str| Error::NoProgram {
        program: program.to_owned(),
        package: package.to_owned(),
    };
    let qemu = here
        .program(platform.program())
        .ok_or_else(|| missing(platform.program(), "QEMU for this platform"))?;
    let firmware = here
        .firmware(platform, &qemu)
        .ok_or_else(|| missing("the UEFI firmware", Firmware::package(platform)))?;
    Ok(Plan {
        host: folder.host().to_owned(),
        platform,
        accelerator: here.accelerator(platform, &qemu),
        qemu,
        firmware,
        key: Key {
            file: record.key_file.clone().filter(|it: &PathBuf| Path::new(it).exists()),
            line: record.key_line.clone(),
            name: record.key_line.clone(),
        },
        expected: Expected::default(),
    })
}
