//! The guard: a timer of the service manager that goes back by itself, whatever becomes of the agent. It runs the
//! program that armed it, by its store path, so that a new agent's faults are not its own.

use std::fs;
use std::path::Path;

use nixfleet_nix::StorePath;

use super::platform::Part;
use super::switch::record;
use super::{Host, armed, fetch};
use crate::core::Attempt;

impl Host {
    /// Armed again, it begins anew.
    pub(super) fn arm(&mut self, attempt: &Attempt) -> Result<(), String> {
        self.keep_old(attempt)?;
        for name in ["switch", "back"] {
            let _ = fs::remove_file(record(name));
        }
        self.platform.stop_guard();
        armed::write(attempt)?;
        self.set_guard(attempt)
    }

    /// A guard that somebody has stopped in the middle of a try stands again.
    pub(super) fn see_to_the_guard(&self, attempt: &Attempt) {
        if !self.platform.is_up(Part::Guard) {
            // One that is at its work has the name.
            let _ = self.set_guard(attempt);
        }
    }

    fn set_guard(&self, attempt: &Attempt) -> Result<(), String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        self.keep_for_the_guard("guard", &program)?;
        self.keep_for_the_guard("guard-config", &self.config_path)?;
        let after = self.settings.guard_after(attempt.terms(&self.settings)) / 1000;
        let config = self.config_path.as_os_str();
        let words = [program.as_os_str(), "--config".as_ref(), config, "revert".as_ref()];
        self.platform.set_guard(after, &words)
    }

    /// The guard needs its program and its configuration when this process may be gone. Where a switch by
    /// hand came before, no system that is kept need have them.
    fn keep_for_the_guard(&self, name: &str, file: &Path) -> Result<(), String> {
        match file.to_str().and_then(StorePath::split) {
            Some((path, _)) => fetch::keep(path.as_str(), &self.folder.join("roots").join(name)),
            None => Ok(()),
        }
    }

    pub(super) fn disarm(&mut self) {
        self.platform.stop_guard();
        self.forget_once();
        armed::remove();
        for name in ["switch", "back", "ask"] {
            let _ = fs::remove_file(record(name));
        }
        let _ = fs::remove_dir_all(self.folder.join("roots"));
    }
}
