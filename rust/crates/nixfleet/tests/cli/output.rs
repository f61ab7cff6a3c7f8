//! Where results go: whole, or told.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::ended::{Ended, status_of};
use crate::{Fleet, INVENTORY, text};

/// A command line of each kind that has a result without Nix, and its status when it is written.
const RESULTS: [(&[&str], i32); 8] = [
    (&["list", INVENTORY], 0),
    (&["list", INVENTORY, "--format", "json"], 0),
    (&["keys", INVENTORY], 1),
    (&["validate", INVENTORY], 0),
    (&["completions", "bash"], 0),
    (&["man"], 0),
    (&["--help"], 0),
    (&["--version"], 0),
];

#[test]
#[cfg(target_os = "linux")]
fn a_result_that_reaches_nobody_is_an_error() {
    let fleet = Fleet::new("UTC");
    for (arguments, _) in RESULTS {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let child = fleet.command(arguments).stdout(full).stderr(Stdio::piped()).spawn();
        let output = child.unwrap().output_of();
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {err}");
        let told =
            "error: the result cannot be written to standard output: No space left on device";
        assert!(err.contains(told), "{arguments:?}: {err}");
    }
}

/// As `>&-` has it.
#[test]
fn a_result_that_has_nowhere_to_go_is_an_error() {
    let fleet = Fleet::new("UTC");
    for (arguments, _) in RESULTS {
        let mut shell = fleet.of_shell("exec \"$0\" \"$@\" >&-");
        let output = shell.args(arguments).output_of();
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {err}");
        let told = "error: the result cannot be written to standard output: it is closed";
        assert!(err.contains(told), "{arguments:?}: {err}");
    }
}

#[test]
fn who_reads_may_stop_reading() {
    let fleet = Fleet::new("UTC");
    for (arguments, status) in RESULTS {
        let mut command = fleet.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(status_of(&mut child).code(), Some(status), "{arguments:?}: {err}");
        assert!(!err.contains("cannot be written"), "{arguments:?}: {err}");
    }
}

#[test]
fn annotations_are_of_commands_that_find_something() {
    let fleet = Fleet::new("UTC");
    let told = "it is for `validate`, `build-vm` and `test-vm`; for programs write `--format json`";
    for command in [
        &["list"][..],
        &["keys"],
        &["doctor"],
        &["start-vm", "-h", "web-01"],
        &["stop-vm", "--all"],
        &["clean-vm", "--all", "--yes"],
        &["release", "show", "1"],
        &["man"],
    ] {
        fleet.expect(&[command, &[INVENTORY, "--format", "github"]].concat(), 2, "", told);
    }
    let output = fleet.run(&["validate", INVENTORY, "--format", "github"]);
    assert_eq!(output.status.code(), Some(0));
}

/// Programs read a document also where a command came to nothing.
#[test]
fn a_failure_is_a_document_as_well() {
    let fleet = Fleet::new("UTC");
    for command in
        [&["list"][..], &["keys"], &["release", "show", "1"], &["keys", "-h", "wbe-01", INVENTORY]]
    {
        let output = fleet.run(&[command, &["--format", "json"]].concat());
        assert_ne!(output.status.code(), Some(0), "{command:?}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["apiVersion"], 1, "{command:?}");
        let message = document["error"]["message"].as_str().unwrap();
        assert!(text(&output.stderr).contains(message), "{command:?}: {message}");
    }
}
