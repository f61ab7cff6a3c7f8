//! Command lines and failures: exit statuses, and what goes where.

use std::fs;

use crate::{Fleet, INVENTORY, text};

#[test]
fn a_wrong_command_line_is_status_2() {
    Fleet::new("UTC").expect(&["valdate"], 2, "", "a similar subcommand exists: 'validate'");
}

#[test]
fn a_host_without_its_flag_is_told_of_the_flag() {
    Fleet::new("UTC").expect(&["validate", "web-01"], 2, "", "a host is named by '-h web-01'");
}

#[test]
fn an_unknown_host_is_status_2_and_the_nearest_is_proposed() {
    let message = "the fleet has no host `web-1`; did you mean `web-01`?";
    Fleet::new("UTC").expect(&["validate", INVENTORY, "-h", "web-1"], 2, "", message);
}

#[test]
fn a_missing_nix_is_status_3() {
    Fleet::new("UTC").expect(&["validate"], 3, "", "`nix` is not on PATH");
}

#[test]
fn a_missing_flake_is_status_3() {
    Fleet::new("UTC").expect(
        &["list", "--flake", "/nowhere"],
        3,
        "",
        "no `flake.nix` in `/nowhere`",
    );
}

#[test]
fn a_failure_of_nix_is_cut_to_its_cause() {
    let fleet = Fleet::new("UTC");
    fleet.program(
        "nix",
        "echo 'error:\n       … while calling x\n         at /a.nix:1:2:\n\n       error: \
         undefined variable \u{27}foo\u{27}' >&2; exit 1"
            .replace("'foo'", "foo")
            .as_str(),
    );
    fleet.expect(&["list"], 3, "", "error: undefined variable foo\n");
    fleet.expect(&["list", "--show-trace"], 3, "", "while calling x");
    // It is the fleet's, so it is a fault like others.
    fleet.expect(&["validate"], 1, "error[evaluation-failed]: undefined variable foo\n", "");
    let output = fleet.run(&["validate", "--show-trace"]);
    assert!(text(&output.stderr).contains("while calling x"));
}

#[test]
fn an_option_that_the_fleets_flake_sets_wrongly_is_shown_at_its_line() {
    let fleet = Fleet::new("UTC");
    let flake = fleet.path().canonicalize().unwrap().join("flake.nix");
    fs::write(&flake, "{\n  nixfleet.host = { };\n}\n").unwrap();
    // As flake-parts says it.
    let says = format!(
        "cat >&2 <<'END'\nerror: The option `nixfleet.host' does not exist. Definition values:\n\
         \x20      - In `{}': {{ }}\nEND\nexit 1",
        flake.display()
    );
    assert!(fleet.link("cat"));
    fleet.program("nix", &says);
    fleet.expect(&["validate"], 1, "--> flake.nix:2:3", "");
    fleet.expect(&["list"], 3, "", "--> flake.nix:2:3");
}

/// Programs read one document, whatever happens; what is no fault of the fleet has status 3.
#[test]
fn json_and_github_are_never_empty() {
    let fleet = Fleet::new("UTC");
    let network = "error: unable to download 'https://x': Could not resolve host: x (6)";
    fleet.program("nix", &format!("echo \"{network}\" >&2; exit 1"));
    for (arguments, status) in [
        (&["validate"][..], 3),
        (&["validate", "--inventory", "nothing.json"], 3),
        (&["validate", "--flake", "/nonexistent"], 3),
        (&["validate", "--inventory", "inventory.json", "-h", "wbe-01"], 2),
        (&["validate", "--inventory", "inventory.json", "--eval"], 3),
    ] {
        let json = fleet.run(&[arguments, &["--format", "json"]].concat());
        assert_eq!(json.status.code(), Some(status), "{arguments:?}");
        let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        assert!(!text(&json.stderr).is_empty(), "{arguments:?}");
        if !arguments.contains(&"--eval") {
            assert_eq!(report["faults"][0]["code"], "fleet-unreadable", "{arguments:?}");
            let github = fleet.run(&[arguments, &["--format", "github"]].concat());
            assert!(text(&github.stdout).starts_with("::error "), "{arguments:?}");
        }
    }
    // The network is told once, and is no fault of a host.
    let output = fleet.run(&["validate", "--inventory", "inventory.json", "--eval"]);
    assert_eq!(text(&output.stderr).matches("unable to download").count(), 1);
    assert!(text(&output.stdout).starts_with("2 hosts, no faults"), "{}", text(&output.stdout));
}

#[test]
fn help_is_long_only_since_h_is_the_host() {
    let fleet = Fleet::new("UTC");
    fleet.expect(&["validate", "-h"], 2, "", "a value is required for '--host <HOST>'");
    fleet.expect(&["validate", "--help"], 0, "Usage: nixfleet validate", "");
}

#[test]
fn extra_files_that_are_not_there_are_told_before_anything_is_built() {
    let arguments = ["build-vm", "-h", "web-01", "--extra-files", "nowhere"];
    let told = "invalid value 'nowhere' for '--extra-files <DIR>': there is no such folder";
    Fleet::new("UTC").expect(&arguments, 2, "", told);
}

#[test]
fn a_limit_is_for_a_phase_that_waits() {
    let fleet = Fleet::new("UTC");
    for given in ["boot=5", "nap=5"] {
        let told = "no phase of that name waits for anything; there are preflight, build, wait-ins";
        fleet.expect(&["test-vm", "-h", "web-01", "--limit", given], 2, "", told);
    }
}

#[test]
fn a_newer_inventory_says_to_update() {
    let fleet = Fleet::new("UTC");
    fs::write(fleet.path().join("inventory.json"), r#"{ "apiVersion": 2 }"#).unwrap();
    fleet.expect(&["validate", INVENTORY], 3, "", "has apiVersion 2, and this `nixfleet` reads 1");
}
