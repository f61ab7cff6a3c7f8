//! What changed between two releases: per host, by package and version.

use std::collections::{BTreeMap, BTreeSet};

use nixfleet_nix::{Closures, Nix, NixError, StorePath, closure};
use nixfleet_release::Cache;
use serde::Serialize;

use super::files::Release;

/// The outputs of a package, which end its name.
const OUTPUTS: [&str; 10] =
    ["bin", "data", "debug", "dev", "devdoc", "doc", "info", "lib", "man", "out"];

/// What changed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// The number of the older release.
    pub from: u64,
    /// The number of the newer release.
    pub to: u64,
    /// Hosts that only the newer has.
    pub added: Vec<String>,
    /// Hosts that only the older has.
    pub removed: Vec<String>,
    /// Hosts whose system is the same.
    pub unchanged: Vec<String>,
    /// Hosts whose system is another.
    pub changed: Vec<Changed>,
}

/// Hosts that changed alike.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// The hosts.
    pub hosts: Vec<String>,
    /// The packages whose versions differ.
    pub packages: Vec<Package>,
    /// How many paths are new that are of no package with another version: settings, mostly.
    pub others: usize,
}

/// A package whose versions differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// Its name.
    pub name: String,
    /// The versions that the older has; none where it is new.
    pub from: Vec<String>,
    /// The versions that the newer has; none where it is gone.
    pub to: Vec<String>,
}

/// The store's knowledge of the systems that differ: this machine's, else that of the caches.
pub fn closures(nix: &dyn Nix, old: &Release, new: &Release) -> Result<Closures, NixError> {
    let mut systems = Vec::new();
    for (name, entry) in &new.entries {
        let (before, now) = (old.entries.get(name), &entry.value().system);
        if let Some(before) = before.map(|it| &it.value().system).filter(|it| *it != now) {
            systems.extend([before.clone(), now.clone()]);
        }
    }
    let mut known = Closures::new();
    let mut caches: Vec<&Cache> = new.head.value().caches.iter().collect();
    caches.extend(&old.head.value().caches);
    for system in systems {
        if !known.contains_key(&system) {
            known.extend(of(nix, &caches, system)?);
        }
    }
    Ok(known)
}

fn of(nix: &dyn Nix, caches: &[&Cache], system: StorePath) -> Result<Closures, NixError> {
    let path = [system];
    let here = nix.closures(None, &path);
    if matches!(here, Ok(_) | Err(NixError::Missing)) {
        return here;
    }
    caches.iter().find_map(|it| nix.closures(Some(&it.url), &path).ok()).map_or(here, Ok)
}

/// Compares two releases.
pub fn difference(old: &Release, new: &Release, closures: &Closures) -> Difference {
    let only = |one: &Release, other: &Release| {
        one.entries.keys().filter(|it| !other.entries.contains_key(*it)).cloned().collect()
    };
    let mut unchanged = Vec::new();
    let mut alike: BTreeMap<(Vec<Package>, usize), Vec<String>> = BTreeMap::new();
    for (name, entry) in &new.entries {
        let Some(before) = old.entries.get(name) else { continue };
        let (before, now) = (&before.value().system, &entry.value().system);
        if before == now {
            unchanged.push(name.clone());
        } else {
            alike.entry(packages(closures, before, now)).or_default().push(name.clone());
        }
    }
    let changed =
        alike.into_iter().map(|((packages, others), hosts)| Changed { hosts, packages, others });
    Difference {
        from: old.number(),
        to: new.number(),
        added: only(new, old),
        removed: only(old, new),
        unchanged,
        changed: changed.collect(),
    }
}

