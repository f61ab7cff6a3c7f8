//! The reference of a flake, as a user types it, and the attributes asked of it.

use std::fmt;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

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

    /// The folder that the reference names, when it names one on this machine. The flake is there
    /// or, where Nix looks for it, above.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        let ((folder, _), dir) = (self.local()?, self.dir());
        // With nothing joined to it, it would end in a slash.
        Some(if dir.as_os_str().is_empty() { folder } else { folder.join(dir) })
    }

    /// Where the flake lies in what Nix reads: `b` of `git+file:///a?dir=b`.
    #[must_use]
    pub fn dir(&self) -> PathBuf {
        self.query("dir").map(decoded).unwrap_or_default().into()
    }

    /// The folder that Nix copies as it is, whatever git tracks: `a` of `path:a?dir=b`.
    #[must_use]
    pub fn copied_folder(&self) -> Option<PathBuf> {
        let (folder, _) = self.local().filter(|_| self.reference.starts_with("path:"))?;
        Some(folder)
    }

    /// Whether Nix reads the flake as it lies in a folder: not at a commit that the reference names,
    /// nor out of a bare repository.
    #[must_use]
    pub fn has_work_tree(&self) -> bool {
        let is_bare =
            |folder: PathBuf| folder.join("HEAD").is_file() && folder.join("objects").is_dir();
        let is_pinned = self.query("ref").or(self.query("rev")).is_some();
        self.local().is_some_and(|(folder, _)| !is_pinned && !is_bare(folder))
    }

    /// Whether Nix reads the submodules of the flake's repository with it.
    #[must_use]
    pub fn has_submodules(&self) -> bool {
        matches!(self.query("submodules"), Some("1" | "true"))
    }

    /// What the reference says of a parameter, `a` of `?ref=a`.
    fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.reference.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    /// The folder and the query of a reference to this machine. A URL has `%20` for a blank.
    fn local(&self) -> Option<(PathBuf, &str)> {
        let (path, query) = self.reference.split_once('?').unwrap_or((&self.reference, ""));
        let schemes = ["git+file://", "git+file:", "path://", "path:"];
        match schemes.iter().find_map(|scheme| path.strip_prefix(scheme)) {
            Some(path) => Some((decoded(path).into(), query)),
            None => path.starts_with(['.', '/']).then(|| (path.into(), query)),
        }
    }
}

/// The text with its escapes of a URL read (RFC 3986, "Percent-Encoding").
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
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
    fn a_reference_may_name_a_commit_or_submodules() {
        let in_work = |reference| Flake::new(reference).has_work_tree();
        assert!(in_work(".") && in_work("./a?dir=ref=b") && in_work("git+file:///a?submodules=1"));
        assert!(!in_work(".?ref=main") && !in_work("git+file:///a?dir=b&rev=0123"));
        assert!(!in_work("github:a/b"));
        let bare = tempfile::tempdir().unwrap();
        std::fs::write(bare.path().join("HEAD"), "").unwrap();
        std::fs::create_dir(bare.path().join("objects")).unwrap();
        assert!(!in_work(&format!("git+file://{}", bare.path().display())));
        let submodules = |reference| Flake::new(reference).has_submodules();
        assert!(submodules(".?submodules=1") && submodules("git+file:a?dir=b&submodules=true"));
        assert!(!submodules(".") && !submodules(".?submodules=0"));
    }

    #[test]
    fn a_path_like_reference_has_a_folder() {
        let folder = |reference| Flake::new(reference).folder();
        assert_eq!(folder(""), Some(PathBuf::from(".")));
        assert_eq!(folder("/a/b"), Some(PathBuf::from("/a/b")));
        assert_eq!(folder("/a?dir=b"), Some(PathBuf::from("/a/b")));
        assert_eq!(folder("git+file:///a?dir=b"), Some(PathBuf::from("/a/b")));
        assert_eq!(folder("git+file:a?ref=b&dir=c"), Some(PathBuf::from("a/c")));
        assert_eq!(folder("path:a"), Some(PathBuf::from("a")));
        assert_eq!(folder("path:/a%20b?dir=%c3%bc%"), Some(PathBuf::from("/a b/ü%")));
        assert_eq!(folder("./a%20b"), Some(PathBuf::from("./a%20b")));
        assert_eq!(folder("github:a/b"), None);
        assert_eq!(folder("nixpkgs"), None);
        assert_eq!(Flake::new("github:a/b?rev=c&dir=d%20e").dir(), PathBuf::from("d e"));
        assert_eq!(Flake::new("github:a/b").dir(), PathBuf::new());
        let copied = |reference| Flake::new(reference).copied_folder();
        assert_eq!(copied("path:a%20b?dir=c"), Some(PathBuf::from("a b")));
        assert_eq!(copied("./a?dir=c"), None);
    }
}
