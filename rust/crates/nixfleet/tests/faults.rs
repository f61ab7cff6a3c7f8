//! Every fault as people see it. A folder of `faults` is named after the fault's code, and has a
//! fleet with that fault alone, the inventory that Nix makes of it, and the tool's message, which
//! the fault's page in the docs shows. `faults/update` writes the latter two.
//!
//! A fault that takes an evaluation also has what Nix answers, in `answer.json`, or the error that it
//! ends with, in `error.txt`. `untracked` names files that git is not told of, `ignored` those of
//! them that it is to ignore; `place` names the file that the fault is in, where it is none of the
//! fleet's own; `X.nix.broken` is a file
//! `X.nix` that no formatter could read; `captured` says why the whole of nixpkgs alone ends with the
//! error, and by which that was. A second fleet with a
//! fault is in a folder `CODE.WHAT`. What ends the fault, by the words of its help, is in `cure`.

#[path = "faults/cures.rs"]
mod cures;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;

fn faults() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults")
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(faults()).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(folder: &Path) -> &str {
    folder.file_name().unwrap().to_str().unwrap()
}

/// The code that a folder has a fault of.
fn code(folder: &Path) -> &str {
    name(folder).split('.').next().unwrap()
}

fn takes_evaluation(folder: &Path) -> bool {
    folder.join("answer.json").exists() || folder.join("error.txt").exists()
}

/// Whether the nixpkgs that the tests take can show it.
fn can_be_evaluated(folder: &Path) -> bool {
    takes_evaluation(folder) && !folder.join("captured").exists()
}

/// A `nix` that has the folder's answer.
fn recorded(folder: &Path) -> String {
    let (file, end) = if folder.join("answer.json").exists() {
        ("answer.json", "")
    } else {
        ("error.txt", " >&2; exit 1")
    };
    let path = folder.join(file);
    // It is alone on its PATH.
    let show =
        "{ while IFS= read -r line; do printf '%s\\n' \"$line\"; done; printf %s \"$line\"; }";
    format!("{show} <'{}'{end}", path.display())
}

/// A `nix` that evaluates the fleet of a folder among these.
fn evaluating(fleets: &Path, folder: &Path) -> String {
    let program = faults().join("evaluate");
    let path = std::env::var("PATH").unwrap();
    let (program, fleets) = (program.display(), fleets.display());
    format!("PATH='{path}' exec '{program}' '{}' '{fleets}' \"$@\"", name(folder))
}

/// What `validate` writes about a folder's inventory, with that program as `nix`.
fn validate_with(folder: &Path, format: &str, nix: &str) -> String {
    let copy = tempfile::tempdir().unwrap();
    copy_fleet(folder, copy.path());
    validate_copy(copy.path(), format, nix)
}

/// What `validate` writes about the inventory in a copy of a folder.
fn validate_copy(folder: &Path, format: &str, nix: &str) -> String {
    let bin = tempfile::tempdir().unwrap();
    let program = bin.path().join("nix");
    fs::write(&program, format!("#!/bin/sh\n{nix}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = cargo_bin_cmd!("nixfleet");
    command.current_dir(folder).args(["validate", "--inventory", "inventory.json"]);
    command.args(["--format", format]).env("COLUMNS", "100");
    command.env_remove("CLICOLOR_FORCE").env_remove("COMPLETE");
    if !folder.join(".git").exists() {
        command.args(["--flake", "path:."]);
    }
    if takes_evaluation(folder) {
        let arguments = fs::read_to_string(folder.join("arguments")).unwrap_or_default();
        let arguments = arguments.split_whitespace();
        command.arg("--eval").args(arguments).env("PATH", bin.path());
    }
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap()
}

/// Copies a folder's fleet: broken files get their name, and git tracks what the folder says.
fn copy_fleet(folder: &Path, copy: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        fs::copy(entry.path(), copy.join(name.trim_end_matches(".broken"))).unwrap();
    }
    let Ok(untracked) = fs::read_to_string(folder.join("untracked")) else { return };
    let git = |arguments: &[&str]| {
        let status = Command::new("git").args(arguments).current_dir(copy).status();
        assert!(status.unwrap().success(), "git {arguments:?}");
    };
    git(&["init", "--quiet"]);
    let ignored = fs::read_to_string(folder.join("ignored")).unwrap_or_default();
    fs::write(copy.join(".git/info/exclude"), ignored).unwrap();
    for name in fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name()) {
        let name = name.to_str().unwrap();
        if !untracked.lines().any(|it| it == name) {
            git(&["add", name]);
        }
    }
}

fn validate(folder: &Path, format: &str) -> String {
    validate_with(folder, format, &recorded(folder))
}

#[test]
fn every_fault_has_its_message() {
    for folder in folders() {
        insta::with_settings!({
            snapshot_path => &folder,
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!("message", validate(&folder, "human"));
        });
    }
}

#[test]
fn every_fleet_has_the_one_fault_that_its_folder_is_named_after() {
    for folder in folders() {
        let report: Value = serde_json::from_str(&validate(&folder, "json")).unwrap();
        let faults = report["faults"].as_array().unwrap();
        let codes: Vec<&str> = faults.iter().map(|it| it["code"].as_str().unwrap()).collect();
        assert_eq!(codes, [code(&folder)]);
        let place = fs::read_to_string(folder.join("place"));
        let own = place.as_deref().map_or("web.nix", str::trim);
        let is_there = |name: &str| folder.join(name).exists();
        let file = if is_there(own) || is_there("web.nix.broken") { own } else { "fleet.nix" };
        assert_eq!(faults[0]["file"], file, "{codes:?}");
    }
}

#[test]
#[ignore = "needs nix"]
fn every_inventory_is_what_nix_makes_of_its_fleet() {
    for folder in folders() {
        let expression = format!("import ./inventory.nix {{ fault = \"{}\"; }}", name(&folder));
        let output = Command::new("nix")
            .args(["--extra-experimental-features", "nix-command", "eval", "--json", "--impure"])
            .args(["--expr", &expression])
            .current_dir(folder.parent().unwrap())
            .output()
            .unwrap();
        let stored = fs::read(folder.join("inventory.json")).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim(),
            String::from_utf8_lossy(&stored).trim(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
#[ignore = "needs nix and NIXFLEET_INPUTS"]
fn with_inputs_every_evaluation_is_what_nix_makes_of_its_fleet() {
    for folder in folders().into_iter().filter(|folder| can_be_evaluated(folder)) {
        let found = validate_with(&folder, "human", &evaluating(&faults(), &folder));
        assert_eq!(found, validate(&folder, "human"), "{}", folder.display());
    }
}