/// The packages whose versions differ, and how many other paths are new.
fn packages(closures: &Closures, old: &StorePath, new: &StorePath) -> (Vec<Package>, usize) {
    let paths = |system: &StorePath| -> BTreeSet<StorePath> {
        closure(closures, system).into_keys().cloned().collect()
    };
    let (old, new) = (paths(old), paths(new));
    let (before, after) = (versions(&old), versions(&new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let none = BTreeSet::new();
    let mut changed = Vec::new();
    for name in names {
        let (from, to) = (before.get(name).unwrap_or(&none), after.get(name).unwrap_or(&none));
        if from != to {
            let list = |it: &BTreeSet<String>| it.iter().cloned().collect();
            changed.push(Package { name: name.clone(), from: list(from), to: list(to) });
        }
    }
    let is_told = |path: &&StorePath| {
        parsed(path.name()).is_some_and(|(name, _)| changed.iter().any(|it| it.name == name))
    };
    let others = new.difference(&old).filter(|it| !is_told(it)).count();
    (changed, others)
}

fn versions(paths: &BTreeSet<StorePath>) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, version) in paths.iter().filter_map(|it| parsed(it.name())) {
        found.entry(name.to_owned()).or_default().insert(version.to_owned());
    }
    found
}

/// A package's name and version: the version begins after the first hyphen that a digit follows
/// (`builtins.parseDrvName`), and an output's name is no part of it. A system is no package.
fn parsed(name: &str) -> Option<(&str, &str)> {
    if name.starts_with("nixos-system-") || name.starts_with("darwin-system-") {
        return None;
    }
    let at = name
        .match_indices('-')
        .find(|(at, _)| name[at + 1..].bytes().next().is_some_and(|it| it.is_ascii_digit()))?;
    let (name, mut version) = (&name[..at.0], &name[at.0 + 1..]);
    while let Some((rest, output)) = version.rsplit_once('-').filter(|it| OUTPUTS.contains(&it.1)) {
        let _ = output;
        version = rest;
    }
    Some((name, version))
}

#[cfg(test)]
mod tests {
    use nixfleet_nix::PathInfo;

    use super::*;

    fn store(name: &str) -> StorePath {
        let hash = nixfleet_release::Hash::of(name.as_bytes())
            .as_bytes()
            .map(|it| char::from(b"0123456789abcdfghijklmnpqrsvwxyz"[usize::from(it % 32)]));
        format!("/nix/store/{}-{name}", hash.iter().collect::<String>()).parse().unwrap()
    }

    #[test]
    fn versions_are_compared_by_package_and_settings_are_counted() {
        let info = |names: &[&str]| PathInfo {
            nar_hash: String::new(),
            nar_size: 1,
            references: names.iter().map(|it| store(it)).collect(),
        };
        let old = ["nginx-1.24.0", "openssl-3.0.1-bin", "openssl-3.0.1", "etc", "curl-8.0"];
        let new = ["nginx-1.26.1", "openssl-3.0.1", "etc-new", "jq-1.7"];
        let mut closures = Closures::from([
            (store("nixos-system-a-1"), info(&old)),
            (store("nixos-system-a-2"), info(&new)),
        ]);
        closures.extend(old.iter().chain(&new).map(|it| (store(it), info(&[]))));
        let (changed, others) =
            packages(&closures, &store("nixos-system-a-1"), &store("nixos-system-a-2"));
        let told: Vec<String> =
            changed.iter().map(|it| format!("{} {:?} {:?}", it.name, it.from, it.to)).collect();
        assert_eq!(
            told,
            [r#"curl ["8.0"] []"#, r#"jq [] ["1.7"]"#, r#"nginx ["1.24.0"] ["1.26.1"]"#]
        );
        // The system itself, and its settings.
        assert_eq!(others, 2);
    }

    #[test]
    fn a_version_begins_with_a_digit_after_a_hyphen() {
        assert_eq!(
            parsed("python3.12-requests-2.31.0-dev"),
            Some(("python3.12-requests", "2.31.0"))
        );
        assert_eq!(parsed("unit-nginx.service"), None);
        assert_eq!(parsed("linux-6.12.1-modules"), Some(("linux", "6.12.1-modules")));
    }
}
