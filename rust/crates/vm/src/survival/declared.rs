//! What a host says of itself: what is wiped at boot, and what lasts.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Error;
use crate::run::Run;

/// What lasts is what `environment.persistence` has, whoever put it there: the host, a user, or
/// Home Manager's `home.persistence`.
const DECLARED: &str = "c: let
  inherit (builtins) attrValues concatMap filter listToAttrs;
  homes = attrValues (c.home-manager.users or { });
  stores = filter (s: s.enable or true)
    (concatMap attrValues
      ([ (c.environment.persistence or { }) ] ++ map (h: h.home.persistence or { }) homes));
  owners = concatMap (s: [ s ] ++ attrValues (s.users or { })) stores;
in {
  wiped = c.nixfleet.impermanence.enable or false || stores != [ ]
    || (c.fileSystems or { }).\"/\".fsType or null == \"tmpfs\";
  option = if c.nixfleet.impermanence.enable or false then \"nixfleet.impermanence\"
    else if stores == [ ] then null
    else \"environment.persistence.\\\"${(builtins.head stores).persistentStoragePath}\\\"\";
  directories = concatMap (o: map (d: d.dirPath) o.directories) owners;
  files = concatMap (o: map (f: f.filePath) o.files) owners;
  ignored = c.nixfleet.impermanence.auditIgnore or [ ];
  homes = listToAttrs (map (u: { name = u.home; value = u.name; })
    (filter (u: u.isNormalUser or false) (attrValues (c.users.users or { }))));
}";

/// What lasts on a host, and what does not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Declared {
    /// Whether anything is wiped at all.
    pub wiped: bool,
    /// The option that names what lasts.
    pub option: Option<String>,
    /// The folders that last.
    pub directories: Vec<String>,
    /// The files that last.
    pub files: Vec<String>,
    /// What may be lost, with what lies below.
    pub ignored: Vec<String>,
    /// The users that log in, by their homes.
    pub homes: BTreeMap<String, String>,
}

impl Declared {
    /// Asks Nix.
    ///
    /// # Errors
    /// When Nix fails.
    pub fn read(run: &Run) -> Result<Self, Error> {
        let config = run.world.flake.host_attr(&run.plan.host, "config");
        let answer = run.world.nix.eval(&config, Some(DECLARED))?;
        serde_json::from_value(answer).map_err(|error| Error::Assertions {
            host: run.plan.host.clone(),
            reason: error.to_string().into(),
        })
    }

    /// Whether a path lasts, by itself or within what does.
    #[must_use]
    pub fn lasts(&self, path: &str) -> bool {
        self.files.iter().any(|it| it == path) || is_within(&self.directories, path)
    }

    /// Whether a path may be lost.
    #[must_use]
    pub fn may_be_lost(&self, path: &str) -> bool {
        is_within(&self.ignored, path)
    }
}

/// Whether a path is one of these folders or lies below one.
pub fn is_within<T: AsRef<str>>(folders: &[T], path: &str) -> bool {
    folders.iter().any(|folder| {
        let folder = folder.as_ref().trim_end_matches('/');
        path.strip_prefix(folder).is_some_and(|it| it.is_empty() || it.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_only_begins_alike_does_not_last() {
        let declared = Declared {
            directories: vec!["/var/log/".into()],
            files: vec!["/etc/machine-id".into()],
            ..Declared::default()
        };
        assert!(declared.lasts("/var/log") && declared.lasts("/var/log/nginx"));
        assert!(declared.lasts("/etc/machine-id"));
        assert!(!declared.lasts("/var/logs") && !declared.lasts("/etc/machine-id/x"));
    }
}
