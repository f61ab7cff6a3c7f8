//! The reference of a flake, as a user types it, and the attributes asked of it.

use std::fmt;
use std::path::{Path, PathBuf};

/// A flake reference such as `.`, `./fleet`, `/etc/nixos?dir=fleet` or `github:org/fleet`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flake {
    reference: String,
}

impl Flake {
    /// Takes the reference as typed. A `#attribute` that a user left on it is dropped.
    #[must_use]
    pub fn new(reference: &str) -> Self {
        let reference = reference.split('#').next().unwrap_or_default();
        let reference = if reference.is_empty() { "." } else { reference };
        // Nix would look `checks/fleet` up in its registry; who has such a folder here means it.
        let path = reference.split('?').next().unwrap_or_default();
        let is_bare = !path.starts_with(['.', '/']) && !path.contains(':');
        let prefix = if is_bare && Path::new(path).join("flake.nix").is_file() { "./" } else { "" };
        Self { reference: format!("{prefix}{reference}") }
    }

    /// The reference as typed.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The installable of an attribute: `Flake::new(".").attr("nixfleet")` is `.#nixfleet`.
    #[must_use]
    pub fn attr(&self, path: &str) -> String {
        format!("{}#{path}", self.reference)
    }

    /// The installable of an attribute of one host, its name quoted: host names may hold dots.
    ///
    /// Nix's attribute paths know no escape within quotes, so a name with `"` cannot be addressed;
    /// `validate` refuses such a name.
    #[must_use]
    pub fn host_attr(&self, host: &str, path: &str) -> String {
        self.attr(&format!("nixosConfigurations.\"{host}\".{path}"))
    }

    /// Whether the reference is of a folder as it is, whatever git tracks.
    #[must_use]
    pub fn is_plain_path(&self) -> bool {
        self.reference.starts_with("path:")
    }

    /// The folder that the reference names, when it names one on this machine.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        let (path, query) = self.reference.split_once('?').unwrap_or((&self.reference, ""));
        let path = ["git+file://", "git+file:", "path://", "path:"]
            .iter()
            .find_map(|scheme| path.strip_prefix(scheme))
            .unwrap_or(path);
        let is_path = path.starts_with(['.', '/']) || self.reference.starts_with("path:");
        let dir = query.split('&').find_map(|pair| pair.strip_prefix("dir="));
        is_path.then(|| dir.map_or_else(|| path.into(), |dir| Path::new(path).join(dir)))
    }
}

impl fmt::Display for Flake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_are_quoted() {
        let flake = Flake::new("./fleet#ignored");
        assert_eq!(flake.attr("nixfleet"), "./fleet#nixfleet");
        assert_eq!(flake.host_attr("a.b", "config"), "./fleet#nixosConfigurations.\"a.b\".config");
    }

    #[test]
    fn a_bare_folder_with_a_flake_is_a_path() {
        // The tests of a crate run in its folder.
        assert_eq!(Flake::new("tests/flake").reference(), "./tests/flake");
        assert_eq!(Flake::new("tests/nothing").reference(), "tests/nothing");
    }

    #[test]
    fn a_path_like_reference_has_a_folder() {
        let folder = |reference| Flake::new(reference).folder();
        assert_eq!(folder(""), Some(PathBuf::from(".")));
        assert_eq!(folder("/a/b"), Some(PathBuf::from("/a/b")));
        assert_eq!(folder("/a?dir=b"), Some(PathBuf::from("/a/b")));
        assert_eq!(folder("git+file:///a?dir=b"), Some(PathBuf::from("/a/b")));
        assert_eq!(folder("path:a"), Some(PathBuf::from("a")));
        assert_eq!(folder("github:a/b"), None);
        assert_eq!(folder("nixpkgs"), None);
    }
}
