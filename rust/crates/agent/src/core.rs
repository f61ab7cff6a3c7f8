//! The agent's decisions: a state that is written down, an event that came, and a moment in; the
//! next state and what is to be done out.
//!
//! What is done follows from the state alone. So a step that was written down and then cut short,
//! by a crash or a power cut, is simply done again: every action is safe to repeat.

mod action;
mod attempt;
mod event;
mod going_back;
mod outcome;
mod probation;
mod settings;
mod started;
mod state;
#[cfg(test)]
mod tests;

pub use action::Action;
pub use attempt::{Attempt, Target, Terms, Way};
pub use event::{Asked, Blame, Command, Event, Facts, Offer, Poll, Tested};
pub use outcome::Outcome;
pub use probation::Probation;
pub use settings::{COMMIT_LIMIT, PROBE_LIMIT, Reboot, Settings};
pub use state::{Denied, State, Step};

use going_back::GoingBack;
use nixfleet_rollout::in_a_sentence;

/// A point in time. Limits count by the clock that nobody sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since the machine was started, sleep left out as far as it can be.
    pub since_boot: u64,
    /// Whether the window in which this host may change is open.
    pub window_open: bool,
}

/// How often a system that was cut short through no fault of its own is begun again.
pub const MOST_TRIES: u32 = 3;
/// How often going back is tried before the machine is restarted, which lands on the old system.
pub const MOST_REVERTS: u32 = 3;

/// The next state, and what is to be done in it.
#[must_use]
pub fn step(state: State, event: Event, now: Moment, settings: &Settings) -> (State, Action) {
    let state = react(state, event, now, settings);
    let action = action::of(&state, now, settings);
    (state, action)
}

fn react(mut state: State, event: Event, now: Moment, settings: &Settings) -> State {
    match event {
        Event::Command(command) => return command_given(state, command),
        Event::Started(facts) => return started::started(state, &facts, settings),
        _ => {}
    }
    state.step = match (state.step.clone(), event) {
        (Step::Idle, Event::Polled(poll)) => idle(&mut state, poll, now, settings),
        (Step::Room(target), Event::Room(enough)) => match enough {
            Ok(()) => Step::Fetch(target),
            Err(why) => state.refused(&target, why, now),
        },
        (Step::Fetch(target), Event::Fetched(fetched)) => match fetched {
            Ok(()) => Step::Ask(target),
            Err((why, Blame::Target)) => state.denied(&target, why),
            Err((why, Blame::World)) => state.refused(&target, why, now),
        },
        (Step::Ask(target), Event::Asked(asked, facts, terms)) => {
            let begin = |target, way| Attempt::new(target, way, facts, terms);
            ask(&mut state, target, asked, begin, now, settings)
        }
        (Step::Arm(attempt), Event::Armed(armed)) => match armed {
            Ok(()) if attempt.way == Way::Live => Step::Test(attempt),
            Ok(()) => Step::Probation(Probation::begin(attempt, now)),
            // A system that has booted is not left without a guard.
            Err(why) if attempt.has_booted => {
                Step::Revert { attempt, why: no_guard(&why), blamed: false, tries: 0 }
            }
            Err(why) => state.refused(&attempt.target, no_guard(&why), now),
        },
        (Step::Test(attempt), Event::Tested(tested)) => match tested {
            // What failed newly is for the probation to find: the exit status counts every failed
            // unit, also those that had failed before.
            Tested::Exited(0 | 4) => Step::Probation(Probation::begin(attempt, now)),
            Tested::Exited(100) => Step::Stage(Attempt { way: Way::Reboot, ..attempt }),
            // Another switch held the lock: nothing was touched.
            Tested::Busy => {
                state.unheard(BUSY.into(), now);
                Step::disarm(Outcome::Refused { why: BUSY.into() }, &attempt)
            }
            other => Step::revert(attempt, other.sentence()),
        },
        (Step::Probation(probation), Event::Probed(failing)) => {
            probation.probed(failing, now, settings)
        }
        (Step::Commit(attempt), Event::Committed(committed)) => match committed {
            Ok(()) => {
                state.tries = 0;
                state.runs = Some(attempt.target.sequence);
                Step::disarm(Outcome::Committed, &attempt)
            }
            Err(why) => {
                Step::revert(attempt, format!("it could not be made the boot default: {why}"))
            }
        },
        (Step::Stage(attempt), Event::Staged(staged)) => match staged {
            Ok(()) => Step::Restart(attempt),
            Err(why) => Step::revert(attempt, format!("no boot entry could be made: {why}")),
        },
        // While it waits for a restart, somebody may choose otherwise by hand,
        (Step::Restart(attempt), Event::Polled(Poll::Offer(Offer { facts, .. })))
            if attempt.is_foreign(&facts.running) || attempt.is_foreign_default(&facts.default) =>
        {
            Step::disarm(Outcome::Overridden, &attempt)
        }
        // and a newer release may take its place.
        (Step::Restart(attempt), Event::Polled(Poll::Offer(offer)))
            if offer.target.system != attempt.target.system =>
        {
            Step::Revert {
                attempt,
                why: "a newer release took its place".into(),
                blamed: false,
                tries: 0,
            }
        }
        (Step::Revert { attempt, why, blamed, tries }, Event::Reverted(reverted)) => {
            let going_back = GoingBack { attempt, why, blamed, tries };
            going_back.went(&mut state, reverted, settings)
        }
        (Step::Disarm { .. }, Event::Disarmed) => Step::Idle,
        // A system that waits for its boot has not begun to prove itself.
        (step @ (Step::Stage(_) | Step::Restart(_)), Event::Overdue) => step,
        (step, Event::Unwritable(why)) => match step.attempt().cloned() {
            Some(attempt) => Step::Revert { attempt, why, blamed: false, tries: 0 },
            None => step,
        },
        // Nothing was touched: whatever runs, somebody has chosen what boots next.
        (Step::Arm(attempt) | Step::Stage(attempt), Event::Overridden { .. }) => {
            Step::disarm(Outcome::Overridden, &attempt)
        }
        (step, Event::Overridden { running }) => match step.attempt().cloned() {
            Some(attempt) if running == attempt.old => Step::revert(attempt, GONE_BACK.into()),
            Some(attempt) => Step::disarm(Outcome::Overridden, &attempt),
            None => step,
        },
        (step, Event::Overdue) => match step.attempt().cloned() {
            Some(attempt) => Step::revert(
                attempt,
                "it did not prove itself in the time that its guard gave it".into(),
            ),
            None => step,
        },
        // An answer to what is no longer asked.
        (step, _) => step,
    };
    state.note_end();
    state
}

