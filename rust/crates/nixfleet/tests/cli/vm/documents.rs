//! What programs read of the VM commands, and what a name that is nobody's is told.

use std::fs;

use serde_json::Value;

use super::fleet;
use crate::ended::Ended;
use crate::{Fleet, INVENTORY, text};

fn folder(fleet: &Fleet) -> std::path::PathBuf {
    fleet.program("nix", "exit 1");
    let build = ["build-vm", INVENTORY, "-h", "web-01"];
    fleet.command(&build).envs(super::firmware(fleet)).output_of();
    let vms = fleet.path().join(".local/share/nixfleet/vms");
    let fleets: Vec<_> = fs::read_dir(vms).unwrap().map(|it| it.unwrap().path()).collect();
    fleets[0].join("web-01")
}

#[test]
fn each_command_writes_one_document() {
    let fleet = fleet();
    folder(&fleet);
    let both = ["-h", "web-01", "-h", "web-02"];
    for (command, which) in [
        (&["start-vm"][..], &both[..]),
        (&["start-vm"], &["--all"]),
        (&["stop-vm"], &both),
        (&["stop-vm"], &["--all"]),
        (&["clean-vm", "--yes"], &both),
        (&["clean-vm", "--yes"], &["--all"]),
    ] {
        let output = fleet.run(&[command, which, &[INVENTORY, "--format", "json"]].concat());
        let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{command:?} {which:?}: {error}: {}", text(&output.stdout))
        });
        assert_eq!(document["apiVersion"], 1);
        let hosts = document["hosts"].as_array().unwrap();
        for host in hosts {
            assert!(host["result"].is_string() || host["error"]["message"].is_string(), "{host}");
        }
        assert_eq!(hosts.len(), if which == both { 2 } else { hosts.len().min(1) });
        assert_eq!(output.status.success(), hosts.iter().all(|it| it["error"].is_null()));
    }
}

#[test]
fn a_host_that_is_nobodys_is_told_with_the_nearest() {
    let fleet = fleet();
    let told = "the fleet has no host `wbe-01`; did you mean `web-01`?";
    for command in [&["start-vm"][..], &["stop-vm"], &["clean-vm", "--yes"]] {
        fleet.expect(&[command, &["-h", "wbe-01", INVENTORY]].concat(), 2, "", told);
    }
    for command in ["build-vm", "test-vm"] {
        let err = fleet.run(&[command, "-h", "wbe-01", INVENTORY]);
        let err = text(&err.stderr);
        assert!(
            err.contains("no host `wbe-01`") && err.contains("did you mean `web-01`?"),
            "{err}"
        );
    }
    // A fleet that can't be read any more still has its VMs.
    folder(&fleet);
    fleet.expect(&["stop-vm", "-h", "web-01"], 0, "web-01: was not running\n", "");
    fleet.expect(&["stop-vm", "-h", "wbe-01"], 2, "", told);
    fleet.expect(&["stop-vm", "-h", "mail"], 0, "mail: there is no VM\n", "");
}

/// What an earlier or a broken version wrote down.
#[test]
fn no_number_in_a_record_stops_the_list() {
    let fleet = fleet();
    let folder = folder(&fleet);
    fs::create_dir_all(&folder).unwrap();
    let huge = "99999999999999999999999999999999999999999999999999";
    for record in ["vm.json", "last-test.json", "install.json"] {
        for number in [huge, "-1", "1e999", "18446744073709551615"] {
            let json = format!(
                r#"{{ "memory": {number}, "cores": {number}, "port": {number}, "made": {number},
                     "disks": {number}, "passed": true, "finished": {number}, "seconds": {number},
                     "machine": {{ "cards": {number} }} }}"#
            );
            fs::write(folder.join(record), json).unwrap();
            for format in ["human", "json"] {
                let output = fleet.run(&["list", INVENTORY, "--format", format]);
                let err = text(&output.stderr);
                assert_eq!(output.status.code(), Some(0), "{record} {number}: {err}");
            }
        }
        fs::remove_file(folder.join(record)).unwrap();
    }
}
