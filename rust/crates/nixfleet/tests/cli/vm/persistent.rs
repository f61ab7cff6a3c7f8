//! What the commands for VMs that stay refuse.

use std::fs;
use std::io::Write;
use std::process::{Command, ExitStatus, Stdio};

use super::{firmware, fleet, wait_until};
use crate::ended::{Ended, status_of};
use crate::{Fleet, INVENTORY, text};

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
    fleet.expect(&["stop-vm", "-h", "web-01"], 0, "web-01: there is no VM\n", "");
    let twice = fleet.run(&["stop-vm", "-h", "web-01", "-h", "web-01"]);
    assert_eq!(text(&twice.stdout), "web-01: there is no VM\n");
    fleet.expect(&["clean-vm", "-h", "web-01"], 0, "web-01: there was nothing to remove\n", "");
}

#[test]
fn nothing_is_deleted_without_a_word_from_the_user() {
    let fleet = fleet();
    fleet.program("nix", "exit 1");
    let build = ["build-vm", INVENTORY, "-h", "web-01"];
    fleet.command(&build).envs(firmware(&fleet)).output_of();
    let vms = fleet.path().join(".local/share/nixfleet/vms");
    let fleets: Vec<_> = fs::read_dir(vms).unwrap().map(|it| it.unwrap().path()).collect();
    let folder = fleets[0].join("web-01");
    assert!(folder.exists());
    // Standard input is no terminal here.
    let output = fleet.run(&["clean-vm", "-h", "web-01"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("help: give `--yes`"));
    assert!(folder.exists());
    // The `script` of macOS has other arguments.
    if cfg!(target_os = "linux") {
        assert_eq!(at_a_terminal(&fleet, "clean-vm -h web-01", "\u{3}").code(), Some(130));
        assert!(folder.exists());
    }
    fleet.expect(&["clean-vm", "-h", "web-01", "--yes"], 0, "web-01: removed\n", "");
    assert!(!folder.exists());
}

/// How a command ends at whose question somebody types.
fn at_a_terminal(fleet: &Fleet, command: &str, typed: &str) -> ExitStatus {
    let tool = env!("CARGO_BIN_EXE_nixfleet");
    let log = fleet.path().join("typed");
    let mut script = Command::new("script");
    script.args(["-qefc", &format!("exec '{tool}' {command}")]).arg(&log);
    script.current_dir(fleet.path()).env("HOME", fleet.path());
    for name in ["XDG_DATA_HOME", "COMPLETE", "CLICOLOR_FORCE"] {
        script.env_remove(name);
    }
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let asked = || fs::read_to_string(&log).unwrap_or_default().contains("[y/N]");
    wait_until("nothing is asked", asked);
    let mut keyboard = child.stdin.take().unwrap();
    write!(keyboard, "{typed}").unwrap();
    // A second answer, for a tool that takes no heed of the first.
    writeln!(keyboard, "n").unwrap();
    status_of(&mut child)
}
