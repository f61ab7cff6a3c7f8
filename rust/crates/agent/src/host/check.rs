//! Whether this host could take a release and come back from it: what is looked at touches nothing.

use std::fs;
use std::path::Path;

use super::platform::Part;
use super::{Host, armed, room, words};
use crate::finding::Finding;
use crate::source::Source;

/// What the boot loader says of itself (systemd.io, boot loader interface).
const LOADER_FEATURES: &str =
    "/sys/firmware/efi/efivars/LoaderFeatures-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
/// The bit for an entry that is started once.
const ONE_SHOT: u64 = 1 << 3;

impl Host {
    /// All that can be found out.
    #[must_use]
    pub fn check(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> =
            self.sources().into_iter().map(|it| self.source(it)).collect();
        findings.extend([self.signers(), self.agent(), self.state_file()]);
        findings.extend(self.rooms());
        findings.extend([self.way_back(), nix()]);
        findings.extend(self.platform.notes());
        findings
    }

    fn source(&self, source: Result<Source, String>) -> Finding {
        match source.and_then(|it| Ok(format!("{}: {}", it.name(), self.reach(&it)?))) {
            Ok(said) => Finding::fine("source", said),
            Err(why) => Finding::lacking(
                "source",
                why,
                "no release comes from there: look at the server, the network, and who signed",
            ),
        }
    }

    fn signers(&self) -> Finding {
        let (signers, whose) = match self.trusted_signers() {
            Ok(Some(it)) => (it, "as the last release has it"),
            Ok(None) => (self.config.signers(), "as the configuration has it"),
            Err(why) => {
                return Finding::lacking(
                    "signers",
                    why,
                    "move the file away: the configuration's keys hold then",
                );
            }
        };
        let (threshold, keys) = (signers.threshold.max(1), signers.keys.len());
        Finding::fine("signers", format!("a release takes {threshold} of {keys} keys, {whose}"))
    }

    fn agent(&self) -> Finding {
        let (why, restart) = self.platform.agent_help();
        if !self.platform.is_up(Part::Agent) {
            return Finding::lacking("agent", "it does not run", why);
        }
        match armed::read(&self.platform.boot()) {
            Some(it) if !self.platform.is_up(Part::Guard) => Finding::lacking(
                "agent",
                format!("`{}` is tried, and no guard stands", it.target.system),
                restart,
            ),
            Some(it) => {
                Finding::fine("agent", format!("it tries `{}`, under a guard", it.target.system))
            }
            None => Finding::fine("agent", "it runs"),
        }
    }

    fn state_file(&self) -> Finding {
        match self.folder.state() {
            Ok(state) => Finding::fine("state", crate::run::sentence(&state)),
            Err(why) => Finding::lacking(
                "state",
                why.to_string(),
                "start the newer agent, or move the file away",
            ),
        }
    }

    fn rooms(&self) -> Vec<Finding> {
        let finding = |name: &str, room: Result<String, String>| match room {
            Ok(text) => Finding::fine(name, text),
            Err(why) => Finding::lacking(name, why, "a release is not begun before there is room"),
        };
        let mut findings = vec![finding("store", room::of_store(0))];
        findings
            .extend(self.config.boot.iter().map(|it| finding("boot partition", room::of_boot(it))));
        findings
    }

    /// Whether the machine comes back from a kernel that does not start, with nobody there.
    fn way_back(&self) -> Finding {
        const HELP: &str = "before a release with another kernel, see that somebody can choose an older generation at the machine's start";
        if self.settings.switch_lasts {
            return Finding::note(
                "way back",
                "going back is the activation of the system before: a Mac's start brings none back",
                "where that fails too, `nixfleet-agent status` says so, and somebody has to look",
            );
        }
        let Some(boot) = &self.config.boot else {
            return Finding::note(
                "way back from a kernel",
                "the boot loader is not systemd-boot, and a kernel that does not start is started again and again",
                HELP,
            );
        };
        if !boot.join("loader/loader.conf").exists() {
            let text = format!("there is no `{}`", boot.join("loader/loader.conf").display());
            return Finding::lacking("way back from a kernel", text, "mount the boot partition");
        }
        match features(Path::new(LOADER_FEATURES)) {
            Some(features) if features & ONE_SHOT != 0 => Finding::fine(
                "way back from a kernel",
                "a new one is started once, and the machine comes back by itself",
            ),
            _ => Finding::note(
                "way back from a kernel",
                "the machine's firmware does not say that it was started by systemd-boot, so no entry can be started once",
                HELP,
            ),
        }
    }
}

fn nix() -> Finding {
    let mut command = std::process::Command::new("nix-store");
    match words::text_of(command.arg("--version")) {
        Some(version) => Finding::fine("nix", version),
        None => Finding::lacking("nix", "`nix-store` does not run", "look at Nix's daemon"),
    }
}

/// The loader's features: four bytes of attributes, then a number (systemd.io, boot loader interface).
fn features(variable: &Path) -> Option<u64> {
    let bytes = fs::read(variable).ok()?;
    Some(u64::from_le_bytes(bytes.get(4..12)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loader_says_what_it_can() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("LoaderFeatures");
        fs::write(&file, [6, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0]).unwrap();
        assert_eq!(features(&file).map(|it| it & ONE_SHOT), Some(ONE_SHOT));
        fs::write(&file, [6, 0, 0, 0, 1]).unwrap();
        assert_eq!(features(&file), None);
        assert_eq!(features(Path::new("/nowhere")), None);
    }
}
