//! `build-vm`: a VM that stays, its disk an overlay of an installed one.

use crate::install::{self, Installed};
use crate::preflight::Plan;
use crate::report::HostReport;
use crate::run::{Options, Run};
use crate::state::{Folder, Lock, Role, VmRecord};
use crate::{Error, World, files};

/// Builds a host's VM. What went wrong is in the report.
#[must_use]
pub fn build(world: &World, plan: &Plan, folder: &Folder, options: &Options) -> HostReport {
    let mut run = Run::new(world, plan, folder, options);
    run.report.logs = Some(folder.logs());
    let result = Lock::take(folder).and_then(|lock| {
        let result = built(&mut run);
        drop(lock);
        result
    });
    run.report.close(result.as_ref().copied());
    run.report
}

fn built(run: &mut Run) -> Result<(), Error> {
    super::open(run)?;
    let running = run.folder.running(Role::Vm);
    if let (Some(pid), true) = (running, run.options.rebuild) {
        return Err(Error::Running { host: run.plan.host.clone(), pid });
    }
    let built = install::build(run)?;
    let key = install::key(run, &built)?;
    if let (Some(vm), false) = (run.folder.vm(), run.options.rebuild) {
        run.report.reused = true;
        if vm.key == key {
            run.note("the VM is there and nothing has changed: `start-vm` starts it");
        } else {
            run.note(
                "the VM is old: the host has changed since it was installed; \
                 `build-vm --rebuild` renews it, and its disk with it",
            );
        }
        return Ok(());
    }
    // The old VM goes when there is something in its place, and then what it stood on.
    let _place = install::room(run, &built)?;
    let installed = install::ensure(run, &built, &key)?;
    let record = VmRecord {
        install: installed.name.clone(),
        key,
        system: built.system.to_string(),
        port: 0,
        disks: installed.disks,
        machine: built.machine.clone(),
        memory: run.options.memory.unwrap_or(built.test.memory),
        cores: run.options.cores.unwrap_or(built.test.cores),
        platform: run.plan.platform.system().to_owned(),
        user: run.plan.expected.user.clone().unwrap_or_else(|| "root".into()),
        key_file: run.plan.key.file.clone(),
        key_line: run.plan.key.line.clone(),
    };
    overlay(run, &installed, &record)?;
    run.folder.prune(&installed.name)
}

/// Makes the VM's folder. Its record is written last: without one there is no VM.
fn overlay(run: &Run, installed: &Installed, record: &VmRecord) -> Result<(), Error> {
    let folder = run.folder.role(Role::Vm);
    files::remove(&folder)?;
    files::private_folder(&folder)?;
    install::overlay(run, installed, &folder)?;
    files::write_json(&folder.join("vm.json"), record)
}
