//! What the world tells the agent.

use super::{Target, Terms};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The agent was started; always the first event.
    Started(Facts),
    /// The sources were asked.
    Polled(Poll),
    /// Whether there is room; if not, what is short.
    Room(Result<(), String>),
    /// Whether the system is here, whole, signed and what the release says.
    Fetched(Result<(), (String, Blame)>),
    /// What the new system says to a switch, before anything is touched, and the times in which it
    /// wants to be judged.
    Asked(Asked, Facts, Terms),
    /// Whether the guard stands.
    Armed(Result<(), String>),
    /// How the switch ended.
    Tested(Tested),
    /// What does not hold on the new system; empty when all does.
    Probed(Vec<String>),
    /// Whether the system is the boot default.
    Committed(Result<(), String>),
    /// Whether the next boot is into the new system, once.
    Staged(Result<(), String>),
    /// Whether the old system is back.
    Reverted(Result<(), String>),
    /// The guard is gone.
    Disarmed,
    /// The guard fired: the try was not over in its time.
    Overdue,
    /// The agent's folder cannot be written: what cannot be written down is not gone on with.
    Unwritable(String),
    /// The machine was switched in the middle of the try, and not by the agent.
    Overridden {
        /// The system that runs now.
        running: String,
    },
    /// Time passed.
    Woke,
    /// What an operator says.
    Command(Command),
}

/// What is so on this host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The kernel's id of this boot.
    pub boot: String,
    /// The system that runs, by its store path.
    pub running: String,
    /// The system that the profile names.
    pub default: String,
    /// The system that the boot loader starts; empty where that is not known.
    pub boots: String,
    /// Units that have failed, or come and go; looked at before a try begins.
    pub failed_units: Vec<String>,
}

/// What came of asking the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Poll {
    /// Nothing new.
    Nothing,
    /// There is a newer release, and this host is not to go yet, for this reason.
    Wait(String),
    /// A release that may be obeyed.
    Offer(Offer),
    /// No source answered, or none with what may be obeyed.
    Failed(String),
}

/// A system that a release offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What is offered.
    pub target: Target,
    /// Why this host is not to go yet.
    pub wait: Option<String>,
    /// Whether an operator asked for it, here and now.
    pub asked: bool,
    /// What is so now.
    pub facts: Facts,
}

/// Whose fault it is that a system did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The system's own: another try would end alike.
    Target,
    /// The network's, a disk's, a cache's: later it may go.
    World,
}

/// What the new system says to a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The running machine can be switched.
    Live,
    /// Only a restart brings it.
    NeedsRestart,
    /// Another switch is under way.
    Busy,
    /// It could not be asked, for a reason that says nothing of it.
    NotAsked(String),
    /// It refuses, with its reason.
    Refused(String),
}

/// How a switch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tested {
    /// With an exit status of `switch-to-configuration`.
    Exited(i32),
    /// By a signal.
    Killed(i32),
    /// It took too long and was ended.
    TimedOut,
    /// Another switch held the lock: it did not begin.
    Busy,
    /// Nobody knows: its record is gone.
    Lost,
}

impl Tested {
    /// What is said of a system whose switch ended so.
    #[must_use]
    pub fn sentence(self) -> String {
        match self {
            Self::Exited(2) => "its activation script failed".into(),
            other => format!("its switch {}", other.ending()),
        }
    }

    /// How it ended, after the name of what did.
    #[must_use]
    pub fn ending(self) -> String {
        match self {
            Self::Exited(status) => format!("ended with status {status}"),
            Self::Killed(signal) => format!("was ended by signal {signal}"),
            Self::TimedOut => "did not end in time".into(),
            Self::Busy => "found another switch under way".into(),
            Self::Lost => "left no record of its end".into(),
        }
    }
}

/// What an operator says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Try again what failed.
    Retry,
    /// Begin nothing new, for this reason.
    Hold(String),
    /// Go on.
    Resume,
}
