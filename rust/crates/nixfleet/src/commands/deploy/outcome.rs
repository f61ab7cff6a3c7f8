//! What became of a host in a deployment.

use crate::commands::hosts::{Lost, Standing};
use crate::exit::Exit;

/// What became of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran and booted the release's system before.
    Current,
    /// It was brought to the release, which held.
    Committed,
    /// It does not run the release, for a reason of its own.
    Failed(Standing),
    /// It could not be asked, or has no agent: nothing was touched.
    Absent(Standing),
    /// It was not over in its time.
    TimedOut,
    /// Its connection was lost in the middle, and it did not come back: it goes on alone.
    Vanished(Lost),
    /// The user wanted the end first: it goes on alone.
    Left,
    /// Its turn did not come.
    NotBegun,
}

/// What an outcome means for those that go later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The release holds there.
    Good,
    /// It does not, or nobody knows.
    Bad,
    /// It was not tried there.
    None,
}

impl Outcome {
    /// What a host's standing means at the end.
    pub fn of(standing: Standing, was_current: bool) -> Self {
        match standing {
            Standing::Current if was_current => Self::Current,
            Standing::Current => Self::Committed,
            Standing::Underway(_) => Self::TimedOut,
            Standing::Offline(Lost::Interrupted) => Self::Left,
            standing @ (Standing::Offline(_) | Standing::NoAgent | Standing::Stopped) => {
                Self::Absent(standing)
            }
            standing => Self::Failed(standing),
        }
    }

    /// What it means for those that go later. A host that waits for its restart, or is held, has not
    /// tried it.
    pub fn proof(&self) -> Proof {
        match self {
            Self::Current | Self::Committed => Proof::Good,
            Self::Failed(Standing::Restart | Standing::Held(_))
            | Self::Absent(_)
            | Self::Left
            | Self::NotBegun => Proof::None,
            Self::Failed(_) | Self::TimedOut | Self::Vanished(_) => Proof::Bad,
        }
    }

    /// The word for programs, and the column of people's table.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Committed => "committed",
            Self::Failed(standing) | Self::Absent(standing) => standing.word(),
            Self::TimedOut => "timed-out",
            Self::Vanished(_) => "vanished",
            Self::Left => "left",
            Self::NotBegun => "not-begun",
        }
    }

    /// Why it is not as it should be, and what to do.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Current | Self::Committed | Self::NotBegun => None,
            Self::Failed(standing) | Self::Absent(standing) => standing.why(),
            Self::TimedOut => Some(format!("its agent was not done in time; {ALONE}")),
            Self::Vanished(lost) => Some(format!("{lost}, after the release had begun; {ALONE}")),
            Self::Left => Some(format!("interrupted; {ALONE}")),
        }
    }
}

/// What is so of a host that was begun and not heard to the end.
const ALONE: &str =
    "it finishes or goes back by itself, and `nixfleet status` or the next `deploy` says which";

/// The exit status of all: what is worst for the release comes first.
pub fn exit(outcomes: &[Outcome], interrupted: bool) -> Exit {
    let any = |is: fn(&Outcome) -> bool| outcomes.iter().any(is);
    if interrupted {
        Exit::Interrupted
    } else if any(|it| matches!(it, Outcome::Failed(_))) {
        Exit::Faults
    } else if any(|it| *it == Outcome::TimedOut) {
        Exit::TimedOut
    } else if any(|it| matches!(it, Outcome::Absent(_) | Outcome::Vanished(_))) {
        Exit::Lacking
    } else if any(|it| *it == Outcome::NotBegun) {
        Exit::Faults
    } else {
        Exit::Fine
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_status_is_that_of_the_worst_outcome() {
        let failed = || Outcome::Failed(Standing::Failed("x".into()));
        let away = || Outcome::Absent(Standing::NoAgent);
        let of = |all: &[Outcome]| exit(all, false);
        assert_eq!(of(&[Outcome::Current, Outcome::Committed]), Exit::Fine);
        assert_eq!(of(&[away(), Outcome::Committed]), Exit::Lacking);
        assert_eq!(of(&[away(), Outcome::TimedOut]), Exit::TimedOut);
        assert_eq!(of(&[away(), Outcome::TimedOut, failed(), Outcome::NotBegun]), Exit::Faults);
        assert_eq!(of(&[]), Exit::Fine);
        assert_eq!(exit(&[failed()], true), Exit::Interrupted);
    }

    #[test]
    fn what_was_not_tried_proves_nothing() {
        let of = |standing| Outcome::of(standing, false).proof();
        assert_eq!(of(Standing::Current), Proof::Good);
        assert_eq!(of(Standing::Failed(String::new())), Proof::Bad);
        assert_eq!(of(Standing::Refused(String::new())), Proof::Bad);
        assert_eq!(of(Standing::Restart), Proof::None);
        assert_eq!(of(Standing::Offline(Lost::OtherKey)), Proof::None);
        assert_eq!(Outcome::of(Standing::Current, true), Outcome::Current);
    }
}
