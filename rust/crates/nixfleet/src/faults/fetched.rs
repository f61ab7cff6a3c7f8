//! The input that Nix could not fetch, and where `flake.nix` names it.

use std::collections::{HashSet, VecDeque};
use std::path::Path;

use nixfleet_nix::{Cause, Position};
use serde_json::Value;

use crate::faults::source::{LONGEST, Tree, parse, position_of, read, with_room};
use crate::faults::survey::urls_of_inputs;
use crate::text::quote::quote;
use nixfleet_text::{read_file, word};

/// An input as its author has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Input {
    /// By the names that `--override-input` takes, such as `nixfleet/disko`.
    pub path: String,
    /// Where its URL is written, or that of the input which it is one of.
    pub position: Position,
}

/// What to do where it cannot be fetched.
pub fn help(input: &Input) -> String {
    let option = format!("--override-input {} path:FOLDER", word(&input.path));
    format!(
        "see that this machine reaches it, and run it again; without a network {} takes a copy of it \
         that is here",
        quote(&option)
    )
}

/// The input that Nix was fetching when it failed.
pub fn input(cause: &Cause, tree: &Tree) -> Option<Input> {
    if cause.inputs.is_empty() || !cause.is_outside() {
        return None;
    }
    let flake = tree.root()?.join(tree.flake_file()?);
    let lock = read_file(&tree.lock_file()?, LONGEST).ok();
    let lock = lock.and_then(|it| serde_json::from_slice(&it).ok()).unwrap_or_default();
    with_room(|| of_flake(cause, &flake, &lock)).flatten()
}

fn of_flake(cause: &Cause, flake: &Path, lock: &Value) -> Option<Input> {
    let text = read(flake)?;
    let all = parse(&text).ok()?;
    cause.inputs.iter().rev().find_map(|named| {
        urls_of_inputs(&all).find_map(|(name, url, entry)| {
            let is_it = named == name || is_of(named, url);
            let inner = named.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
            let path = if is_it { name.to_owned() } else { named.clone() };
            let locked = || locked(named, lock).filter(|it| it.split('/').next() == Some(name));
            let path = if is_it || inner { Some(path) } else { locked() };
            let position = position_of(flake, &text, entry.span().start);
            Some(Input { path: path?, position })
        })
    })
}

/// Whether a reference is of what a URL names: `github:a/b/REVISION?narHash=…` of `github:a/b/branch`.
fn is_of(reference: &str, url: &str) -> bool {
    let bare = |text: &str| text.split('?').next().unwrap_or_default().to_owned();
    let (reference, url) = (bare(reference), bare(url));
    if ["github:", "gitlab:", "sourcehut:"].iter().any(|it| url.starts_with(it)) {
        let repository = |it: &str| it.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
        return repository(&reference) == repository(&url);
    }
    reference == url
}

/// The names that lead to what is locked to a reference, from the flake on.
fn locked(reference: &str, lock: &Value) -> Option<String> {
    let nodes = lock["nodes"].as_object()?;
    let is_it = |node: &str| {
        let revision = nodes.get(node).and_then(|it| it["locked"]["rev"].as_str());
        revision.is_some_and(|it| reference.contains(it))
    };
    let root = lock["root"].as_str()?;
    let (mut seen, mut open) = (HashSet::new(), VecDeque::from([(root, String::new())]));
    while let Some((node, path)) = open.pop_front() {
        if is_it(node) {
            return Some(path);
        }
        if seen.insert(node) {
            let inputs = nodes.get(node).and_then(|it| it["inputs"].as_object());
            for (name, input) in inputs.into_iter().flatten() {
                // One that follows another is found by that.
                let Some(inner) = input.as_str() else { continue };
                let slash = if path.is_empty() { "" } else { "/" };
                open.push_back((inner, format!("{path}{slash}{name}")));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::fs;

    use nixfleet_inventory::Flake;

    use super::*;

    #[test]
    fn an_input_is_found_where_its_url_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let flake = "{\n  inputs = {\n    disko = {\n      url = \"github:a/disko\"; };\n    lib.url = \"github:a/lib/main\";\n  };\n  inputs.own.url = \"git+https://x/own?ref=y\";\n}";
        fs::write(folder.path().join("flake.nix"), flake).unwrap();
        let lock = r#"{ "root": "r", "nodes": {
            "r": { "inputs": { "lib": "l", "disko": "d", "n": ["lib"] } },
            "l": { "inputs": { "deep": "x" } }, "d": {}, "x": { "locked": { "rev": "0123abc" } } } }"#;
        fs::write(folder.path().join("flake.lock"), lock).unwrap();
        let tree = Tree::new(&Flake::new(folder.path().to_str().unwrap()));
        let find = |inputs: &[&str]| {
            let inputs = inputs.iter().map(|it| (*it).to_owned()).collect();
            let message = "unable to download 'https://x'".to_owned();
            let found = input(&Cause { message, inputs, ..Cause::default() }, &tree);
            found.map(|it| (it.path, it.position.line))
        };
        let is = |path: &str, line| Some((path.to_owned(), line));
        assert_eq!(find(&["disko", "github:a/disko"]), is("disko", 4));
        assert_eq!(find(&["github:a/lib/0f?narHash=x"]), is("lib", 5));
        assert_eq!(find(&["git+https://x/own?rev=0"]), is("own", 7));
        assert_eq!(find(&["lib/deep"]), is("lib/deep", 5));
        assert_eq!(find(&["github:b/deep/0123abc"]), is("lib/deep", 5));
        assert_eq!(find(&["github:b/other/77"]), None);
    }
}
