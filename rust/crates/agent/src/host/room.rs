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

impl Host {
    pub(super) fn room(&self, target: &Target) -> Result<(), String> {
        let needed = self.missing_bytes(target);
        has_room(
            "/nix/store",
            needed + MARGIN,
            "the store",
            "`nix-collect-garbage --delete-older-than 30d`",
        )?;
        let Some(boot) = &self.config.boot else { return Ok(()) };
        // A kernel and an initrd more than there are now, as large as those that run.
        let kernel = ["kernel", "initrd"]
            .iter()
            .map(|it| size(&Path::new("/run/current-system").join(it)))
            .sum::<u64>();
        has_room(
            &boot.display().to_string(),
            kernel + kernel / 4,
            "the boot partition",
            "`nix-collect-garbage --delete-older-than 30d`, then switch once, which removes the entries of what is gone",
        )
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

fn has_room(place: &str, needed: u64, what: &str, cure: &str) -> Result<(), String> {
    let Ok(there) = statvfs(place) else { return Ok(()) };
    let free = there.f_bavail.saturating_mul(there.f_frsize);
    if free >= needed {
        return Ok(());
    }
    let mib = |bytes: u64| bytes / (1024 * 1024);
    Err(format!(
        "{what} (`{place}`) has {} MiB free, and about {} MiB are needed: make room, as with {cure}",
        mib(free),
        mib(needed),
    ))
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |it| it.len())
}
