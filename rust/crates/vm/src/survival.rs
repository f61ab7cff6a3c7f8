//! The survival check: what should last through a reboot does, what should not is gone, and what
//! services have written meanwhile is not lost unnoticed.

mod declared;
mod guest;
mod judge;
mod reboot;
mod state;

use declared::Declared;
use guest::Seen;

use crate::report::Outcome;
use crate::run::{Run, Running};
use crate::ssh::{SshError, Target};
use crate::{Error, Phase, verify};
use nixfleet_assertion::{Assertion, host::Expected};
use nixfleet_nix::Foreign;

/// What the check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Survival {
    /// One for each path that was looked at, with what was seen instead.
    outcomes: Vec<(String, Option<String>)>,
    /// What users have lost, with the line that keeps it.
    advice: Vec<String>,
}

/// Reboots a host that runs and compares; `start` starts its machine, with SSH at a port. What does
/// not hold is an outcome, no error.
///
/// # Errors
/// When Nix, the guest or QEMU fails meanwhile, or the host does not come back.
pub fn check(
    run: &mut Run,
    running: &mut Running,
    expected: &Expected,
    assertions: &[Assertion],
    start: &dyn Fn(&Run, u16) -> Result<Running, Error>,
) -> Result<Vec<Outcome>, Error> {
    let declared = Declared::read(run)?;
    if !declared.wiped {
        run.note("nothing of this host is wiped at boot, so there is no survival to check");
        return Ok(Vec::new());
    }
    let begun = run.world.clock.now();
    let before = ask(run, running, &guest::plant(&declared))?;
    let same_key = reboot::reboot(run, running, start)?;
    let after = ask(run, running, &guest::look(&declared))?;
    let again = verify::verify(run, running, expected, assertions)?;

    let mut survival = judge::judge(&declared, &before, &after);
    run.report.advice.extend(survival.advice.drain(..).map(Foreign::from));
    let key =
        "its SSH host key was another one: `services.openssh.hostKeys` has to lie where it lasts";
    survival.outcomes.insert(
        0,
        ("the host is the same to SSH after a reboot".into(), (!same_key).then(|| key.to_owned())),
    );
    let seconds = run.world.clock.now().saturating_sub(begun).as_secs_f64();
    let outcome = |(assertion, seen): (String, Option<String>)| Outcome {
        assertion: assertion.into(),
        held: seen.is_none(),
        seconds,
        seen: seen.map(Foreign::from),
        journal: None,
    };
    let mut outcomes: Vec<Outcome> = survival.outcomes.into_iter().map(outcome).collect();
    outcomes.extend(
        again.into_iter().map(|it| Outcome {
            assertion: format!("after a reboot: {}", it.assertion).into(),
            ..it
        }),
    );
    Ok(outcomes)
}

fn ask(run: &Run, running: &mut Running, script: &str) -> Result<Seen, Error> {
    let limit = run.limit(Phase::Survive);
    let ask = |root: &Target| run.world.remote.run(root, script, limit);
    let failed = |reason| Error::Program { program: "ssh".into(), reason };
    let ran = run.watched(Phase::Survive, running, ask)?.map_err(|error| match error {
        SshError::TimedOut(limit) => Error::TimedOut {
            phase: Phase::Survive,
            limit,
            seen: "the guest has not named what was written".to_owned(),
            console: running.last_lines(),
        },
        error => failed(error.to_string().into()),
    })?;
    if ran.status != 0 {
        return Err(failed(
            format!("the guest ended with {}: {}", ran.status, ran.stderr.trim()).into(),
        ));
    }
    Ok(Seen::read(ran.stdout.raw()))
}
