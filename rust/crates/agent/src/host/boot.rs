//! What boots: the system's profile, the loader's entries, and the one boot that a new kernel gets.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::ended::Ended;
use super::platform::Job;
use super::{Host, facts, loader, switch};
use crate::core::{Attempt, COMMIT_LIMIT, Event};

const LIMIT: Duration = Duration::from_millis(COMMIT_LIMIT);
/// The most bytes of a loader's file.
const LOADER_BYTES: u64 = 64 * 1024;
/// Where the kernel shows the one boot that was given (systemd.io, boot loader interface).
const ONE_SHOT: &str =
    "/sys/firmware/efi/efivars/LoaderEntryOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
/// How often the profile is set where its new generation is gone at once: each time would have to meet
/// the milliseconds in which that can happen.
const PROFILE_TRIES: u32 = 5;
/// How long a machine may take to go down before it is tried again.
const GOING_DOWN: Duration = Duration::from_secs(300);

impl Host {
    /// The profile first, since the loader's entries are made of its generations.
    pub(super) fn commit(&mut self, attempt: &Attempt) -> Result<(), String> {
        let system = &attempt.target.system;
        self.set_default(system)?;
        self.reach_the_disk();
        if self.starts(system) {
            return Ok(());
        }
        Err(format!(
            "the boot loader's default entry is not `{system}` after `switch-to-configuration boot`"
        ))
    }

    /// Makes a system what boots.
    fn set_default(&self, system: &str) -> Result<(), String> {
        self.set_profile(system)?;
        self.boot_entries(system)
    }

    /// What was written of the profile and of the loader's files outlives a power cut from here on:
    /// FAT keeps no journal, and Nix leaves its links to the kernel's leisure.
    fn reach_the_disk(&self) {
        let places = [self.config.profile.parent(), self.config.boot.as_deref()];
        for place in places.into_iter().flatten() {
            let _ = fs::File::open(place).map(|it| reach_the_disk(&it));
        }
    }

    /// What booted before boots again, and the system that failed is no choice at the start of the
    /// machine any more. What somebody chose by hand stays.
    pub(super) fn undo_default(&self, attempt: &Attempt) -> Result<(), String> {
        self.forget_once();
        let default = facts::default(&self.config);
        if attempt.is_foreign_default(&default) {
            return Ok(());
        }
        let is_touched = default != attempt.old_default;
        let boots_old = || self.default_entry().map(|it| it.contains(&attempt.old_default));
        if !is_touched && boots_old() != Some(false) {
            return Ok(());
        }
        let failed = if is_touched { self.newest_generation() } else { None };
        self.set_profile(&attempt.old_default)?;
        if let Some(number) = failed {
            let profile = self.config.profile.display().to_string();
            // It costs an entry in a menu alone.
            let _ = self.in_job(
                "profile",
                &["nix-env", "--profile", &profile, "--delete-generations", &number],
            );
        }
        match self.boot_entries(&attempt.old_default) {
            // A full boot partition: the loader's own file was not reached, and says what it said.
            Err(_) if boots_old() == Some(true) => Ok(()),
            made => made,
        }
    }

    /// The number that the profile is at, where no other is higher: then the try has made it.
    fn newest_generation(&self) -> Option<String> {
        let name = self.config.profile.file_name()?.to_str()?.to_owned();
        let number = |link: &str| -> Option<u64> {
            link.strip_prefix(&format!("{name}-"))?.strip_suffix("-link")?.parse().ok()
        };
        let present = number(fs::read_link(&self.config.profile).ok()?.to_str()?)?;
        let all = fs::read_dir(self.config.profile.parent()?).ok()?;
        let highest = all.flatten().filter_map(|it| number(it.file_name().to_str()?)).max()?;
        (present == highest).then(|| present.to_string())
    }

    /// The new system gets an entry, the old one stays the default, and the next boot alone is
    /// the new one's. A loader that has no such thing boots the new one by default; `doctor` says so.
    pub(super) fn stage(&mut self, attempt: &Attempt) -> Result<(), String> {
        let (system, old) = (&attempt.target.system, &attempt.old_default);
        self.keep_old(attempt)?;
        self.set_profile(system)?;
        if self.loader().is_none() {
            return self.boot_entries(system);
        }
        self.boot_entries(old)?;
        if !self.starts(old) {
            // No entry is made of a generation that was deleted meanwhile, nor of one that is older than
            // those which the loader is to have.
            self.set_profile(old)?;
            self.set_profile(system)?;
            self.boot_entries(old)?;
        }
        if !self.starts(old) {
            return Err(format!(
                "the boot loader would not start `{old}` where the new system does not come up: it has to have entries for two generations (`boot.loader.systemd-boot.configurationLimit`)"
            ));
        }
        let entry = self
            .entry_of(system)
            .ok_or_else(|| format!("the boot loader has no entry for `{system}`"))?;
        fs::write(self.staged(), "")
            .map_err(|error| format!("cannot write `{}`: {error}", self.staged().display()))?;
        self.in_job("once", &["bootctl", "set-oneshot", &loader::one_shot(&entry)])
    }

