//! The programs that everything needs.

use std::process::Command;
use std::time::Duration;

use nixfleet_nix::process::{find, output};

use super::finding::Finding;

/// A program that takes longer to say its version does not work.
const PATIENCE: Duration = Duration::from_secs(10);

/// Nix's least version: what nixpkgs asks for (its `lib/minver.nix`).
const OLDEST_NIX: (u32, u32) = (2, 18);

/// Nix, git and SSH.
pub fn findings() -> Vec<Finding> {
    let mut findings = nix();
    findings.push(program("git", "Nix reads a flake in a git repository through git"));
    findings.push(program("ssh", "VMs and targets are reached by SSH"));
    findings.push(program("ssh-keygen", "keys are made with it"));
    findings.push(match find("nixos-anywhere") {
        Some(path) => Finding::fine("nixos-anywhere", path.display().to_string()),
        None if is_brought("nixos-anywhere") => brought("nixos-anywhere"),
        None => Finding::lacking(
            "nixos-anywhere",
            "not on PATH, and `build-vm` and `test-vm` install with it",
            "`nix profile install nixpkgs#nixos-anywhere`, or run the tool by `nix run`, which has it",
        ),
    });
    findings
}

fn nix() -> Vec<Finding> {
    let Some(version) = first_line("nix", &["--version"]) else {
        return vec![Finding::lacking(
            "nix",
            "not on PATH, and all but `--inventory` needs it",
            "install it from https://nixos.org/download, then open a new shell",
        )];
    };
    let mut findings = vec![match parse_version(&version) {
        Some(found) if found < OLDEST_NIX => Finding::lacking(
            "nix",
            version,
            format!("nixpkgs needs {}.{} at least: update Nix", OLDEST_NIX.0, OLDEST_NIX.1),
        ),
        _ => Finding::fine("nix", version),
    }];
    let features = first_line(
        "nix",
        &[
            "--extra-experimental-features",
            "nix-command",
            "config",
            "show",
            "experimental-features",
        ],
    );
    findings.push(match features {
        Some(features) if ["flakes", "nix-command"].iter().all(|it| has_word(&features, it)) => {
            Finding::fine("flakes", "on")
        }
        // The tool turns them on for itself; the standard tools do not.
        _ => Finding::note(
            "flakes",
            "off, so `nix build .#iso` and `nixos-rebuild --flake` refuse to work",
            "add `experimental-features = nix-command flakes` to ~/.config/nix/nix.conf",
        ),
    });
    let store = ["--extra-experimental-features", "nix-command", "store", "info"];
    findings.push(match run("nix", &store) {
        Ok(_) => Finding::fine("nix store", "reachable"),
        Err(reason) => Finding::lacking(
            "nix store",
            reason,
            "start the daemon: `sudo systemctl start nix-daemon`, on macOS `sudo launchctl \
             kickstart system/org.nixos.nix-daemon`",
        ),
    });
    findings
}

/// Whether a program is on PATH.
pub fn program(name: &str, purpose: &str) -> Finding {
    match find(name) {
        Some(path) => Finding::fine(name, path.display().to_string()),
        None if is_brought(name) => brought(name),
        None => Finding::lacking(
            name,
            format!("not on PATH, and {purpose}"),
            "install it with the system's packages, or run the tool by `nix run`, which has it",
        ),
    }
}

/// Whether the apps of the VM commands bring a program, though this one has it not: `lib/mk-apps.nix`
/// says which.
pub fn is_brought(name: &str) -> bool {
    let all = std::env::var("NIXFLEET_BROUGHT_ALONG").unwrap_or_default();
    let package = if name.starts_with("qemu-") { "qemu" } else { name };
    has_word(&all, package)
}

/// Such a program.
pub fn brought(name: &str) -> Finding {
    Finding::fine(name, "not on PATH: `nix run .#build-vm` and `nix run .#test-vm` bring it")
}

fn has_word(text: &str, word: &str) -> bool {
    text.split_whitespace().any(|it| it == word)
}

/// `nix (Nix) 2.26.3` is (2, 26).
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.rsplit(' ').next()?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    run(program, arguments).ok()?.lines().next().map(str::to_owned)
}

/// What a program wrote, or the last line that it complained with.
fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output =
        output(Command::new(program).args(arguments), PATIENCE).map_err(|it| it.to_string())?;
    match output.status {
        Some(status) if status.success() => Ok(output.stdout.into_raw()),
        Some(_) if output.stderr.trim().is_empty() => Err("it failed".to_owned()),
        Some(_) => Err(output.stderr.last_line().to_string()),
        None => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read() {
        assert_eq!(parse_version("nix (Nix) 2.26.3"), Some((2, 26)));
        assert_eq!(parse_version("nix (Determinate Nix 3.1) 2.30pre2025"), None);
        assert!(has_word("flakes nix-command", "flakes") && !has_word("no-flakes", "flakes"));
    }
}
