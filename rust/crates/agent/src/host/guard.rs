//! The guard: a timer of the service manager that goes back by itself, whatever becomes of the agent. It runs the
//! program that armed it, by its store path, so that a new agent's faults are not its own.

use std::fs;

use super::Host;
use super::armed;
use super::switch::record;
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
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let after = self.settings.guard_after(attempt.terms(&self.settings)) / 1000;
        let config = self.config_path.as_os_str();
        let words = [program.as_os_str(), "--config".as_ref(), config, "revert".as_ref()];
        self.platform.set_guard(after, &words)
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
