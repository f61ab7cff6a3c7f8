//! What boots: the system's profile, the loader's entries, and the one boot that a new kernel gets.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nixfleet_nix::process;

use super::Host;
use super::unit::{self, Ended};
use crate::core::{Attempt, COMMIT_LIMIT, Event};

const LIMIT: Duration = Duration::from_millis(COMMIT_LIMIT);
/// The most bytes of a loader's file.
const LOADER_BYTES: u64 = 64 * 1024;
/// How long a machine may take to go down before it is tried again.
const GOING_DOWN: Duration = Duration::from_secs(300);

impl Host {
    /// The profile first, since the loader's entries are made of its generations.
    pub(super) fn commit(&mut self, attempt: &Attempt) -> Result<(), String> {
        let system = &attempt.target.system;
        self.set_default(system)?;
        match self.default_entry() {
            Some(entry) if !entry.contains(system.as_str()) => Err(format!(
                "the boot loader's default entry is not `{system}` after `switch-to-configuration boot`"
            )),
            _ => Ok(()),
        }
    }

    /// Makes a system what boots.
    pub(super) fn set_default(&self, system: &str) -> Result<(), String> {
        self.set_profile(system)?;
        self.boot_entries(system)
    }

    /// The new system gets an entry, the old one stays the default, and the next boot alone is
    /// the new one's. A loader that has no such thing boots the new one by default; `doctor` says so.
    pub(super) fn stage(&mut self, attempt: &Attempt) -> Result<(), String> {
        let system = &attempt.target.system;
        self.keep_old(attempt)?;
        self.set_profile(system)?;
        if self.loader().is_none() {
            return self.boot_entries(system);
        }
        self.boot_entries(&attempt.old)?;
        let entry = self
            .entry_of(system)
            .ok_or_else(|| format!("the boot loader has no entry for `{system}`"))?;
        self.in_unit("once", &["bootctl", "set-oneshot", &entry])
    }

    pub(super) fn reboot(&mut self) -> Event {
        crate::notify::status("restarting the machine");
        let _ =
            process::output(Command::new("systemctl").args(["reboot", "--no-block"]), unit::ASK);
        // Nothing more is to be done in this boot. Where the machine stays up, the next start of the
        // agent asks for it again.
        self.wake.pause(u64::try_from(GOING_DOWN.as_millis()).unwrap_or(u64::MAX));
        Event::Woke
    }

    fn set_profile(&self, system: &str) -> Result<(), String> {
        let profile = self.config.profile.display().to_string();
        self.in_unit("profile", &["nix-env", "--profile", &profile, "--set", system])
    }

    fn boot_entries(&self, system: &str) -> Result<(), String> {
        self.in_unit("boot", &[&format!("{system}/bin/switch-to-configuration"), "boot"])
    }

    fn in_unit(&self, name: &str, words: &[&str]) -> Result<(), String> {
        let record = self.record(name);
        let _ = fs::remove_file(&record);
        let ended = unit::run(
            &format!("nixfleet-{name}.service"),
            &record,
            LIMIT,
            words,
            &crate::notify::alive,
        );
        let _ = fs::remove_file(&record);
        match ended {
            Ended::Exited(0) => Ok(()),
            Ended::NotStarted(why) => Err(why),
            other => Err(format!(
                "`{}` {}; `journalctl -u nixfleet-{name}` has its words",
                words.join(" "),
                super::switch::tested(&other).ending(),
            )),
        }
    }

    /// The configuration of systemd-boot, where that is the loader (bootctl(1), loader.conf(5)).
    fn loader(&self) -> Option<PathBuf> {
        let boot = self.config.boot.as_ref()?;
        Some(boot.join("loader/loader.conf")).filter(|it| it.exists())
    }

    /// The text of the entry that boots by default.
    fn default_entry(&self) -> Option<String> {
        let conf = read(&self.loader()?)?;
        let name = conf.lines().find_map(|line| line.strip_prefix("default "))?.trim().to_owned();
        self.entries()
            .into_iter()
            .find(|(file, _)| {
                *file == name || file.starts_with(&format!("{}+", name.trim_end_matches(".conf")))
            })
            .map(|it| it.1)
    }

    /// The entry that starts a system.
    fn entry_of(&self, system: &str) -> Option<String> {
        let starts = format!("init={system}/init");
        self.entries().into_iter().find(|(_, text)| text.contains(&starts)).map(|it| it.0)
    }

    fn entries(&self) -> Vec<(String, String)> {
        let Some(boot) = &self.config.boot else { return Vec::new() };
        let Ok(folder) = fs::read_dir(boot.join("loader/entries")) else { return Vec::new() };
        let of = |entry: fs::DirEntry| {
            Some((entry.file_name().into_string().ok()?, read(&entry.path())?))
        };
        folder.flatten().filter_map(of).collect()
    }
}

fn read(path: &Path) -> Option<String> {
    let small = fs::metadata(path).is_ok_and(|it| it.len() <= LOADER_BYTES);
    if small { fs::read_to_string(path).ok() } else { None }
}
