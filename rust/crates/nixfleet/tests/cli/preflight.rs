//! What keeps a host from being installed, before anything is built.

use std::fs;

use serde_json::Value;

use crate::ended::Ended;
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

/// Words that stand in the inventory, and what `test-vm` says before it begins when other words stand
/// in their place.
#[test]
fn what_validate_calls_an_error_stops_a_vm_in_the_same_words() {
    let private = include_str!("../../../inventory/tests/keys/ed25519").trim_end();
    let private = serde_json::to_string(private).unwrap();
    let (key, zone) = (format!("\"{}\"", crate::KEY.trim()), "\"timeZone\": \"UTC\"");
    let iso = |it: &str| format!("\"isoSshKeys\": {it}");
    let iso_keys = iso(&format!("[{key}]"));
    for (words, others, code, message) in [
        (zone, "\"timeZone\": 5".into(), "field-type-wrong", "is the number `5`"),
        (zone, "\"timeZone\": \"Mars\"".into(), "time-zone-unknown", "Mars"),
        (zone, "\"userName\": \"-oProxyCommand=x\"".into(), "user-name-invalid", "-oProxy"),
        (&iso_keys, iso(&format!("[{private}]")), "ssh-key-is-private", "private"),
        (&iso_keys, iso("[\"ssh-ed25519 AAAA\"]"), "ssh-key-malformed", "cut off"),
        (&iso_keys, iso(&key), "field-type-wrong", "isoSshKeys"),
    ] {
        let fleet = Fleet::new("UTC");
        fleet.private_half();
        let file = fleet.path().join("inventory.json");
        let inventory = fs::read_to_string(&file).unwrap();
        assert!(inventory.contains(words), "{words}");
        fs::write(&file, inventory.replacen(words, &others, 1)).unwrap();
        for command in ["test-vm", "build-vm"] {
            let output = fleet.run(&[command, INVENTORY, "-h", "web-01"]);
            let err = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{code}: {err}");
            assert!(err.contains(&format!("error[{code}]")), "{code}: {err}");
            assert!(err.contains(message), "{message}: {err}");
            assert!(!err.contains("iso-keys-missing"), "a key is there, and is none: {err}");
            assert!(!err.contains("b3BlbnNzaC1rZXk"), "a private key is shown: {err}");
        }
        // Another host is not at fault; the fleet's keys are every host's.
        let other = text(&fleet.run(&["test-vm", INVENTORY, "-h", "web-02"]).stderr);
        assert_eq!(other.contains(&format!("error[{code}]")), words != zone, "{code}: {other}");
        // What doctor says is what test-vm would do.
        let doctor = fleet.run(&["doctor", INVENTORY, "-h", "web-01"]);
        assert_eq!(doctor.status.code(), Some(3));
        assert!(text(&doctor.stdout).contains(message), "{}", text(&doctor.stdout));
    }
}

#[test]
fn a_fleet_without_hosts_for_vms_says_so() {
    let fleet = Fleet::new("UTC");
    let file = fleet.path().join("inventory.json");
    let inventory = fs::read_to_string(&file).unwrap();
    let all = ["test-vm", INVENTORY, "--all"];
    let macs = inventory.replace("x86_64-linux", "aarch64-darwin").replace("nixos", "darwin");
    fs::write(&file, macs).unwrap();
    fleet.expect(&all, 1, "", "all hosts of the fleet are Macs");
    fs::write(&file, r#"{ "apiVersion": 1, "isoSshKeys": [], "hosts": { } }"#).unwrap();
    fleet.expect(&all, 1, "", "the fleet has no hosts");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_anything_is_built() {
    let fleet = Fleet::new("UTC");
    fs::write(fleet.path().join("file"), "").unwrap();
    let mut command = fleet.command(&["test-vm", INVENTORY, "-h", "web-01"]);
    let output = command.env("XDG_DATA_HOME", fleet.path().join("file/data")).output_of();
    let err = text(&output.stderr);
    assert!(err.contains("error[folder-unwritable]") && err.contains("is no folder"), "{err}");
}
