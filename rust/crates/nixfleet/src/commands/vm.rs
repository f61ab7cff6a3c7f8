//! The VM commands: their arguments, and how they call `nixfleet-vm`.

mod args;
mod faults;
mod fleet;
mod jobs;
mod show;

use std::io::{self, BufRead, IsTerminal, Write};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use nixfleet_vm::Cancel;
use nixfleet_vm::lifecycle::{self, Stopped};
use nixfleet_vm::preflight::ThisMachine;
use nixfleet_vm::report::HostReport;
use nixfleet_vm::state::Folder;

pub use args::{BuildVm, CleanVm, StartVm, StopVm, TestVm};

use crate::error::Error;
use crate::exit::Exit;
use crate::global::{Format, Global};
use crate::side_by_side::each;
use fleet::VmFleet;

/// How long a VM may take to power down before it is ended.
const STOP_LIMIT: Duration = Duration::from_secs(90);

/// Installs hosts into VMs that stay.
pub fn build(global: &Global, args: &BuildVm) -> Result<Exit, Error> {
    install(global, args, |fleet, plan, folder, options| {
        lifecycle::build(&fleet.world, plan, folder, options)
    })
}

/// Tests hosts.
pub fn test(global: &Global, args: &TestVm) -> Result<Exit, Error> {
    let result = VmFleet::open(global, &args.build, args.options());
    let mut fleet = match result {
        Ok(fleet) => fleet,
        Err(failure) => return show::failure(global, failure),
    };
    let jobs = if args.together { fleet.join() } else { args.build.jobs };
    let fleet = fleet;
    let mut reports = fleet.each(jobs, |plan, folder| {
        nixfleet_vm::test::test(&fleet.world, plan, folder, &fleet.options)
    });
    // The moving lines are gone before anything else is written.
    drop(fleet);
    faults::explain(global, &mut reports);
    let written = show::files(args, &reports);
    show::reports(global, &reports, "test");
    Ok(written.unwrap_or_else(|| Exit::of(nixfleet_vm::report::exit_status(&reports))))
}

fn install(
    global: &Global,
    args: &BuildVm,
    work: impl Fn(
        &VmFleet,
        &nixfleet_vm::preflight::Plan,
        &Folder,
        &nixfleet_vm::run::Options,
    ) -> HostReport
    + Sync,
) -> Result<Exit, Error> {
    let fleet = match VmFleet::open(global, &args.build, args.options()) {
        Ok(fleet) => fleet,
        Err(failure) => return show::failure(global, failure),
    };
    let mut reports =
        fleet.each(args.build.jobs, |plan, folder| work(&fleet, plan, folder, &fleet.options));
    drop(fleet);
    faults::explain(global, &mut reports);
    show::reports(global, &reports, "build");
    Ok(Exit::of(nixfleet_vm::report::exit_status(&reports)))
}

/// Starts VMs.
pub fn start(global: &Global, args: &StartVm) -> Exit {
    let folders = match fleet::folders(global, &args.hosts) {
        Ok(folders) => folders,
        Err(error) => return show::error(global, None, &error),
    };
    let world = fleet::world(global);
    if args.ssh && folders.len() > 1 {
        return show::usage("`--ssh` logs in to one host", "give one `-h HOST`");
    }
    let here = ThisMachine::new(Vec::new());
    let jobs = args.jobs.map_or_else(|| jobs::fitting(args.memory, args.cpus), usize::from);
    let results =
        each(&folders, jobs, |folder| lifecycle::start(&world, folder, &here, &args.start(folder)));
    let mut exit = Exit::Fine;
    for (folder, result) in folders.iter().zip(results) {
        match result {
            Ok(started) => {
                if args.ssh {
                    return log_in(&started.target);
                }
                show::started(global, folder.host(), &started);
            }
            Err(error) => exit = show::error(global, Some(folder.host()), &error),
        }
    }
    exit
}

/// Becomes `ssh`; comes back only when that does not start.
fn log_in(target: &nixfleet_vm::ssh::Target) -> Exit {
    let error = Command::new("ssh").args(lifecycle::ssh_words(target)).exec();
    let _ = writeln!(io::stderr(), "error: `ssh` did not start: {error}");
    Exit::Lacking
}

/// Stops VMs.
pub fn stop(global: &Global, args: &StopVm) -> Exit {
    let folders = match fleet::folders(global, &args.hosts) {
        Ok(folders) => folders,
        Err(error) => return show::error(global, None, &error),
    };
    let world = fleet::world(global);
    let jobs = args.jobs.map_or(folders.len(), usize::from);
    let results = each(&folders, jobs, |folder| {
        (lifecycle::stop(folder, &world, STOP_LIMIT), world.clock.now())
    });
    let mut exit = Exit::Fine;
    for (folder, (result, took)) in folders.iter().zip(results) {
        let text = match result {
            Ok(Stopped::NoVm) => "there is no VM".to_owned(),
            Ok(Stopped::Asked) => {
                exit = Exit::Interrupted;
                "was asked to power down, and runs until it has".to_owned()
            }
            Ok(Stopped::Already) => "was not running".to_owned(),
            Ok(Stopped::TestEnded) => "the VM of its test was ended".to_owned(),
            Ok(Stopped::PoweredOff) => format!("powered down in {:.1} s", took.as_secs_f64()),
            Ok(Stopped::Killed) => "did not power down, and was ended".to_owned(),
            Err(error) => {
                exit = show::error(global, Some(folder.host()), &error);
                continue;
            }
        };
        show::result(global, folder.host(), &text);
    }
    exit
}

/// Deletes VMs.
pub fn clean(global: &Global, args: &CleanVm) -> Exit {
    // Ctrl-C ends it at once, at the question as well: what is left of a VM is removed the next time.
    let folders = match fleet::folders(global, &args.hosts) {
        Ok(folders) => folders,
        Err(error) => return show::error(global, None, &error),
    };
    let there: Vec<&Folder> = folders.iter().filter(|it| it.path().exists()).collect();
    if !args.yes && !there.is_empty() {
        let names: Vec<&str> = there.iter().map(|it| it.host()).collect();
        if !io::stdin().is_terminal() {
            let text = "`clean-vm` asks before it deletes, and nobody is at the terminal";
            return show::usage(text, "give `--yes`");
        }
        if !agreed(&names) {
            return Exit::Fine;
        }
    }
    let mut exit = Exit::Fine;
    let jobs = args.jobs.map_or(folders.len(), usize::from);
    let results = each(&folders, jobs, lifecycle::clean);
    for (folder, result) in folders.iter().zip(results) {
        match result {
            Ok(true) => show::result(global, folder.host(), "removed"),
            Ok(false) => show::result(global, folder.host(), "there was nothing to remove"),
            Err(error) => exit = show::error(global, Some(folder.host()), &error),
        }
    }
    exit
}

fn agreed(names: &[&str]) -> bool {
    let _ = write!(io::stderr(), "delete the VM and its disk of {}? [y/N] ", names.join(", "));
    let _ = io::stderr().flush();
    let mut answer = String::new();
    let _ = io::stdin().lock().read_line(&mut answer);
    matches!(answer.trim(), "y" | "Y" | "yes")
}

/// The token that Ctrl-C sets.
fn cancel() -> Cancel {
    // Without it Ctrl-C ends the tool at once, and QEMU with it.
    Cancel::on_signals().unwrap_or_default()
}

/// Whether results are for a program.
fn is_json(global: &Global) -> bool {
    global.format == Format::Json
}