    /// The one boot that was given is taken back. Where it was used up, there is nothing to take.
    pub(super) fn forget_once(&self) {
        if self.staged().exists() || Path::new(ONE_SHOT).exists() {
            // bootctl(1): an empty name removes the variable.
            let _ = self.in_job("once", &["bootctl", "set-oneshot", ""]);
            let _ = fs::remove_file(self.staged());
        }
    }

    fn staged(&self) -> PathBuf {
        self.folder.join("staged")
    }

    pub(super) fn reboot(&mut self) -> Event {
        crate::notify::status("restarting the machine");
        self.platform.reboot();
        // Nothing more is to be done in this boot. Where the machine stays up, the next start of the
        // agent asks for it again.
        self.wake.pause(u64::try_from(GOING_DOWN.as_millis()).unwrap_or(u64::MAX));
        Event::Woke
    }

    /// `nix-env --set` makes a generation and then the link to it, under no lock (Nix,
    /// src/nix/nix-env/nix-env.cc, `opSet`): who deletes old generations just then, as a collector of
    /// garbage does, leaves a link to nothing. The one that the link names is kept, so another try lasts.
    pub(super) fn set_profile(&self, system: &str) -> Result<(), String> {
        let profile = self.config.profile.display().to_string();
        for _ in 0..PROFILE_TRIES {
            self.in_job("profile", &["nix-env", "--profile", &profile, "--set", system])?;
            if self.config.profile.exists() {
                return Ok(());
            }
        }
        Err(format!(
            "the generation that `{profile}` names was deleted {PROFILE_TRIES} times while it was made: \
             something deletes old generations without a pause"
        ))
    }

    fn boot_entries(&self, system: &str) -> Result<(), String> {
        match self.platform.boot_entries(system) {
            Some(words) => self.in_job("boot", &words.each_ref().map(String::as_str)),
            None => Ok(()),
        }
    }

    fn in_job(&self, name: &str, words: &[&str]) -> Result<(), String> {
        let record = switch::record(name);
        let ended = switch::unlocked(|| {
            let _ = fs::remove_file(&record);
            self.platform.run(&Job { name, record: &record, limit: LIMIT, words })
        });
        let _ = fs::remove_file(&record);
        match ended {
            Ended::Exited(0) => Ok(()),
            Ended::NotStarted(why) => Err(why),
            other => Err(format!(
                "`{}` {}{}",
                words.join(" "),
                switch::tested(&other).ending(),
                self.platform.words(&format!("nixfleet-{name}")),
            )),
        }
    }

    /// The configuration of systemd-boot, where that is the loader (bootctl(1), loader.conf(5)).
    fn loader(&self) -> Option<PathBuf> {
        let boot = self.config.boot.as_ref()?;
        Some(boot.join("loader/loader.conf")).filter(|it| it.exists())
    }

    /// Whether a system is what the loader starts by default, or the loader does not say what that is. NixOS
    /// makes entries without an error too where none is the system's, and the newest is what starts then
    /// (nixpkgs, systemd-boot-builder.py, `write_loader_conf`).
    fn starts(&self, system: &str) -> bool {
        let Some(conf) = self.loader().and_then(|it| read(&it)) else { return true };
        loader::is_open(&conf) || self.default_entry().is_some_and(|it| it.contains(system))
    }

    /// The text of the entry that boots by default.
    fn default_entry(&self) -> Option<String> {
        let conf = read(&self.loader()?)?;
        let name = loader::named(&conf)?;
        self.entries().into_iter().find(|(file, _)| loader::id(file) == name).map(|it| it.1)
    }

    /// The system that the loader starts by default, where it says so.
    pub(super) fn boots(&self) -> Option<String> {
        let entry = self.default_entry()?;
        let init = entry.split_whitespace().find_map(|word| word.strip_prefix("init="))?;
        Some(init.trim_end_matches("/init").to_owned())
    }

    /// The file of the entry that starts a system.
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

#[cfg(target_os = "linux")]
fn reach_the_disk(file: &fs::File) {
    let _ = rustix::fs::syncfs(file);
}

/// macOS has no word for one file system, and its `sync` waits for nothing; what waits is the flush of a
/// file, down to the disk's own cache (fsync(2), fcntl(2) of macOS, `F_FULLFSYNC`).
#[cfg(not(target_os = "linux"))]
fn reach_the_disk(file: &fs::File) {
    rustix::fs::sync();
    let _ = file.sync_all();
}

fn read(path: &Path) -> Option<String> {
    let small = fs::metadata(path).is_ok_and(|it| it.len() <= LOADER_BYTES);
    if small { fs::read_to_string(path).ok() } else { None }
}
