//! Switching the running machine: asked first, as a test, and back.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::ended::Ended;
use super::platform::Job;
use super::{Host, facts, fetch, unit, words};
use crate::core::{Asked, Attempt, Tested, Way};
use crate::report;

/// What an answer may take that touches nothing.
pub(super) const ASK_LIMIT: Duration = Duration::from_secs(120);

/// The status of a lock that another has (`EAGAIN`): nixpkgs, switch-to-configuration-ng, `die`.
const LOCKED: i32 = 11;
/// The status of an activation script that failed.
const ACTIVATION_FAILED: i32 = 2;
/// How long what has to be done waits for the lock, and how often it looks.
const LOCK_PATIENCE: Duration = Duration::from_secs(900);
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The job that brings a new system.
const SWITCH: &str = "switch";

/// The unit that `nixos-rebuild` runs a switch in: who has the name has the machine.
const BY_HAND: &str = "nixos-rebuild-switch-to-configuration.service";

/// What a switch of a running machine cannot change.
const ONLY_BY_RESTART: [&str; 3] = ["kernel", "initrd", "kernel-modules"];

/// By `check` alone: `dry-activate` lists what a switch would start and stop, and ends well whatever that is.
pub(super) fn ask(system: &str) -> Asked {
    if unit::is_there(BY_HAND) == Some(true) {
        return Asked::Busy;
    }
    let _ = fs::remove_file(record("ask"));
    let program = format!("{system}/bin/switch-to-configuration");
    let record = record("ask");
    let words: [&str; 2] = [&program, "check"];
    match unit::run(&Job { name: "ask", record: &record, limit: ASK_LIMIT, words: &words }) {
        Ended::Exited(0) => {}
        Ended::Exited(LOCKED) => return Asked::Busy,
        Ended::Exited(status) => {
            // An inhibitor says that the running machine cannot be switched, and a restart can.
            return if has_inhibitors(system) && differs_in(system, &["switch-inhibitors"]) {
                Asked::NeedsRestart
            } else {
                Asked::Refused(format!(
                    "its own check refused with status {status}{}",
                    words::journal("nixfleet-ask")
                ))
            };
        }
        Ended::NotStarted(why) => {
            return Asked::NotAsked(format!("its check could not be started: {why}"));
        }
        other => return Asked::Refused(format!("its own check {}", tested(&other).ending())),
    }
    // Parameters by which the kernel does not come up are as bad as such a kernel.
    if differs_in(system, &ONLY_BY_RESTART)
        || differs_in_content(system, "/run/booted-system", "kernel-params")
        || differs_in_content(system, "/run/current-system", "init-interface-version")
    {
        return Asked::NeedsRestart;
    }
    Asked::Live
}

impl Host {
    /// Where a start is no way back the profile is set first, as `darwin-rebuild` does: an activation
    /// starts a daemon anew that makes the profile's system the running one, and its `/etc` the machine's.
    pub(super) fn test(&mut self, attempt: &Attempt) -> Tested {
        let limit = Duration::from_millis(self.settings.switch);
        let system = &attempt.target.system;
        if self.settings.switch_lasts
            && let Err(why) = self.set_profile(system)
        {
            crate::notify::say(&why);
            return Tested::Busy;
        }
        let ended = self.platform.activate(SWITCH, &record(SWITCH), system, limit);
        match tested(&ended) {
            Tested::Busy => {
                let _ = self.undo_default(attempt);
                Tested::Busy
            }
            // Its last status wins: units that failed hide an activation that did.
            Tested::Exited(0 | 4) if facts::running() != attempt.target.system => {
                Tested::Exited(ACTIVATION_FAILED)
            }
            tested => tested,
        }
    }

    /// Back to the old system by its own program and its own path: never by the profile's
    /// numbers, never by the network. What boots goes back first, where the try touched that.
    pub(super) fn revert(&mut self, attempt: &Attempt) -> Result<(), String> {
        self.platform.end(SWITCH);
        let undone = self.undo_default(attempt);
        if attempt.way == Way::Reboot {
            // The running machine was not switched: a restart lands on the old system.
            return undone;
        }
        let taken_down = self.platform.take_down(&attempt.target.system, &attempt.old);
        let limit = Duration::from_millis(self.settings.switch);
        let ended = unlocked(|| {
            let _ = fs::remove_file(record("back"));
            self.platform.activate("back", &record("back"), &attempt.old, limit)
        });
        self.platform.take_up(&attempt.target.system, &attempt.old);
        match ended {
            // Units that fail in the old system failed there before, or are for its owner to see.
            Ended::Exited(0 | 4) if facts::running() == attempt.old => undone.and(taken_down),
            Ended::Exited(0 | 4) => Err(format!("the switch back did not bring `{}`", attempt.old)),
            other => Err(format!("the switch back {}", tested(&other).ending())),
        }
    }

    /// What ran and what booted, which may be two: the profile is set to another before either is back.
    pub(super) fn keep_old(&self, attempt: &Attempt) -> Result<(), String> {
        let roots = self.folder.join("roots");
        fetch::keep(&attempt.old, &roots.join("old"))?;
        if attempt.old_default == attempt.old {
            return Ok(());
        }
        fetch::keep(&attempt.old_default, &roots.join("old-default"))
    }
}

/// Where a unit's end is written down: it says something of this boot alone, and a full disk does
/// not keep it from being written.
pub(super) fn record(name: &str) -> PathBuf {
    report::path().with_file_name(format!("{name}.ended"))
}

/// Runs what has to be done, as soon as nobody else has the lock.
pub(super) fn unlocked(run: impl Fn() -> Ended) -> Ended {
    let until = Instant::now() + LOCK_PATIENCE;
    loop {
        match run() {
            Ended::Exited(LOCKED) if Instant::now() < until => {
                crate::notify::alive();
                thread::sleep(LOOK_EVERY);
            }
            ended => return ended,
        }
    }
}

pub(super) fn tested(ended: &Ended) -> Tested {
    match ended {
        Ended::Exited(LOCKED) | Ended::NotStarted(_) => Tested::Busy,
        Ended::Exited(status) => Tested::Exited(*status),
        Ended::Killed(signal) => Tested::Killed(*signal),
        Ended::TimedOut => Tested::TimedOut,
        Ended::Lost => Tested::Lost,
    }
}

fn has_inhibitors(system: &str) -> bool {
    Path::new(system).join("switch-inhibitors").exists()
}

/// Whether a system names other files than the one that was booted.
fn differs_in(system: &str, names: &[&str]) -> bool {
    let booted = Path::new("/run/booted-system");
    if !booted.exists() {
        return false;
    }
    names.iter().any(|name| {
        // On NixOS each is a link into the store.
        let of = |root: &Path| fs::read_link(root.join(name)).ok();
        of(Path::new(system)) != of(booted)
    })
}

fn differs_in_content(system: &str, than: &str, name: &str) -> bool {
    let of = |root: &str| fs::read(Path::new(root).join(name)).ok();
    Path::new(than).exists() && of(system) != of(than)
}
