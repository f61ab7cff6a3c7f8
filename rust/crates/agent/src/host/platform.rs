//! What differs between the systems that a host may run: NixOS, and macOS with nix-darwin. All else of
//! the agent is the same on both.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::ended::Ended;
use crate::core::Asked;
use crate::finding::Finding;

/// The guard's service and timer.
pub const GUARD: &str = "nixfleet-guard";

/// A command that the service manager runs: outside of the agent, and alive when the agent is ended.
pub(super) struct Job<'a> {
    /// `switch`, `back`, …; its service is `nixfleet-switch`.
    pub name: &'a str,
    /// Keeps how it ended, also when nobody is there to see it: a second call finds it, and does not run
    /// the command again.
    pub record: &'a Path,
    /// What it may take; it is ended then.
    pub limit: Duration,
    pub words: &'a [&'a str],
}

/// Who of the agent may be at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Agent,
    Guard,
}

pub(super) trait Platform: Sync {
    /// Whose systems they are.
    fn name(&self) -> &'static str;
    /// What each system of its has: one without would leave the machine without a way back.
    fn essentials(&self) -> &'static [&'static str];
    /// Where the agent's service is written in a system.
    fn agent_service(&self) -> &'static str;
    /// What a person says to start another system by hand.
    fn by_hand(&self) -> &'static str;

    /// The id of this start of the machine.
    fn boot(&self) -> String;
    /// What tells this machine from all others, and is not to be told.
    fn machine(&self) -> String;

    /// Waits until the machine's start has said which system runs, where that takes a while.
    fn await_start(&self) {}

    /// Runs a command and waits for its end.
    fn run(&self, job: &Job) -> Ended;
    /// The last words of a service, in lines of their own; empty where it said none.
    fn words(&self, service: &str) -> String;
    /// A shell as root has it, without the agent's sandbox.
    fn shell(&self, script: &str, limit: Duration) -> Command;

    /// Starts a command in so many seconds, whatever becomes of the agent.
    fn set_guard(&self, after: u64, words: &[&OsStr]) -> Result<(), String>;
    fn stop_guard(&self);
    fn is_up(&self, part: Part) -> bool;
    /// How a person sees why the agent does not run, and that they start it again, and how.
    fn agent_help(&self) -> (&'static str, &'static str);

    /// What else there is to be said of this machine before a release.
    fn notes(&self) -> Vec<Finding> {
        Vec::new()
    }

    /// Services that have failed; `None` where the service manager does not answer.
    fn failed(&self) -> Option<Vec<String>>;
    /// How often each service was started again since somebody last started it; the same.
    fn restarts(&self) -> Option<BTreeMap<String, u64>>;

    /// What a system says to a switch; nothing is touched.
    fn ask(&self, system: &str) -> Asked;
    /// Brings a system to the running machine, and touches nothing of what boots.
    fn activate(&self, job: &str, record: &Path, system: &str, limit: Duration) -> Ended;
    /// Ends a job that is still at work, where no lock keeps it and the way back apart.
    fn end(&self, _job: &str) {}
    /// Takes away what a system has set up and another has not, where the other's activation would leave it.
    fn take_down(&self, system: &str, other: &str) -> Result<(), String>;
    /// After that: starts what the other has and what was ended in the middle of a switch to the system, where
    /// the other's activation finds nothing to change.
    fn take_up(&self, _system: &str, _other: &str) {}
    /// The command that makes the loader's entries, the given system's first; `None` where the profile is all.
    fn boot_entries(&self, system: &str) -> Option<[String; 2]>;
    /// Restarts the machine.
    fn reboot(&self);
}
