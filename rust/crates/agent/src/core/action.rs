//! What is to be done: it follows from the state alone.

use super::{Attempt, Moment, Reboot, Settings, State, Step, Target, Way};

/// What the world is to do, and to answer with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Ask the sources, once this many milliseconds have passed.
    Poll {
        /// How long to wait first.
        after: u64,
    },
    /// See whether the disk and the boot partition have room.
    Room(Target),
    /// Bring the system, with a root against garbage collection, and check it.
    Fetch(Target),
    /// Ask the new system what a switch would do.
    Ask(Target),
    /// Set the guard that goes back by itself.
    Arm(Attempt),
    /// Switch the running machine, and not the boot default.
    Test(Attempt),
    /// See what does not hold, once this many milliseconds have passed.
    Probe {
        /// What is on probation.
        attempt: Attempt,
        /// How long to wait first.
        after: u64,
    },
    /// Make the system the boot default.
    Commit(Attempt),
    /// Make the next boot, and that one alone, the new system's.
    Stage(Attempt),
    /// Go back to the old system, without the network.
    Revert(Attempt),
    /// Take the guard away, and the roots of the try.
    Disarm,
    /// Restart the machine.
    Reboot,
}

impl Action {
    /// The names of all actions.
    pub const NAMES: [&'static str; 12] = [
        "poll", "room", "fetch", "ask", "arm", "test", "probe", "commit", "stage", "revert",
        "disarm", "reboot",
    ];

    /// Its name: what a rehearsal of failures calls it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        let at = match self {
            Self::Poll { .. } => 0,
            Self::Room(_) => 1,
            Self::Fetch(_) => 2,
            Self::Ask(_) => 3,
            Self::Arm(_) => 4,
            Self::Test(_) => 5,
            Self::Probe { .. } => 6,
            Self::Commit(_) => 7,
            Self::Stage(_) => 8,
            Self::Revert(_) => 9,
            Self::Disarm => 10,
            Self::Reboot => 11,
        };
        Self::NAMES[at]
    }
}

/// Milliseconds between two looks at a system on probation: often at first, and for a long probation
/// no more often than it needs.
const PROBE_EVERY: std::ops::RangeInclusive<u64> = 2_000..=30_000;
/// How many looks at least a probation has.
const LOOKS: u64 = 20;

pub(super) fn of(state: &State, now: Moment, settings: &Settings) -> Action {
    match state.step.clone() {
        Step::Idle => {
            let after = state.poll_at.map_or(0, |at| at.saturating_sub(now.since_boot));
            Action::Poll { after: after.min(settings.poll_every) }
        }
        Step::Room(target) => Action::Room(target),
        Step::Fetch(target) => Action::Fetch(target),
        Step::Ask(target) => Action::Ask(target),
        Step::Arm(attempt) => Action::Arm(attempt),
        Step::Test(attempt) => Action::Test(attempt),
        Step::Probation(it) => {
            let probation = it.attempt.terms(settings).probation;
            let every = (probation / LOOKS).clamp(*PROBE_EVERY.start(), *PROBE_EVERY.end());
            let after = match it.holds_since {
                // The last look is when its time is over, and no later.
                Some(since) => every.min((since + probation).saturating_sub(now.since_boot)),
                None if it.was_probed() => *PROBE_EVERY.start(),
                None => 0,
            };
            Action::Probe { attempt: it.attempt, after }
        }
        Step::Commit(attempt) => Action::Commit(attempt),
        Step::Stage(attempt) => Action::Stage(attempt),
        Step::Restart(attempt) => restart(&attempt, now, settings),
        Step::Revert { attempt, .. } => Action::Revert(attempt),
        Step::Rescue { .. } => Action::Reboot,
        Step::Disarm { .. } => Action::Disarm,
    }
}

/// A restart for the release's sake is the operator's to allow.
fn restart(attempt: &Attempt, now: Moment, settings: &Settings) -> Action {
    debug_assert_eq!(attempt.way, Way::Reboot);
    let may = match settings.reboot {
        Reboot::Never => false,
        Reboot::WhenNeeded => true,
        Reboot::InWindow => now.window_open,
    };
    if may { Action::Reboot } else { Action::Poll { after: settings.poll_every } }
}
