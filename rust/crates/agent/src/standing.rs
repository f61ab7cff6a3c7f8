//! Where this host stands, as it is said to a control plane.

use nixfleet_rollout::{Phase, Report, bounded};

use crate::core::{Outcome, State, Step};

/// What a state says. `running` and `boot` are the system that runs and the boot that it runs in;
/// `turn` counts up in a boot.
#[must_use]
pub fn report(state: &State, running: &str, boot: &str, turn: u64) -> Report {
    let target = state.step.target().or(state.last.as_ref().map(|it| &it.1));
    Report {
        phase: phase(state),
        sequence: target.map(|it| it.sequence),
        target: target.map(|it| it.system.clone()),
        running: running.to_owned(),
        boot: boot.to_owned(),
        tries: state.begun,
        turn,
    }
}

fn phase(state: &State) -> Phase {
    match &state.step {
        Step::Idle => idle(state),
        Step::Room(_) | Step::Fetch(_) | Step::Ask(_) => Phase::Fetching,
        Step::Arm(_) | Step::Test(_) => Phase::Switching,
        Step::Probation(_) | Step::Commit(_) => Phase::Probation,
        Step::Stage(_) | Step::Restart(_) => Phase::Restarting,
        Step::Disarm { outcome: Outcome::Committed, .. } => Phase::Committed,
        Step::Revert { .. } | Step::Rescue { .. } | Step::Disarm { .. } => Phase::Reverting,
    }
}

fn idle(state: &State) -> Phase {
    if let Some(why) = &state.hold {
        return Phase::Held { why: bounded(why) };
    }
    let Some((outcome, target)) = &state.last else { return Phase::Idle };
    let is_denied = state.denied.as_ref().is_some_and(|it| it.system == target.system);
    let why = |why: &String| bounded(why);
    match outcome {
        Outcome::Committed => Phase::Committed,
        Outcome::Reverted { why: it } if is_denied => Phase::Reverted { why: why(it) },
        Outcome::Refused { why: it } | Outcome::Stranded { why: it } if is_denied => {
            Phase::Failed { why: why(it) }
        }
        // It is tried again.
        Outcome::Reverted { why: it }
        | Outcome::Stranded { why: it }
        | Outcome::Refused { why: it }
        | Outcome::Interrupted { why: it } => Phase::Refused { why: why(it) },
        Outcome::Overridden | Outcome::Shown => {
            Phase::Held { why: outcome.sentence(target.sequence) }
        }
    }
}

#[cfg(test)]
mod tests {
    use nixfleet_link::{CHECK_IN_BYTES, CheckIn};

    use super::*;
    use crate::core::{Denied, Target};

    #[test]
    fn a_host_on_which_all_failed_can_still_say_so() {
        let unit = |it: usize| format!("unit `{it}` failed{}", "\n  \"\u{1b}\"".repeat(100));
        let why = (0..500).map(unit).collect::<Vec<_>>().join("\n");
        let target = Target { sequence: 1, system: "/nix/store/x".into(), closure: "y".into() };
        let state = State {
            denied: Some(Denied { system: target.system.clone(), why: why.clone() }),
            last: Some((Outcome::Reverted { why }, target)),
            ..State::default()
        };
        let report = report(&state, "/nix/store/w", "boot", 1);
        let Phase::Reverted { why } = &report.phase else { panic!("{report:?}") };
        assert!(why.starts_with("unit `0` failed\n  \"\\u{1b}\"\n"), "{why}");
        let said = serde_json::to_vec(&CheckIn { report, ..CheckIn::default() }).unwrap();
        assert!(said.len() < CHECK_IN_BYTES, "{}", said.len());
    }
}