const BUSY: &str = "another switch is under way";
/// Somebody's verdict, by hand: it is not tried again.
const GONE_BACK: &str = "the machine was brought back to the system before it";

fn no_guard(why: &str) -> String {
    format!("no guard could be set: {why}")
}

fn idle(state: &mut State, poll: Poll, now: Moment, settings: &Settings) -> Step {
    let offer = match poll {
        Poll::Offer(offer) => offer,
        Poll::Nothing => {
            state.heard(now, settings);
            return Step::Idle;
        }
        Poll::Wait(why) => {
            state.heard(now, settings);
            state.wait = Some(why);
            return Step::Idle;
        }
        Poll::Failed(why) => {
            state.unheard(why, now);
            return Step::Idle;
        }
    };
    state.heard(now, settings);
    let Offer { target, wait, asked, facts } = offer;
    state.offered = Some(target.sequence);
    if state.denied.as_ref().is_some_and(|it| it.system != target.system) {
        state.denied = None;
    }
    let is_new = |system: &String| *system == target.system;
    let is_there = is_new(&facts.running)
        && is_new(&facts.default)
        && (facts.boots.is_empty() || is_new(&facts.boots));
    state.notice(&target, is_there, asked);
    let was_shown = settings.dry_run && state.shown.as_deref() == Some(target.system.as_str());
    state.wait = if is_there {
        None
    } else if state.left.is_some() {
        Some(format!(
            "release {} is left, since this machine was switched by hand: the next release brings it on, or `nixfleet-agent retry`",
            target.sequence
        ))
    } else if let Some(denied) = &state.denied {
        Some(format!(
            "release {} names a system that was tried and failed here: {}",
            target.sequence,
            in_a_sentence(&denied.why)
        ))
    } else if let Some(why) = &state.hold {
        Some(format!("held: {why}"))
    } else {
        wait
    };
    if is_there || was_shown || state.wait.is_some() {
        return Step::Idle;
    }
    state.begun += 1;
    Step::Room(target)
}

fn ask(
    state: &mut State,
    target: Target,
    asked: Asked,
    begin: impl FnOnce(Target, Way) -> Attempt,
    now: Moment,
    settings: &Settings,
) -> Step {
    let way = match asked {
        Asked::Live => Way::Live,
        Asked::NeedsRestart => Way::Reboot,
        Asked::Busy => return state.refused(&target, BUSY.into(), now),
        Asked::NotAsked(why) => return state.refused(&target, why, now),
        Asked::Refused(why) => return state.denied(&target, why),
    };
    if settings.dry_run {
        state.shown = Some(target.system.clone());
        state.last = Some((Outcome::Shown, target));
        return Step::Idle;
    }
    let attempt = begin(target, way);
    if attempt.old.is_empty() || attempt.old_default.is_empty() {
        let why = "what runs now and what boots are not known, so there would be no way back";
        return state.refused(&attempt.target, why.into(), now);
    }
    match way {
        Way::Live => Step::Arm(attempt),
        Way::Reboot => Step::Stage(attempt),
    }
}

fn command_given(mut state: State, command: Command) -> State {
    match command {
        Command::Retry => {
            state.denied = None;
            state.left = None;
            state.shown = None;
            state.tries = 0;
            state.poll_at = None;
        }
        Command::Hold(why) => state.hold = Some(why),
        Command::Resume => {
            state.hold = None;
            state.poll_at = None;
        }
    }
    state
}
