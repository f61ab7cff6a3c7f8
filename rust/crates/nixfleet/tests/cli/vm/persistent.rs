//! What the commands for VMs that stay refuse.

use std::fs;

use super::{firmware, fleet};
use crate::{INVENTORY, text};

#[test]
fn ssh_logs_in_to_one_host() {
    let arguments = ["start-vm", "-h", "web-01", "-h", "web-02", "--ssh"];
    fleet().expect(&arguments, 2, "", "`--ssh` logs in to one host");
}

#[test]
fn what_was_never_built_is_not_started_and_need_not_be_stopped() {
    let fleet = fleet();
    let output = fleet.run(&["start-vm", "-h", "web-01"]);
    assert_eq!(output.status.code(), Some(3));
    let missing = "error: web-01: there is no VM yet: `nixfleet build-vm -h web-01` makes it\n";
    assert_eq!(text(&output.stderr), missing);
    fleet.expect(&["stop-vm", "-h", "web-01"], 0, "web-01: was not running\n", "");
    let twice = fleet.run(&["stop-vm", "-h", "web-01", "-h", "web-01"]);
    assert_eq!(text(&twice.stdout), "web-01: was not running\n");
    fleet.expect(&["clean-vm", "-h", "web-01"], 0, "web-01: there was nothing to remove\n", "");
}

#[test]
fn nothing_is_deleted_without_a_word_from_the_user() {
    let fleet = fleet();
    fleet.program("nix", "exit 1");
    let build = ["build-vm", INVENTORY, "-h", "web-01"];
    fleet.command(&build).envs(firmware(&fleet)).output().unwrap();
    let vms = fleet.path().join(".local/share/nixfleet/vms");
    let fleets: Vec<_> = fs::read_dir(vms).unwrap().map(|it| it.unwrap().path()).collect();
    let folder = fleets[0].join("web-01");
    assert!(folder.exists());
    // Standard input is no terminal here.
    let output = fleet.run(&["clean-vm", "-h", "web-01"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("help: give `--yes`"));
    assert!(folder.exists());
    fleet.expect(&["clean-vm", "-h", "web-01", "--yes"], 0, "web-01: removed\n", "");
    assert!(!folder.exists());
}
