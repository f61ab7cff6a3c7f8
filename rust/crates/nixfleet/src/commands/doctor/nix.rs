//! Nix: whether it is there, answers, and is set up. One that fails, dies, writes something else or
//! hangs is told apart, each with what to do.

use std::time::Duration;

use nixfleet_nix::NixError;
use nixfleet_nix::process::{self, find};
use nixfleet_text::Foreign;

use super::finding::Finding;
use super::local::has_word;

/// How long Nix may take for each answer. None of them needs the network.
const PATIENCE: Duration = Duration::from_secs(10);

/// Nix's least version: what nixpkgs asks for (its `lib/minfeatures.nix`).
const OLDEST: (u32, u32) = (2, 18);

/// What turns on the commands that are asked.
const COMMANDS: [&str; 2] = ["--extra-experimental-features", "nix-command"];

/// Why Nix gave no answer.
enum Trouble {
    /// It ran, and ended otherwise than well.
    Ended(NixError),
    /// It did not start.
    Start(String),
    /// It was ended when its time was over.
    Hangs,
    /// It wrote what is no answer.
    Garbage(Foreign),
}

/// What was found out, and whether Nix can be asked for more.
pub fn findings() -> (Vec<Finding>, bool) {
    let Some(path) = find("nix") else {
        let text = "not on PATH, and all but `--inventory` needs it";
        let help = "install it from https://nixos.org/download, then open a new shell";
        return (vec![Finding::lacking("nix", text, help)], false);
    };
    let program = path.display().to_string();
    let version = match ask(&["--version"]).and_then(version) {
        Ok(version) => version,
        // Whatever else it is asked would fail alike.
        Err(trouble) => return (vec![trouble.finding("nix", "nix --version", &program)], false),
    };
    let mut findings = vec![match parse(&version) {
        Some(found) if found < OLDEST => Finding::lacking(
            "nix",
            version,
            format!("nixpkgs needs {}.{} at least: update Nix", OLDEST.0, OLDEST.1),
        ),
        _ => Finding::fine("nix", version),
    }];
    findings.push(flakes(&program));
    let store = store(&program);
    let answers = store.is_fine();
    findings.push(store);
    (findings, answers)
}

/// Whether flakes are on for the standard tools as well.
fn flakes(program: &str) -> Finding {
    // Its name before Nix 2.20.
    let features = older(config(&["config", "show"]), || config(&["show-config"]));
    match features {
        Ok(features) if ["flakes", "nix-command"].iter().all(|it| has_word(&features, it)) => {
            Finding::fine("flakes", "on")
        }
        // The tool turns them on for itself; the standard tools do not.
        Ok(_) => Finding::note(
            "flakes",
            "off, so `nix build .#iso` and `nixos-rebuild --flake` refuse to work",
            "add `experimental-features = nix-command flakes` to ~/.config/nix/nix.conf",
        ),
        Err(trouble) => trouble.finding("flakes", "nix config show", program),
    }
}

/// An answer, or that to a question in the words of an older version, where Nix refused the first. The
/// first refusal is what is told.
fn older(
    answer: Result<String, Trouble>,
    question: impl FnOnce() -> Result<String, Trouble>,
) -> Result<String, Trouble> {
    match answer {
        Err(Trouble::Ended(error @ NixError::Failed { .. })) => {
            question().map_err(|_| Trouble::Ended(error))
        }
        answer => answer,
    }
}

fn config(command: &[&str]) -> Result<String, Trouble> {
    ask(&[&COMMANDS[..], command, &["experimental-features"]].concat())
}

