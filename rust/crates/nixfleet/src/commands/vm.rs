//! The VM commands: their arguments, and how they call `nixfleet-vm`.

mod args;
mod faults;
mod files;
mod fleet;
mod jobs;
mod outcome;
mod show;

use std::io::{self, BufRead, IsTerminal};
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
use jobs::Each;
use nixfleet_text::output;

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
    if let Some(exit) = files::check(args) {
        return Ok(exit);
    }
    let mut fleet = match VmFleet::open(global, &args.build, args.options()) {
        Ok(fleet) => fleet,
        Err(failure) => {
            files::write(args, &files::not_begun(args, &failure));
            return show::failure(global, failure);
        }
    };
    let jobs = if args.together { fleet.join() } else { args.build.jobs };
    let fleet = fleet;
    let mut reports = fleet.each(jobs, |plan, folder| {
        nixfleet_vm::test::test(&fleet.world, plan, folder, &fleet.options)
    });
    let named = lifecycle::name_left(&fleet.state, &mut reports);
    // The moving lines are gone before anything else is written.
    drop(fleet);
    if let Err(error) = named {
        // They run all the same.
        show::error_alone(&error);
    }
    let behind = faults::explain(global, &mut reports);
    let written = files::write(args, &reports);
    show::reports(global, &reports, &behind, "test");
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
    let behind = faults::explain(global, &mut reports);
    show::reports(global, &reports, &behind, "build");
    Ok(Exit::of(nixfleet_vm::report::exit_status(&reports)))
}

/// Starts VMs.
pub fn start(global: &Global, args: &StartVm) -> Result<Exit, Error> {
    let folders = match fleet::folders(global, &args.hosts) {
        Ok(folders) => folders,
        Err(failure) => return show::failure(global, failure),
    };
    let world = fleet::world(global);
    if args.ssh && folders.len() > 1 {
        return Ok(show::usage("`--ssh` logs in to one host", "give one `-h HOST`"));
    }
    let here = ThisMachine::new(Vec::new());
    let each_vm = Each { memory: args.memory, cores: args.cpus, ..Each::default() };
    let jobs = args.jobs.map_or_else(|| jobs::fitting(each_vm), usize::from);
    let results =
        each(&folders, jobs, |folder| lifecycle::start(&world, folder, &here, &args.start(folder)));
    if let ([Ok(started)], true) = (&results[..], args.ssh) {
        return Ok(log_in(&started.target));
    }
    let done = results.into_iter().map(|it| it.map(|started| outcome::started(&started)));
    Ok(outcome::tell(global, &folders, done.collect()))
}

/// Becomes `ssh`; comes back only when that does not start.
fn log_in(target: &nixfleet_vm::ssh::Target) -> Exit {
    let error = Command::new("ssh").args(lifecycle::ssh_words(target)).exec();
    show::failed(&format!("`ssh` did not start: {error}"));
    Exit::Lacking
}

/// Stops VMs.
pub fn stop(global: &Global, args: &StopVm) -> Result<Exit, Error> {
    let folders = match fleet::folders(global, &args.hosts) {
        Ok(folders) => folders,
        Err(failure) => return show::failure(global, failure),
    };
    let world = fleet::world(global);
    let jobs = args.jobs.map_or(folders.len(), usize::from);
    let results = each(&folders, jobs, |folder| {
        (lifecycle::stop(folder, &world, STOP_LIMIT), world.clock.now())
    });
    let is_asked = results.iter().any(|(it, _)| matches!(it, Ok(Stopped::Asked)));
    let done = results.into_iter().map(|(result, took)| {
        let text = match result? {
            Stopped::NoVm => "there is no VM".to_owned(),
            Stopped::Asked => "was asked to power down, and runs until it has".to_owned(),
            Stopped::Already => "was not running".to_owned(),
            Stopped::TestEnded => "the VM of its test was ended".to_owned(),
            Stopped::PoweredOff => format!("powered down in {:.1} s", took.as_secs_f64()),
            Stopped::Killed => "did not power down, and was ended".to_owned(),
        };
        Ok(text.into())
    });
    let exit = outcome::tell(global, &folders, done.collect());
    Ok(if is_asked { Exit::Interrupted } else { exit })
}

/// Deletes VMs.
pub fn clean(global: &Global, args: &CleanVm) -> Result<Exit, Error> {
    // Ctrl-C ends it at once, at the question as well: what is left of a VM is removed the next time.
    let folders = match fleet::folders(global, &args.hosts) {
        Ok(folders) => folders,
        Err(failure) => return show::failure(global, failure),
    };
    let there: Vec<&str> =
        folders.iter().filter(|it| it.path().exists()).map(Folder::host).collect();
    if !args.yes && !there.is_empty() {
        if !io::stdin().is_terminal() {
            let text = "`clean-vm` asks before it deletes, and nobody is at the terminal";
            return Ok(show::usage(text, "give `--yes`"));
        }
        if !agreed(&there) {
            return Ok(Exit::Fine);
        }
    }
    let jobs = args.jobs.map_or(folders.len(), usize::from);
    let done = each(&folders, jobs, lifecycle::clean).into_iter().map(|it| {
        let text = if it? { "removed" } else { "there was nothing to remove" };
        Ok(text.to_owned().into())
    });
    Ok(outcome::tell(global, &folders, done.collect()))
}

fn agreed(names: &[&str]) -> bool {
    output::ask(format!("delete the VM and its disk of {}? [y/N]", names.join(", ")));
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
