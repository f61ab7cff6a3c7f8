//! What the agent finds when it is started: after its own end, or the machine's.

use super::{
    Attempt, Facts, GONE_BACK, MOST_TRIES, Outcome, Probation, Settings, State, Step, Way,
};

pub(super) fn started(mut state: State, facts: &Facts, settings: &Settings) -> State {
    let step = std::mem::take(&mut state.step);
    state.step = match step.attempt().cloned() {
        // Nothing was touched: the sources are asked anew.
        None if !matches!(step, Step::Disarm { .. }) => Step::Idle,
        None => step,
        Some(attempt) if attempt.is_foreign(&facts.running) => {
            Step::disarm(Outcome::Overridden, &attempt)
        }
        Some(attempt) if attempt.boot == facts.boot => go_on(&mut state, step, facts),
        Some(attempt) => after_restart(&mut state, step, attempt.in_boot(facts), facts, settings),
    };
    state.note_end();
    state
}

/// The agent alone was ended: the step is done again.
fn go_on(state: &mut State, step: Step, facts: &Facts) -> Step {
    match step {
        // The guard went back and could not write that down: a full disk is not the system's fault.
        Step::Probation(Probation { attempt, .. }) | Step::Commit(attempt)
            if facts.running != attempt.target.system =>
        {
            state.tries += 1;
            let blamed = state.tries >= MOST_TRIES;
            Step::Revert { attempt, why: GONE_BACK.into(), blamed, tries: 0 }
        }
        Step::Probation(it) => {
            Step::Probation(Probation { holds_since: None, failing: None, ..it })
        }
        step => step,
    }
}

/// The machine was started anew in the middle of a try; `attempt` is of this boot already.
fn after_restart(
    state: &mut State,
    step: Step,
    attempt: Attempt,
    facts: &Facts,
    settings: &Settings,
) -> Step {
    const CUT: &str = "the machine was restarted in the middle";
    let runs_new = facts.running == attempt.target.system;
    match step {
        // The boot that the new system was given: it has to prove itself, under a guard.
        Step::Stage(_) | Step::Restart(_) | Step::Arm(_) | Step::Probation(_)
            if runs_new && attempt.way == Way::Reboot =>
        {
            Step::Arm(Attempt { has_booted: true, ..attempt })
        }
        Step::Restart(_) | Step::Arm(_) | Step::Probation(_) if attempt.way == Way::Reboot => {
            let why = "the machine did not come up with it, and started the system before it";
            Step::revert(attempt, why.into())
        }
        // It had proved itself, and the boot default was written before the machine went down.
        Step::Commit(_) if runs_new => Step::Commit(attempt),
        Step::Rescue { why, .. } if !runs_new => {
            state.deny(&attempt.target, &why);
            Step::disarm(Outcome::Reverted { why }, &attempt)
        }
        Step::Rescue { why, .. } => Step::revert(attempt, why),
        Step::Revert { why, blamed, .. } => Step::Revert { attempt, why, blamed, tries: 0 },
        // The profile may name the new system already.
        Step::Commit(_) | Step::Stage(_) => {
            Step::Revert { attempt, why: CUT.into(), blamed: false, tries: 0 }
        }
        // The start brought the old system's name back, and left what the switch had changed.
        Step::Test(_) | Step::Probation(_) if settings.switch_lasts => {
            state.tries += 1;
            let blamed = state.tries >= MOST_TRIES;
            Step::Revert { attempt, why: CUT.into(), blamed, tries: 0 }
        }
        // A switch for a test touches nothing that lasts: the start itself went back.
        _ if !runs_new => {
            let outcome = state.cut_short(&attempt.target, CUT);
            Step::disarm(outcome, &attempt)
        }
        _ => Step::revert(attempt, CUT.into()),
    }
}