/// Whether the store answers, by a daemon where there is one.
fn store(program: &str) -> Finding {
    // Its name before Nix 2.19.
    let asked = ["info", "ping"].map(|it| [&COMMANDS[..], &["store", it]].concat());
    match older(ask(&asked[0]), || ask(&asked[1])) {
        Ok(_) => Finding::fine("nix store", "reachable"),
        Err(Trouble::Ended(error @ NixError::Failed { .. })) => Finding::lacking(
            "nix store",
            error.to_string().lines().next().unwrap_or_default(),
            "start the daemon: `sudo systemctl start nix-daemon`, on macOS `sudo launchctl \
             kickstart system/org.nixos.nix-daemon`",
        ),
        Err(Trouble::Hangs) => Finding::lacking(
            "nix store",
            format!("does not answer: {}", Trouble::Hangs.text("nix store info")),
            "restart the daemon: `sudo systemctl restart nix-daemon`, on macOS `sudo launchctl \
             kickstart -k system/org.nixos.nix-daemon`",
        ),
        Err(trouble) => trouble.finding("nix store", "nix store info", program),
    }
}

fn ask(arguments: &[&str]) -> Result<String, Trouble> {
    let mut nix = process::bound("nix");
    let ran = process::output(nix.args(arguments), PATIENCE);
    let ran = ran.map_err(|error| Trouble::Start(error.to_string()))?;
    match ran.status {
        None => Err(Trouble::Hangs),
        Some(status) if status.success() => Ok(ran.stdout.into_raw()),
        Some(status) => {
            let words = arguments.iter().filter(|it| !COMMANDS.contains(it)).copied();
            let command: Vec<&str> = ["nix"].into_iter().chain(words).collect();
            Err(Trouble::Ended(NixError::ended(command.join(" "), status, ran.stderr)))
        }
    }
}

/// The line that names a version. Lix and Determinate Nix say `nix (…)` as well.
fn version(text: String) -> Result<String, Trouble> {
    let line = text.lines().next().unwrap_or_default();
    let is_version = line.starts_with("nix (") && line.contains(|it: char| it.is_ascii_digit());
    if is_version && line.len() < 200 {
        Ok(line.to_owned())
    } else {
        Err(Trouble::Garbage(text.into()))
    }
}

/// `nix (Nix) 2.26.3` is (2, 26).
fn parse(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.rsplit(' ').next()?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

impl Trouble {
    fn text(&self, command: &str) -> String {
        match self {
            Self::Ended(NixError::Failed { cause, .. }) if !cause.message.starts_with('`') => {
                format!("`{command}` failed: {}", cause.message.lines().next().unwrap_or_default())
            }
            Self::Ended(error) => error.to_string(),
            Self::Start(reason) => format!("it does not start: {reason}"),
            Self::Hangs => {
                format!("`{command}` took longer than {} s, and was ended", PATIENCE.as_secs())
            }
            Self::Garbage(text) if text.trim().is_empty() => format!("`{command}` says nothing"),
            Self::Garbage(text) => {
                format!("`{command}` says `{}`, which is no version of Nix", text.first_line())
            }
        }
    }

    fn help(&self, command: &str, program: &str) -> String {
        match self {
            Self::Ended(error) => error.help().unwrap_or_else(|| {
                format!("run `{command}` by hand; if it fails there too, install Nix anew")
            }),
            Self::Start(_) => format!(
                "`{program}` has to be a program of this machine: install Nix from \
                 https://nixos.org/download"
            ),
            Self::Hangs => format!(
                "run `{command}` by hand: it may wait for a lock, for a daemon that hangs, or for a \
                 folder on a network that is down"
            ),
            Self::Garbage(_) => {
                format!("`{program}` is something else: put Nix's own program before it on PATH")
            }
        }
    }

    fn finding(&self, name: &str, command: &str, program: &str) -> Finding {
        Finding::lacking(name, self.text(command), self.help(command, program))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read() {
        assert_eq!(parse("nix (Nix) 2.26.3"), Some((2, 26)));
        assert_eq!(parse("nix (Determinate Nix 3.1) 2.30pre2025"), None);
        assert!(has_word("flakes nix-command", "flakes") && !has_word("no-flakes", "flakes"));
        assert!(version("nix (Lix, like Nix) 2.91.1\n".into()).is_ok());
        assert!(version("Hello, I am 2\n".into()).is_err());
    }
}
