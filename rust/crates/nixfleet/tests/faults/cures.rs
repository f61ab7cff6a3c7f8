//! Each fault's cure works: what its help names is done in a copy of the fleet, by the folder's
//! `cure`, and the fleet is without a fault.
//!
//! A cure is a few lines of shell, run in the copy. It is given the texts in backticks of the help as
//! `$1`, `$2` and so on, so that it is the message's own words that are tried, and says no more than
//! where they belong:
//!
//! - `write TEXT` puts it in place of the name or the quoted text that the fault is shown at;
//! - `edit SCRIPT [FILE]` is `sed` over the file of the fault, or another;
//! - `$KEY` is a public SSH key, where the help says `ssh-ed25519 AAAA…`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{can_be_evaluated, copy_fleet, evaluating, folders, name, recorded, takes_evaluation};
use super::{validate, validate_copy};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh me@laptop";

const SHELL: &str = r#"
edit() {
  sed "$1" "${2:-$FILE}" >"$TMP"
  ! cmp -s "$TMP" "${2:-$FILE}" || { echo "it changes nothing: $1" >&2; exit 1; }
  cat "$TMP" >"${2:-$FILE}"
}
write() {
  bare=${1#\"}
  bare=${bare%\"}
  before="^\(.\{$((COLUMN - 1))\}\)"
  edit "$LINE{s|$before\"[^\"]*\"|\1\"$bare\"|;t
    s|$before[A-Za-z0-9_'.-]*|\1$1|}"
}
"#;

/// Does what a fault's help says, in a copy of its fleet.
fn cure(folder: &Path, copy: &Path) -> Result<(), String> {
    let script = fs::read_to_string(folder.join("cure")).map_err(|_| "it has no `cure`".to_owned());
    let report: Value = serde_json::from_str(&validate(folder, "json")).unwrap();
    let fault = &report["faults"][0];
    let help = fault["help"].as_str().ok_or("it has no help")?;
    let mut shell = Command::new("sh");
    shell.args(["-euc", &format!("{SHELL}\n{}", script?), "cure"]).current_dir(copy);
    shell.args(help.split('`').skip(1).step_by(2));
    shell.env("FILE", fault["file"].as_str().unwrap());
    shell.env("LINE", fault["line"].to_string()).env("COLUMN", fault["column"].to_string());
    shell.env("KEY", KEY).env("TMP", copy.with_extension("edited"));
    let output = shell.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(format!("the cure failed: {error}")) }
}

/// The inventory of each of these fleets, by one call of Nix.
fn inventories(fleets: &Path, names: &[&str]) -> BTreeMap<String, Value> {
    let own = super::faults().join("inventory.nix");
    let expression = format!(
        "builtins.listToAttrs (map (fault: {{ name = fault; value = import {} {{ inherit fault; \
         fleets = {}; }}; }}) [ {} ])",
        own.display(),
        fleets.display(),
        names.iter().map(|it| format!("\"{it}\"")).collect::<Vec<_>>().join(" ")
    );
    let output = Command::new("nix")
        .args(["--extra-experimental-features", "nix-command", "eval", "--json", "--impure"])
        .args(["--expr", &expression])
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// What is still wrong with each of these fleets after its cure.
fn uncured(is_asked: impl Fn(&Path) -> bool) -> Vec<String> {
    let fleets = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    let mut cured = Vec::new();
    for folder in folders().into_iter().filter(|it| is_asked(it)) {
        let copy = fleets.path().join(name(&folder));
        fs::create_dir(&copy).unwrap();
        copy_fleet(&folder, &copy);
        match cure(&folder, &copy) {
            Ok(()) => cured.push(folder),
            Err(error) => wrong.push(format!("{}: {error}", name(&folder))),
        }
    }
    let names: Vec<&str> = cured.iter().map(|it| name(it)).collect();
    let inventories = inventories(fleets.path(), &names);
    for folder in &cured {
        let copy = fleets.path().join(name(folder));
        fs::write(copy.join("inventory.json"), inventories[name(folder)].to_string()).unwrap();
        let nix = if takes_evaluation(folder) {
            evaluating(fleets.path(), &copy)
        } else {
            recorded(folder)
        };
        let report = validate_copy(&copy, "human", &nix);
        if !report.contains("no faults") {
            wrong.push(format!("{}: {report}", name(folder)));
        }
    }
    wrong
}

#[test]
#[ignore = "needs nix"]
fn each_works() {
    let wrong = uncured(|it| !takes_evaluation(it));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs nix and NIXFLEET_INPUTS"]
fn with_inputs_each_works_where_it_takes_an_evaluation() {
    let wrong = uncured(can_be_evaluated);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
