//! What runs the guest's instructions: the processor itself, or QEMU's emulation of it.
//!
//! `/dev/kvm` can be there and not work, in containers and nested virtual machines: QEMU then
//! aborts, or the guest hangs in its firmware. So an accelerator is tried before it is used.

mod probe;

use std::fmt;
use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Clock, Platform, SystemClock, files};
use probe::Trouble;

/// How long a trial that failed is taken for granted: what kept it from working, another hypervisor
/// or a module that was not loaded, may be gone the next time.
const FAILURE: Duration = Duration::from_secs(300);

/// An accelerator of QEMU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Accelerator {
    /// Linux.
    Kvm,
    /// macOS.
    Hvf,
    /// QEMU's own, software emulation, which works everywhere.
    Tcg,
}

impl Accelerator {
    /// Whether it is emulation in software: ten times slower and more.
    #[must_use]
    pub fn is_software(self) -> bool {
        self == Self::Tcg
    }

    /// What QEMU calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kvm => "kvm",
            Self::Hvf => "hvf",
            Self::Tcg => "tcg",
        }
    }
}

impl fmt::Display for Accelerator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kvm => "KVM",
            Self::Hvf => "HVF",
            Self::Tcg => "software emulation (TCG)",
        })
    }
}

/// The accelerator that is used, and why it is not a faster one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The accelerator.
    pub accelerator: Accelerator,
    /// Why software emulation is used; `None` when it is not.
    pub reason: Option<String>,
}

impl Choice {
    fn software(reason: impl Into<String>) -> Self {
        Self { accelerator: Accelerator::Tcg, reason: Some(reason.into()) }
    }

    /// The fastest accelerator that works for the platform. One that worked is kept in `cache` until
    /// this machine restarts or its QEMU changes; one that did not, for some minutes; and what came
    /// of a trial for want of memory or of space is not kept.
    #[must_use]
    pub fn find(platform: Platform, qemu: &Path, cache: &Path) -> Self {
        Self::find_with(Path::new("/dev/kvm"), platform, qemu, cache)
    }

    fn find_with(kvm: &Path, platform: Platform, qemu: &Path, cache: &Path) -> Self {
        if !platform.is_native() {
            return Self::software(format!("this machine's processor cannot run {platform}"));
        }
        let accelerator =
            if cfg!(target_os = "macos") { Accelerator::Hvf } else { Accelerator::Kvm };
        if accelerator == Accelerator::Kvm
            && let Err(error) = File::options().read(true).write(true).open(kvm)
        {
            return Self::software(unusable(&error));
        }
        let file = cache.join(format!("accelerator-{}.json", platform.system()));
        let key = trial_key(qemu);
        let now = Duration::from_secs(SystemClock::default().date());
        let holds = |it: &Kept| it.key == key && it.holds(now);
        if let Some(kept) = files::read_json::<Kept>(&file).filter(holds) {
            return kept.choice;
        }
        let does_not_work = |reason: &str| {
            Self::software(format!("{accelerator} is there and does not work: {reason}"))
        };
        let (choice, until) = match probe::run(platform, qemu, accelerator) {
            Ok(()) => (Self { accelerator, reason: None }, None),
            Err(Trouble::Own(reason)) => (does_not_work(&reason), Some((now + FAILURE).as_secs())),
            Err(Trouble::Outside(reason)) => return does_not_work(&reason),
        };
        // A cache that cannot be written costs a trial each time, no more.
        let kept = Kept { key, choice: choice.clone(), until };
        let _ = files::private_folder(cache).and_then(|()| files::write_json(&file, &kept));
        choice
    }
}

fn unusable(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "this machine has no `/dev/kvm`".to_owned(),
        std::io::ErrorKind::PermissionDenied => {
            "you may not open `/dev/kvm`: `sudo usermod -aG kvm $USER`, then log in again"
                .to_owned()
        }
        _ => format!("`/dev/kvm` cannot be opened: {error}"),
    }
}

/// What a trial found.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    choice: Choice,
    /// Until when it holds, in seconds since 1970; always where it is none.
    #[serde(default)]
    until: Option<u64>,
}

impl Kept {
    fn holds(&self, now: Duration) -> bool {
        // A clock that was set back would let it hold for years.
        self.until.is_none_or(|it| (now.as_secs()..=(now + FAILURE).as_secs()).contains(&it))
    }
}

/// Changes whenever a trial may have another outcome.
fn trial_key(qemu: &Path) -> String {
    // macOS has no boot id that can be read as a file; its HVF does not come and go.
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let real = qemu.canonicalize().unwrap_or_else(|_| qemu.to_owned());
    let changed = fs::metadata(&real).and_then(|it| it.modified()).ok();
    format!("{} {} {changed:?}", boot.trim(), real.display())
}

#[cfg(test)]
mod tests;
