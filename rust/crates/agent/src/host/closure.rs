//! What is under a path with all that it refers to: in the store of this machine, or in a cache.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nixfleet_nix::{StorePath, process};
use nixfleet_release::NarHash;
use serde::Deserialize;

use super::words::last_line;

/// What reading a closure may take, out of Nix's database or from a cache.
pub(super) const READ_LIMIT: Duration = Duration::from_secs(600);

/// The paths of a closure with the hash of each, by Nix's own record.
pub(super) type Closure = BTreeMap<StorePath, NarHash>;

/// As this machine's store has it.
pub(super) fn here(system: &str) -> Result<Closure, String> {
    read(path_info().args(["--recursive", system]))
}

/// As a cache says that it has it: nobody has checked that. What Nix remembers of the cache is left
/// aside, by a folder that has nothing to remember.
pub(super) fn there(cache: &str, system: &str, no_memory: &Path) -> Result<Closure, String> {
    let mut command = path_info();
    command.env("XDG_CACHE_HOME", no_memory).env_remove("NIX_CACHE_HOME");
    read(command.args(["--store", cache, "--recursive", system]))
}

fn path_info() -> Command {
    let mut command = Command::new("nix");
    command.args(["--extra-experimental-features", "nix-command", "path-info", "--json"]);
    command
}

fn read(command: &mut Command) -> Result<Closure, String> {
    let output = process::output(command, READ_LIMIT).map_err(|error| error.to_string())?;
    if !output.status.is_some_and(|it| it.success()) {
        return Err(format!("`nix path-info` failed: {}", last_line(&output.stderr)));
    }
    let unreadable = |why: String| format!("what `nix path-info` says cannot be read: {why}");
    let infos: Infos =
        serde_json::from_str(output.stdout.raw()).map_err(|error| unreadable(error.to_string()))?;
    let mut paths = BTreeMap::new();
    for (path, hash) in infos.pairs() {
        let path: StorePath = path.parse().map_err(|_| unreadable(path.clone()))?;
        let hash: NarHash = hash.parse().map_err(|_| unreadable(hash.clone()))?;
        paths.insert(path, hash);
    }
    Ok(paths)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    path: Option<String>,
    nar_hash: String,
}

/// A table by path from Nix 2.19 on, a list before.
#[derive(Deserialize)]
#[serde(untagged)]
enum Infos {
    Table(BTreeMap<String, Info>),
    List(Vec<Info>),
}

impl Infos {
    fn pairs(self) -> Vec<(String, String)> {
        match self {
            Self::Table(table) => table.into_iter().map(|(path, it)| (path, it.nar_hash)).collect(),
            Self::List(list) => {
                list.into_iter().filter_map(|it| Some((it.path?, it.nar_hash))).collect()
            }
        }
    }
}
