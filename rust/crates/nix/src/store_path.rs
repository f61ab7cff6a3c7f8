//! Paths of the Nix store.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

/// The letters of Nix's base 32: without e, o, t and u.
const BASE32: &str = "0123456789abcdfghijklmnpqrsvwxyz";

/// The path of a store object: `/nix/store/<32 letters>-<name>`, nothing below it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StorePath(String);

/// A text that is not the path of a store object.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is not a store path: expected `/nix/store/<32 letters>-<name>`", crate::visible(.0))]
pub struct StorePathError(String);

impl StorePath {
    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as a path.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        Path::new(&self.0)
    }

    /// The hash part: 32 letters.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.base().split('-').next().unwrap_or_default()
    }

    /// The name after the hash.
    #[must_use]
    pub fn name(&self) -> &str {
        self.base().split_once('-').map_or("", |(_, name)| name)
    }

    /// Splits a path at or below a store object into the object and what follows it.
    #[must_use]
    pub fn split(path: &str) -> Option<(Self, PathBuf)> {
        let below = path.strip_prefix("/nix/store/")?;
        let (base, rest) = below.split_once('/').unwrap_or((below, ""));
        let is_below = rest.split('/').all(|part| part != "..");
        // A path that begins with a slash would not stay below what it is joined to.
        let rest = PathBuf::from(rest.trim_start_matches('/'));
        Some((format!("/nix/store/{base}").parse().ok()?, rest)).filter(|_| is_below)
    }

    fn base(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl FromStr for StorePath {
    type Err = StorePathError;

    fn from_str(text: &str) -> Result<Self, StorePathError> {
        let valid = text
            .strip_prefix("/nix/store/")
            .and_then(|base| base.split_once('-'))
            .is_some_and(|(hash, name)| {
                hash.len() == 32
                    && hash.chars().all(|letter| BASE32.contains(letter))
                    && (1..=211).contains(&name.len())
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || "+-._?=".contains(c))
            });
        if valid { Ok(Self(text.to_owned())) } else { Err(StorePathError(text.to_owned())) }
    }
}

impl fmt::Display for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60";

    #[test]
    fn a_store_path_has_a_hash_and_a_name() {
        let path: StorePath = PATH.parse().unwrap();
        assert_eq!(path.hash(), "00bgd045z0d4icpbc2yyz4gx48ak44la");
        assert_eq!(path.name(), "net-tools-1.60");
        let (object, rest) = StorePath::split(&format!("{PATH}/bin/arp")).unwrap();
        assert_eq!((object, rest), (path, PathBuf::from("bin/arp")));
        let (_, rest) = StorePath::split(&format!("{PATH}//etc/passwd")).unwrap();
        assert_eq!(rest, PathBuf::from("etc/passwd"));
        assert_eq!(StorePath::split(&format!("{PATH}/../../etc/passwd")), None);
    }

    #[test]
    fn what_is_no_store_path_is_refused() {
        for text in [
            "",
            "/nix/store/",
            "/tmp/x",
            &format!("{PATH}/bin"),
            &PATH.replace("00b", "00e"),
            &PATH[..43],
        ] {
            assert!(text.parse::<StorePath>().is_err(), "{text}");
        }
    }
}
