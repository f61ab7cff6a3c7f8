//! Bringing a system: by Nix, from the release's caches, whole, signed, and what the release says.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use jiff::Timestamp;
use nixfleet_nix::{Foreign, process};
use nixfleet_release::closure_hash;

use super::closure::{self, READ_LIMIT};
use super::words::last_line;
use super::{Host, astray, facts, room};
use crate::core::{Blame, Target};

/// What a fetch may take in one go; what has come by then stays, and the next goes on from it.
const FETCH_LIMIT: Duration = Duration::from_secs(6 * 3600);

impl Host {
    pub(super) fn fetch(&mut self, target: &Target) -> Result<(), (String, Blame)> {
        let root = self.folder.join("roots");
        let world = |why: String| (why, Blame::World);
        fs::create_dir_all(&root)
            .map_err(|error| world(format!("cannot make `{}`: {error}", root.display())))?;
        let root = root.join("candidate");
        self.realise(target, &root).map_err(world)?;
        // Looked for before Nix's database is asked: what garbage collection takes meanwhile, though it
        // is not to, is in there no more.
        let essentials = self.platform.essentials();
        let find = || essentials.iter().find(|it| !Path::new(&target.system).join(it).exists());
        let mut missing = find();
        if self.comes_as_signed(target, &root).map_err(world)? {
            missing = find();
        }
        // What is no system has none of these, and would leave the machine without a way back.
        if let Some(file) = missing {
            self.let_go();
            return Err((
                format!(
                    "`{}` is no system of {}: `{file}` is missing",
                    target.system,
                    self.platform.name(),
                ),
                Blame::Target,
            ));
        }
        Ok(())
    }

    /// What is not tried again is garbage.
    pub(super) fn let_go(&self) {
        let _ = fs::remove_file(self.folder.join("roots").join("candidate"));
    }

    /// Where a cache had something else under a path, and has it no more, that path comes anew;
    /// whether it did.
    fn comes_as_signed(&self, target: &Target, root: &Path) -> Result<bool, String> {
        let differs = |closure| {
            format!(
                "what came as `{}` is not what the release signed: its closure has the hash {closure}, and {} was signed",
                target.system, target.closure,
            )
        };
        let here = closure::here(&target.system)?;
        let hash = closure_hash(&here).to_string();
        if hash == target.closure {
            return Ok(false);
        }
        let caches = self.offers.caches();
        let urls: Vec<&str> = caches.iter().map(|it| it.url.as_str()).collect();
        let gone = astray::forget(&target.system, &here, &urls, root)
            .map_err(|why| format!("{}; {why}", differs(hash.clone())))?;
        if gone.is_empty() {
            return Err(differs(hash));
        }
        self.realise(target, root)?;
        let hash = closure_hash(&closure::here(&target.system)?).to_string();
        if hash == target.closure {
            return Ok(true);
        }
        Err(format!("{}; {} came anew", differs(hash), astray::named(&gone)))
    }

    /// Never builds: a host that has to is one that was not given its release. Never believes
    /// what a cache said earlier, and writes to the disk before it says that a path is there.
    fn realise(&self, target: &Target, root: &Path) -> Result<(), String> {
        let caches = self.offers.caches();
        let urls: Vec<&str> = caches.iter().map(|it| it.url.as_str()).collect();
        let keys: Vec<&str> = caches.iter().map(|it| it.key.as_str()).collect();
        let mut command = process::bound("nix-store");
        command.args(["--realise", &target.system, "--add-root"]).arg(root);
        for (option, value) in [
            ("substituters", urls.join(" ")),
            ("trusted-public-keys", keys.join(" ")),
            ("require-sigs", "true".into()),
            ("max-jobs", "0".into()),
            ("fallback", "false".into()),
            ("narinfo-cache-negative-ttl", "0".into()),
            ("narinfo-cache-positive-ttl", "0".into()),
            ("connect-timeout", "20".into()),
            // What has come of a file stays for the next attempt, and for the next call nothing does.
            ("download-attempts", "10".into()),
            ("stalled-download-timeout", "60".into()),
            ("sync-before-registering", "true".into()),
        ] {
            command.args(["--option", option, &value]);
        }
        let output = process::output_unless(&mut command, FETCH_LIMIT, || {
            crate::notify::alive();
            false
        })
        .map_err(|error| format!("`nix-store` cannot be started: {error}"))?;
        match output.status {
            Some(status) if status.success() => Ok(()),
            Some(_) => Err(format!(
                "`{}` could not be fetched: {}{}{}",
                target.system,
                reason(&output.stderr),
                room::store_is_full(),
                self.offers.created().map_or_else(String::new, |it| behind(it, facts::wall())),
            )),
            None => Err(format!(
                "`{}` did not arrive in {} hours",
                target.system,
                FETCH_LIMIT.as_secs() / 3600
            )),
        }
    }
}

/// A root for a path that is here already, so that garbage collection leaves it.
pub(super) fn keep(path: &str, root: &Path) -> Result<(), String> {
    let mut command = Command::new("nix-store");
    command.args([
        "--realise",
        path,
        "--option",
        "max-jobs",
        "0",
        "--option",
        "substitute",
        "false",
        "--add-root",
    ]);
    let output =
        process::output(command.arg(root), READ_LIMIT).map_err(|error| error.to_string())?;
    if output.status.is_some_and(|it| it.success()) {
        return Ok(());
    }
    // A store that cannot register roots: the link alone tells people.
    let _ = fs::remove_file(root);
    symlink(path, root).map_err(|error| error.to_string())?;
    Err(last_line(&output.stderr))
}

/// A clock that is surely wrong: a cache behind `https` may have been refused for it.
fn behind(made: Timestamp, now: Timestamp) -> String {
    if now >= made {
        return String::new();
    }
    format!("; this machine's clock says {now:.0}, and the release was made at {made:.0}: set it")
}

/// Why Nix brought nothing: the last of its reasons that is more than a summary.
fn reason(said: &Foreign) -> String {
    let of = |line: &&str| line.contains("error:") && !line.starts_with("error: build of '");
    match said.raw().lines().rfind(of) {
        Some(line) => Foreign::from(line.trim()).excerpt(),
        None => last_line(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_more_than_a_summary() {
        let of = |text: &str| reason(&text.into());
        let cut = "warning: error: unable to download 'http://a': cut; retrying in 9 ms\nerror: build of '/nix/store/a' failed\n";
        assert!(of(cut).contains("unable to download 'http://a'"), "{}", of(cut));
        assert_eq!(
            of("error: build of '/nix/store/a' failed"),
            "error: build of '/nix/store/a' failed"
        );
        assert_eq!(of(""), "it said nothing");
    }

    #[test]
    fn a_clock_before_the_releases_making_is_named() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (made, then) = (at("2026-01-10T00:00:00Z"), at("1970-01-01T00:01:00.5Z"));
        let said = behind(made, then);
        assert!(
            said.contains("clock says 1970-01-01T00:01:00Z, and the release was made at 2026"),
            "{said}"
        );
        assert_eq!(behind(made, made), "");
    }
}
