//! The hosts' own keys, as the fleet knows them: nobody is asked whether a host is who it says.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use nixfleet_inventory::Inventory;
use tempfile::TempDir;

use crate::error::Trouble;

/// A file of known hosts with the `hostKey` of each host that has one.
pub struct KnownHosts {
    folder: TempDir,
    names: Vec<String>,
}

impl KnownHosts {
    /// The keys of a fleet.
    pub fn of(inventory: &Inventory) -> Result<Self, Trouble> {
        let mut lines = String::new();
        let mut names = Vec::new();
        for (name, host) in &inventory.hosts {
            if let Some(key) = host.text("hostKey").map(str::trim).filter(|it| !it.contains('\n')) {
                let _ = writeln!(lines, "{name} {key}");
                names.push(name.clone());
            }
        }
        let made = tempfile::Builder::new().prefix("nixfleet-ssh-").tempdir();
        let io = |error| Trouble::Io { path: std::env::temp_dir(), done: "written", error };
        let folder = made.map_err(io)?;
        fs::write(folder.path().join("known_hosts"), lines).map_err(io)?;
        Ok(Self { folder, names })
    }

    /// The file, where it has the host.
    pub fn file(&self, host: &str) -> Option<PathBuf> {
        let known = self.names.iter().any(|it| it == host);
        known.then(|| self.folder.path().join("known_hosts"))
    }
}
