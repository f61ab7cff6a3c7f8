//! Every fault as people see it. A folder of `faults` is named after the fault's code, and has a
//! fleet with that fault alone, the inventory that Nix makes of it, and the tool's message, which
//! the fault's page in the docs shows. `faults/update` writes the latter two.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;

fn folders() -> Vec<PathBuf> {
    let faults = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
    let entries = fs::read_dir(faults).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(folder: &Path) -> &str {
    folder.file_name().unwrap().to_str().unwrap()
}

/// What `validate` writes about a folder's inventory.
fn validate(folder: &Path, format: &str) -> String {
    let output = cargo_bin_cmd!("nixfleet")
        .current_dir(folder)
        .args([
            "validate",
            "--inventory",
            "inventory.json",
            "--flake",
            "path:.",
            "--format",
            format,
        ])
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
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
        assert_eq!(codes, [name(&folder)]);
        assert_eq!(faults[0]["file"], "fleet.nix", "{codes:?}");
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
