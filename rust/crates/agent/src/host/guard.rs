//! The guard: a timer of PID 1 that goes back by itself, whatever becomes of the agent. It runs the
//! program that armed it, by its store path, so that a new agent's faults are not its own.

use std::fs;
use std::process::Command;

use nixfleet_nix::process;

use super::Host;
use super::fetch::last_line;
use super::switch::record;
use super::{armed, unit};
use crate::core::Attempt;

/// The guard's unit and timer.
pub const GUARD: &str = "nixfleet-guard";

impl Host {
    /// Armed again, it begins anew.
    pub(super) fn arm(&mut self, attempt: &Attempt) -> Result<(), String> {
        self.keep_old(attempt)?;
        for name in ["switch", "back"] {
            let _ = fs::remove_file(record(name));
        }
        stop();
        armed::write(attempt)?;
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let after = self.settings.guard_after(attempt.terms(&self.settings)) / 1000;
        let mut command = Command::new("systemd-run");
        command
            .args(["--collect", "--no-ask-password", "--quiet"])
            .arg(format!("--unit={GUARD}"))
            .arg(format!("--on-active={after}"))
            // Without it systemd may be a minute late.
            .arg("--timer-property=AccuracySec=1s")
            .arg(format!("--setenv=PATH={}", std::env::var("PATH").unwrap_or_default()))
            .arg("--")
            .arg(program)
            .arg("--config")
            .arg(&self.config_path)
            .arg("revert");
        let output = process::output(&mut command, unit::ASK).map_err(|error| error.to_string())?;
        match output.status {
            Some(status) if status.success() => Ok(()),
            _ => Err(last_line(&output.stderr)),
        }
    }

    pub(super) fn disarm(&mut self) {
        stop();
        self.forget_once();
        armed::remove();
        for name in ["switch", "back", "ask"] {
            let _ = fs::remove_file(record(name));
        }
        let _ = fs::remove_dir_all(self.folder.join("roots"));
    }
}

fn stop() {
    unit::ask(&["stop", &format!("{GUARD}.timer")]);
    unit::ask(&["reset-failed", &format!("{GUARD}.service"), &format!("{GUARD}.timer")]);
}
