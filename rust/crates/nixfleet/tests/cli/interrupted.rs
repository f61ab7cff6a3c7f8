//! Ctrl-C in what takes minutes: it says so and what stands, and leaves nothing.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use nixfleet_nix::process::wait_until;
use rustix::process::{Pid, Signal, kill_process};

use crate::ended::Ended;
use crate::{Fleet, INVENTORY, text};

/// Longer than any machine takes to start a program.
const LONG: Duration = Duration::from_secs(60);

/// What a command says and does that is interrupted while a program of this name works.
#[track_caller]
fn interrupted(fleet: &Fleet, program: &str, arguments: &[&str], says: &str) {
    assert!(fleet.link("sleep") && fleet.link("setpriv"));
    ends(fleet, program, "exec sleep 600", arguments, says);
}

/// The same of a program that does this, once it has written down which process it is.
#[track_caller]
fn ends(fleet: &Fleet, program: &str, does: &str, arguments: &[&str], says: &str) {
    let help = r#"[ "$1" = --help ] && echo "--apply --select" && exit"#;
    fleet.program(program, &format!("{help}\necho $$ >pid; {does}"));
    let temporary = fleet.path().join("tmp");
    fs::create_dir_all(&temporary).unwrap();
    let mut tool = fleet.command(arguments);
    tool.env("TMPDIR", &temporary).stdin(Stdio::null());
    let tool = tool.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = || fs::read_to_string(fleet.path().join("pid")).unwrap_or_default();
    assert!(wait_until(LONG, || pid().ends_with('\n')), "{arguments:?} begins nothing");
    let working = pid().trim().parse().unwrap();
    kill_process(Pid::from_child(&tool), Signal::INT).unwrap();
    let output = tool.output_of();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(130), "{out}{err}");
    assert!(err.contains(says), "{out}{err}");
    assert_eq!(out, "", "{err}");
    assert!(wait_until(LONG, || crate::vm::is_gone(working)), "{arguments:?} leaves {program}");
    let left: Vec<_> = fs::read_dir(&temporary).unwrap().flatten().collect();
    assert!(left.is_empty(), "{arguments:?} leaves {left:?}");
}

#[test]
fn validate_tells_of_no_host_that_it_did_not_see() {
    for program in ["nix", "nix-eval-jobs"] {
        let fleet = Fleet::new("UTC");
        if program != "nix" {
            fleet.program("nix", "echo called >called");
        }
        let arguments = ["validate", INVENTORY, "--eval", "--jobs", "1"];
        interrupted(&fleet, program, &arguments, "error: interrupted\n");
        assert!(!fleet.path().join("called").exists(), "the next host is begun");
    }
}

/// What heeds no signal, as a Nix that waits for a disk, neither keeps the tool nor outlives it.
#[test]
fn a_nix_that_does_not_die_is_left_nowhere() {
    for program in ["nix", "nix-eval-jobs"] {
        let fleet = Fleet::new("UTC");
        if program != "nix" {
            fleet.program("nix", "echo called >called");
        }
        assert!(fleet.link("sleep") && fleet.link("setpriv"));
        let deaf = "trap '' INT TERM HUP; while :; do sleep 1; done";
        let arguments = ["validate", INVENTORY, "--eval", "--jobs", "1"];
        ends(&fleet, program, deaf, &arguments, "error: interrupted\n");
        assert!(!fleet.path().join("called").exists(), "the next host is begun");
    }
}

#[test]
fn release_says_that_there_is_none() {
    for program in ["nix", "nix-eval-jobs"] {
        let fleet = Fleet::new("UTC");
        let path = fleet.path().join("inventory.json");
        let inventory = fs::read_to_string(&path).unwrap();
        let key = crate::KEY.trim();
        let plan =
            format!(r#"{{ "apiVersion": 1, "name": "demo", "release": {{ "keys": ["{key}"] }},"#);
        fs::write(&path, inventory.replacen(r#"{ "apiVersion": 1,"#, &plan, 1)).unwrap();
        if program != "nix" {
            fleet.program("nix", "echo called >called");
        }
        let says = "error: interrupted: no release was made, and nothing was published\n";
        interrupted(&fleet, program, &["release", INVENTORY, "--no-sign"], says);
        assert!(!fleet.path().join("called").exists(), "the next host is begun");
    }
}
