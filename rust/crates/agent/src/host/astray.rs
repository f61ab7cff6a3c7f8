//! What came otherwise than it was signed: a cache may have, under a path and with a good signature,
//! something else than the release has. Nix keeps what it has once, and asks no cache again; so what a
//! cache has otherwise by now is taken out of the store, and comes anew.

use std::fs;
use std::path::Path;
use std::process::Command;

use nixfleet_nix::{StorePath, process};
use nixfleet_release::NarHash;

use super::closure::{self, Closure, READ_LIMIT};
use super::words::last_line;

/// The most paths that are named.
const NAMED: usize = 3;

/// Takes out of the store what one of the caches has otherwise; the paths that are gone. What a system
/// that is kept here refers to as well cannot go.
pub(super) fn forget(
    system: &str,
    here: &Closure,
    caches: &[&str],
    root: &Path,
) -> Result<Vec<StorePath>, String> {
    let memory = root.with_extension("memory");
    let there: Vec<Closure> =
        caches.iter().filter_map(|it| closure::there(it, system, &memory).ok()).collect();
    let _ = fs::remove_dir_all(&memory);
    let astray = otherwise(here, &there);
    if astray.is_empty() {
        return Ok(astray);
    }
    let _ = fs::remove_file(root);
    let deleted = with_referrers(&astray).and_then(|all| nix_store(&["--delete"], &all));
    deleted.map_err(|why| format!("{} cannot be fetched anew: {why}", named(&astray)))?;
    Ok(astray)
}

/// Paths and what refers to them, with which they go or stay.
fn with_referrers(paths: &[StorePath]) -> Result<Vec<String>, String> {
    let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
    let said = nix_store(&["--query", "--referrers-closure"], &paths)?;
    Ok(said.lines().map(str::to_owned).collect())
}

fn nix_store(words: &[&str], paths: &[String]) -> Result<String, String> {
    let mut command = Command::new("nix-store");
    let output = process::output(command.args(words).args(paths), READ_LIMIT)
        .map_err(|error| error.to_string())?;
    if output.status.is_some_and(|it| it.success()) {
        return Ok(output.stdout.into_raw());
    }
    Err(last_line(&output.stderr))
}

/// The paths that a cache has, and otherwise.
fn otherwise(here: &Closure, there: &[Closure]) -> Vec<StorePath> {
    let differs = |path: &StorePath, hash: &NarHash| {
        there.iter().filter_map(|it| it.get(path)).any(|it| it != hash)
    };
    here.iter().filter(|(path, hash)| differs(path, hash)).map(|(path, _)| path.clone()).collect()
}

pub(super) fn named(paths: &[StorePath]) -> String {
    let names: Vec<String> = paths.iter().take(NAMED).map(|it| format!("`{it}`")).collect();
    let more = paths.len().saturating_sub(NAMED);
    let and = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{and}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cache_has_otherwise_is_astray() {
        let path = |name: &str| -> StorePath {
            format!("/nix/store/00000000000000000000000000000000-{name}").parse().unwrap()
        };
        let hash = |digit: &str| format!("sha256:{}", digit.repeat(52)).parse().unwrap();
        let closure = |of: &[(&str, &str)]| -> Closure {
            of.iter().map(|(name, digit)| (path(name), hash(digit))).collect()
        };
        let here = closure(&[("a", "0"), ("b", "0"), ("c", "0")]);
        assert!(otherwise(&here, &[]).is_empty());
        assert!(otherwise(&here, std::slice::from_ref(&here)).is_empty());
        // One cache has less, and another more.
        let there = [closure(&[("a", "0")]), closure(&[("b", "1"), ("c", "0"), ("d", "1")])];
        assert_eq!(otherwise(&here, &there), [path("b")]);
        assert_eq!(named(&[path("a")]), format!("`{}`", path("a")));
        assert!(named(&["a", "b", "c", "d", "e"].map(path)).ends_with("-c` and 2 more"));
    }
}
