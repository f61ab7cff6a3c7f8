//! `start-vm`: the VM that stays, in the background.

use std::path::{Path, PathBuf};

use crate::accelerator::Choice;
use crate::launch::Display;
use crate::preflight::{Key, Plan, Surroundings};
use crate::run::{Boot, Options, Run};
use crate::ssh::Target;
use crate::state::{Folder, Lock, Role, VmRecord};
use crate::{Error, Firmware, Phase, Platform, World, files};
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

/// A VM that runs.
#[derive(Debug, Clone)]
pub struct Started {
    /// Whether it ran before.
    pub already: bool,
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
    let _lock = Lock::take(folder)?;
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
    let started = |already, target| Started {
        already,
        accelerator: plan.accelerator.clone(),
        target,
        screen: Some(folder.socket(Role::Vm, "spice")).filter(|it| it.exists()),
    };
    if folder.running(Role::Vm).is_some() {
        let (_, target) = root_and_user(record.port)?;
        return Ok(started(true, target));
    }
    let mut running = run.boot(&Boot {
        role: Role::Vm,
        iso: None,
        disks: record.disks,
        machine: record.machine.clone(),
        memory: start.options.memory.unwrap_or(record.memory),
        cores: start.options.cores.unwrap_or(record.cores),
        port: Some(record.port),
        outside: &[],
        display: start.display.clone(),
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
    Ok(started(false, target))
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
