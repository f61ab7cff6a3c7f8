//! What follows from how going back went.

use super::{Attempt, MOST_REVERTS, Outcome, Settings, State, Step, Way};

/// Going back, as its step has it.
pub(super) struct GoingBack {
    pub attempt: Attempt,
    pub why: String,
    pub blamed: bool,
    pub tries: u32,
}

impl GoingBack {
    pub fn went(
        self,
        state: &mut State,
        reverted: Result<(), String>,
        settings: &Settings,
    ) -> Step {
        let Self { attempt, why, blamed, tries } = self;
        match reverted {
            Err(_) if tries + 1 < MOST_REVERTS => {
                Step::Revert { attempt, why, blamed, tries: tries + 1 }
            }
            // A start would bring nothing back, and nothing else is left to be tried.
            Err(failed) if settings.switch_lasts => {
                let why = format!("{why}; going back failed: {failed}");
                state.deny(&attempt.target, &why);
                Step::disarm(Outcome::Stranded { why }, &attempt)
            }
            // The old system is the boot default all the while: a restart lands on it.
            Err(_) => Step::Rescue { attempt, why },
            Ok(()) if attempt.way == Way::Reboot && attempt.has_booted => {
                Step::Rescue { attempt, why }
            }
            Ok(()) if blamed => {
                state.deny(&attempt.target, &why);
                Step::disarm(Outcome::Reverted { why }, &attempt)
            }
            Ok(()) => Step::disarm(Outcome::Interrupted { why }, &attempt),
        }
    }
}
