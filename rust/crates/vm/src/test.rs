//! The test of a host: installed by its own fleet's installer, booted from its disk, checked, and
//! gone.

use crate::install::{self, Built, Installed};
use crate::launch::Display;
use crate::preflight::Plan;
use crate::report::{HostReport, Verdict};
use crate::run::{Boot, Options, Run, Running};
use crate::state::{Folder, LastTest, Lock, Role};
use crate::together::Meeting;
use crate::{Error, Phase, World, files, lifecycle, survival, verify};
use nixfleet_assertion::Assertion;

/// Tests a host. What went wrong is in the report.
#[must_use]
pub fn test(world: &World, plan: &Plan, folder: &Folder, options: &Options) -> HostReport {
    let mut run = Run::new(world, plan, folder, options);
    let lock = match Lock::take(folder) {
        Ok(lock) => lock,
        Err(error) => {
            if let Some(together) = &options.together {
                together.fail();
            }
            run.report.close(Err(&error));
            return run.report;
        }
    };
    run.report.logs = Some(folder.logs());
    // An interrupt of a last phase counts as well, though all was done.
    let result = cycle(&mut run).and_then(|()| world.cancel.check());
    if let (Err(_), Some(together)) = (&result, &options.together) {
        together.fail();
    }
    if !options.keep || result.is_err() {
        let cleaned = clean(&mut run).and_then(|()| world.cancel.check());
        run.report.close(result.as_ref().and(cleaned.as_ref()).copied());
    } else {
        run.report.close(Ok(()));
    }
    // One that its user ended tells nothing of the host.
    if run.report.result != Verdict::Interrupted {
        let test = LastTest {
            passed: run.report.exit_status() == 0,
            message: run.report.message(),
            finished: run.world.clock.date(),
            seconds: run.report.seconds,
        };
        let _ = folder.remember(&test);
    }
    drop(lock);
    run.report
}

fn cycle(run: &mut Run) -> Result<(), Error> {
    lifecycle::open(run)?;
    let built = install::build(run)?;
    let _place = install::room(run, &built)?;
    let key = install::key(run, &built)?;
    let installed = install::ensure(run, &built, &key)?;
    let assertions = Assertion::all(&built.test.spec);
    let mut running = boot(run, &built, &installed, &assertions)?;
    let result = check(run, &built, &installed, &mut running, &assertions);
    let passed = result.is_ok() && run.report.assertions.iter().all(|it| it.held);
    if !passed {
        run.picture(&mut running);
    }
    if run.options.keep && result.is_ok() {
        run.report.ssh = Some(lifecycle::ssh_command(&running.root));
        let host = &run.plan.host;
        let together = run.options.together.as_ref();
        let names = together.map_or_else(|| vec![host.clone()], |it| it.names(host));
        run.report.left = Some((names, running.root.clone()));
        running.machine.release();
        return Ok(());
    }
    run.world.cancel.check()?;
    result?;
    run.phase(Phase::Stop, |_| {
        // Nothing on a disk that is thrown away is worth waiting for.
        running.machine.kill();
        Ok(())
    })
}

/// Boots the host from an overlay of the installed disk, which itself stays as it is.
fn boot(
    run: &mut Run,
    built: &Built,
    installed: &Installed,
    assertions: &[Assertion],
) -> Result<Running, Error> {
    run.phase(Phase::Boot, |run| {
        let scratch = run.folder.role(Role::Test);
        files::private_folder(&scratch)?;
        install::overlay(run, installed, &scratch)?;
        start(run, built, installed, assertions, None)
    })
}

/// Starts the machine, whose disks are there.
fn start(
    run: &Run,
    built: &Built,
    installed: &Installed,
    assertions: &[Assertion],
    port: Option<u16>,
) -> Result<Running, Error> {
    let outside: Vec<u16> = assertions.iter().filter_map(Assertion::outside_port).collect();
    run.boot(&Boot {
        role: Role::Test,
        iso: None,
        disks: installed.disks,
        machine: built.machine.clone(),
        memory: run.options.memory.unwrap_or(built.test.memory),
        cores: run.cores(built.test.cores),
        port,
        outside: &outside,
        display: Display::None,
        lan: run.options.together.as_ref().and_then(|it| it.card(&run.plan.host)),
        bound: !run.options.keep,
    })
}

fn check(
    run: &mut Run,
    built: &Built,
    installed: &Installed,
    running: &mut Running,
    assertions: &[Assertion],
) -> Result<(), Error> {
    run.phase(Phase::WaitHost, |run| {
        run.wait_for_ssh(Phase::WaitHost, running)?;
        run.join(Phase::WaitHost, running)?;
        run.meet(Meeting::Up, Phase::WaitHost, running)
    })?;
    let mut expected = run.plan.expected.clone();
    expected.system = built.system.to_string();
    run.phase(Phase::Verify, |run| {
        run.report.assertions = verify::verify(run, running, &expected, assertions)?;
        run.meet(Meeting::Checked, Phase::Verify, running)
    })?;
    if run.options.survival {
        // While others reboot as well, nothing can be asked of them.
        let (all, alone) = (assertions, run.options.together.is_none());
        let assertions = if alone { all } else { &[] };
        let check = |run: &mut Run| {
            let start = |run: &Run, port| start(run, built, installed, all, Some(port));
            survival::check(run, running, &expected, assertions, &start)
        };
        let outcomes = run.phase(Phase::Survive, check)?;
        run.report.assertions.extend(outcomes);
    }
    Ok(())
}

/// Removes what the test made, also when the user wants the end: then without a word.
fn clean(run: &mut Run) -> Result<(), Error> {
    let remove = |run: &mut Run| files::remove(&run.folder.role(Role::Test));
    if run.world.cancel.requested() { remove(run) } else { run.phase(Phase::Clean, remove) }
}
