//! The programs that everything needs.

use nixfleet_nix::process::find;

use super::finding::Finding;

/// git, SSH and `nixos-anywhere`.
pub fn findings() -> Vec<Finding> {
    let installer = match find("nixos-anywhere") {
        Some(path) => Finding::fine("nixos-anywhere", path.display().to_string()),
        None if is_brought("nixos-anywhere") => brought("nixos-anywhere"),
        None => Finding::lacking(
            "nixos-anywhere",
            "not on PATH, and `build-vm` and `test-vm` install with it",
            "`nix profile install nixpkgs#nixos-anywhere`, or run the tool by `nix run`, which has it",
        ),
    };
    vec![
        program("git", "Nix reads a flake in a git repository through git"),
        program("ssh", "VMs and targets are reached by SSH"),
        program("ssh-keygen", "keys are made with it"),
        installer,
    ]
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

/// Whether a list of words has one.
pub fn has_word(text: &str, word: &str) -> bool {
    text.split_whitespace().any(|it| it == word)
}
