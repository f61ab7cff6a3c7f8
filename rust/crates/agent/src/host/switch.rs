//! `switch-to-configuration` of NixOS: asked first, run as a test, run back.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nixfleet_nix::process;

use super::unit::{self, Ended};
use super::{Host, fetch};
use crate::core::{Asked, Attempt, SWITCH_LIMIT, Target, Tested};

/// What an answer may take that touches nothing.
const ASK_LIMIT: Duration = Duration::from_secs(120);
const LIMIT: Duration = Duration::from_millis(SWITCH_LIMIT);

/// The status of a lock that another has (`EAGAIN`): nixpkgs, switch-to-configuration-ng, `die`.
const LOCKED: i32 = 11;

/// The unit that `nixos-rebuild` runs a switch in: who has the name has the machine.
const BY_HAND: &str = "nixos-rebuild-switch-to-configuration.service";

/// What a switch of a running machine cannot change.
const ONLY_BY_RESTART: [&str; 3] = ["kernel", "initrd", "kernel-modules"];

impl Host {
    pub(super) fn ask(&self, target: &Target) -> Asked {
        if unit::is_there(BY_HAND) {
            return Asked::Busy;
        }
        let check = run_in(self, "ask", &target.system, "check", ASK_LIMIT);
        match check {
            Ended::Exited(0) => {}
            Ended::Exited(LOCKED) => return Asked::Busy,
            Ended::Exited(status) => {
                // An inhibitor says that the running machine cannot be switched, and a restart can.
                return if has_inhibitors(&target.system)
                    && differs_in(&target.system, &["switch-inhibitors"])
                {
                    Asked::NeedsRestart
                } else {
                    Asked::Refused(format!(
                        "its own check refused with status {status}; `journalctl -u nixfleet-ask` has its words"
                    ))
                };
            }
            Ended::NotStarted(why) => {
                return Asked::Refused(format!("its check could not be started: {why}"));
            }
            other => return Asked::Refused(format!("its own check {}", tested(&other).ending())),
        }
        if differs_in(&target.system, &ONLY_BY_RESTART)
            || differs_in_content(&target.system, "init-interface-version")
        {
            return Asked::NeedsRestart;
        }
        Asked::Live
    }

    pub(super) fn test(&mut self, attempt: &Attempt) -> Tested {
        let ended = run_in(self, "switch", &attempt.target.system, "test", LIMIT);
        tested(&ended)
    }

    /// Back to the old system by its own program and its own path: never by the profile's
    /// numbers, never by the network. Where the try touched the profile, that goes back first.
    pub(super) fn revert(&mut self, attempt: &Attempt) -> Result<(), String> {
        let facts = super::facts::read(&self.config);
        if facts.default != attempt.old_default {
            self.set_default(&attempt.old_default)?;
        }
        if facts.running == attempt.old && !self.record("switch").exists() || attempt.has_booted {
            return Ok(());
        }
        let _ = fs::remove_file(self.record("back"));
        match run_in(self, "back", &attempt.old, "test", LIMIT) {
            // Units that fail in the old system failed there before, or are for its owner to see.
            Ended::Exited(0 | 4) => Ok(()),
            other => Err(format!("the switch back {}", tested(&other).ending())),
        }
    }

    /// Where a unit's end is written down.
    pub(super) fn record(&self, name: &str) -> PathBuf {
        self.folder.join(&format!("{name}.ended"))
    }

    pub(super) fn keep_old(&self, attempt: &Attempt) -> Result<(), String> {
        fetch::keep(&attempt.old, &self.folder.join("roots").join("old"))
    }
}

fn run_in(host: &Host, name: &str, system: &str, action: &str, limit: Duration) -> Ended {
    let record = host.record(name);
    if name == "ask" {
        let _ = fs::remove_file(&record);
    }
    let program = format!("{system}/bin/switch-to-configuration");
    unit::run(
        &format!("nixfleet-{name}.service"),
        &record,
        limit,
        &[&program, action],
        &crate::notify::alive,
    )
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

fn differs_in_content(system: &str, name: &str) -> bool {
    let of = |root: &str| fs::read(Path::new(root).join(name)).ok();
    of(system) != of("/run/current-system")
}

/// Asks a program for one line.
pub(super) fn line_of(command: &mut Command) -> Option<String> {
    let output = process::output(command, ASK_LIMIT).ok()?;
    output.status.filter(std::process::ExitStatus::success)?;
    Some(output.stdout.raw().trim().to_owned())
}
