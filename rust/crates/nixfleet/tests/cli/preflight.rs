//! What keeps a host from being installed, before anything is built.

use std::fs;

use serde_json::Value;

use crate::{Fleet, INVENTORY, text};

/// A fleet whose keys are written at a place that the inventory tells, as Nix does: in the store.
pub fn fleet_with_a_position() -> Fleet {
    let fleet = Fleet::new("Mars/Olympus");
    let store = "/nix/store/00000000000000000000000000000000-source";
    let place = format!(r#"{{ "file": "{store}/hosts/web.nix", "line": 2, "column": 3 }}"#);
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    let inventory = inventory
        .replace(r#""hosts":"#, &format!(r#""positions": {{ "isoSshKeys": {place} }}, "hosts":"#))
        .replace(
            r#""hostSpec":"#,
            &format!(r#""positions": {{ "hostSpec.timeZone": {place} }}, "hostSpec":"#),
        );
    fs::write(fleet.path().join("inventory.json"), inventory).unwrap();
    fs::create_dir(fleet.path().join("hosts")).unwrap();
    fs::write(fleet.path().join("hosts/web.nix"), "{\n  keys = [ ];\n}\n").unwrap();
    fleet
}

#[test]
fn faults_have_the_places_that_validate_tells() {
    let fleet = fleet_with_a_position();
    let json = |arguments: &[&str]| -> Value {
        let output = fleet.run(&[arguments, &[INVENTORY, "--format", "json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let place = |document: &Value, code: &str| {
        let faults = document["faults"].as_array().unwrap();
        let fault = faults.iter().find(|it| it["code"] == code).unwrap();
        ["file", "line", "column"].map(|it| fault[it].to_string())
    };
    let validate = json(&["validate"]);
    let test = json(&["test-vm", "-h", "web-01"]);
    assert_eq!(place(&test, "iso-key-not-local"), ["\"hosts/web.nix\"", "2", "3"]);
    assert_eq!(place(&test, "iso-key-not-local"), place(&validate, "time-zone-unknown"));
    let keys = |document: &Value| {
        let fault = document["faults"][0].as_object().unwrap();
        fault.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(keys(&test), keys(&validate));
}

#[test]
fn faults_show_the_line_in_the_working_tree() {
    let fleet = fleet_with_a_position();
    let output = fleet.run(&["test-vm", INVENTORY, "-h", "web-01"]);
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("error[iso-key-not-local]"), "{err}");
    assert!(err.contains("--> hosts/web.nix:2:3") && err.contains("keys = [ ];"), "{err}");
    let output = fleet.run(&["test-vm", INVENTORY, "-h", "web-01", "--format", "github"]);
    let out = text(&output.stdout);
    assert!(
        out.contains("::error file=hosts/web.nix,line=2,col=3,title=iso-key-not-local"),
        "{out}"
    );
}
