//! Whether there is room for a system, before anything is fetched: a disk that fills up in the
//! middle fails everything else on the host as well.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nixfleet_nix::process;
use rustix::fs::statvfs;

use super::Host;
use crate::core::Target;

/// What is left free for the host's own sake.
const MARGIN: u64 = 256 * 1024 * 1024;
/// What asking the cache may take.
const ASK_LIMIT: Duration = Duration::from_secs(60);

/// What to do about a full store.
const COLLECT: &str = "`nix-collect-garbage --delete-older-than 30d`";
/// What to do about a full boot partition.
const COLLECT_BOOT: &str = "`nix-collect-garbage --delete-older-than 30d`, then `/nix/var/nix/profiles/system/bin/switch-to-configuration boot`, which removes the entries of what is gone";

impl Host {
    pub(super) fn room(&self, target: &Target) -> Result<(), String> {
        of_store(self.missing_bytes(target))?;
        self.config.boot.as_deref().map_or(Ok(()), |it| of_boot(it).map(drop))
    }

    /// What is to come, by what the release says of the whole and what of it is here. Where neither
    /// is known, the margin alone counts.
    fn missing_bytes(&self, target: &Target) -> u64 {
        let Some(whole) = self.offers.closure_size() else { return 0 };
        if Path::new(&target.system).exists() {
            return 0;
        }
        let mut command = Command::new("nix");
        command.args([
            "--extra-experimental-features",
            "nix-command",
            "path-info",
            "--json",
            "--closure-size",
        ]);
        command.arg("/run/current-system");
        let known = process::output(&mut command, ASK_LIMIT).ok().and_then(|it| {
            let value: serde_json::Value = serde_json::from_str(it.stdout.raw()).ok()?;
            value.as_object()?.values().next()?.get("closureSize")?.as_u64()
        });
        // Two systems of one host share nearly everything; a quarter is far more than what differs
        // in an ordinary update, and all of it what a new release of NixOS may.
        known.map_or(whole, |running| whole.saturating_sub(running).max(whole / 4))
    }
}

/// Whether the store has room for so much, and a little for the host's own sake; how much is free.
pub(super) fn of_store(needed: u64) -> Result<String, String> {
    has_room(Path::new("/nix/store"), needed + MARGIN, "the store", COLLECT)
}

/// The same of the boot partition, for a kernel and an initrd more than there are now, as large as
/// those that run.
pub(super) fn of_boot(boot: &Path) -> Result<String, String> {
    let running = Path::new("/run/current-system");
    let kernel = ["kernel", "initrd"].iter().map(|it| size(&running.join(it))).sum::<u64>();
    has_room(boot, kernel + kernel / 4, "the boot partition", COLLECT_BOOT)
}

/// What is added to the words of a fetch that failed: Nix has many for a disk that filled up.
pub(super) fn store_is_full() -> String {
    let left = has_room(Path::new("/nix/store"), MARGIN / 16, "the store", COLLECT);
    left.err().map_or_else(String::new, |why| format!("; {why}"))
}

fn has_room(place: &Path, needed: u64, what: &str, cure: &str) -> Result<String, String> {
    let shown = place.display();
    let Ok(there) = statvfs(place) else {
        return Ok(format!("what is free on `{shown}` cannot be told"));
    };
    let free = there.f_bavail.saturating_mul(there.f_frsize);
    let mib = |bytes: u64| bytes / (1024 * 1024);
    if free >= needed {
        return Ok(format!("`{shown}` has {} MiB free", mib(free)));
    }
    Err(format!(
        "{what} (`{shown}`) has {} MiB free, and about {} MiB are needed: make room, as with {cure}",
        mib(free),
        mib(needed),
    ))
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |it| it.len())
}
