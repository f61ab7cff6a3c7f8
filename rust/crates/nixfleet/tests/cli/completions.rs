//! What a shell is offered.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use crate::ended::Ended;
use crate::{Fleet, INVENTORY, text};

/// What the shell of that name gets for a line whose last word is being written.
fn offered(fleet: &Fleet, shell: &str, line: &[&str]) -> Vec<String> {
    let mut command = fleet.command(&[&["--", "nixfleet"], line].concat());
    command.env("COMPLETE", shell).env("_CLAP_IFS", "\n");
    let output = command.env("_CLAP_COMPLETE_INDEX", line.len().to_string()).output_of();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let word = |line: &str| line.split([':', '\t']).next().unwrap_or_default().to_owned();
    text(&output.stdout).lines().map(word).filter(|it| !it.is_empty()).collect()
}

#[test]
fn the_fleets_hosts_are_offered_where_a_host_is_meant() {
    let fleet = Fleet::new("UTC");
    for shell in ["bash", "zsh", "fish"] {
        for command in ["validate", "list", "keys", "test-vm", "build-vm", "start-vm", "clean-vm"] {
            let hosts = offered(&fleet, shell, &[command, INVENTORY, "-h", ""]);
            assert_eq!(hosts, ["web-01", "web-02"], "{shell} {command}");
        }
        let one = offered(&fleet, shell, &["test-vm", INVENTORY, "--host", "web-02"]);
        assert_eq!(one, ["web-02"], "{shell}");
        // A number is nobody's to guess, least of all a file's name.
        let none = offered(&fleet, shell, &["test-vm", INVENTORY, "--memory", ""]);
        assert_eq!(none, [""; 0], "{shell}");
    }
    let commands = offered(&fleet, "bash", &["tes"]);
    assert_eq!(commands, ["test-vm"]);
    let phases = offered(&fleet, "bash", &["list", "--format", ""]);
    assert_eq!(phases, ["human", "json", "github"]);
}

#[test]
fn tags_and_waves_are_offered_where_they_are_meant() {
    let fleet = Fleet::new("UTC");
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    let tagged = inventory
        .replace("\"class\"", "\"tags\": [\"web\", \"$(id)\", \"eu_1\"], \"class\"")
        .replacen(
            '{',
            r#"{ "release": { "waves": [ { "name": "canary" }, { "name": 5 }, 7 ] },"#,
            1,
        );
    fs::write(fleet.path().join("inventory.json"), tagged).unwrap();
    for command in ["deploy", "status"] {
        assert_eq!(offered(&fleet, "bash", &[command, INVENTORY, "--tag", ""]), ["eu_1", "web"]);
    }
    let wave = ["rollout", INVENTORY, "promote", "c"];
    assert_eq!(offered(&fleet, "fish", &wave), ["canary"]);
    let log = ["rollout", INVENTORY, "log", "-h", ""];
    assert_eq!(offered(&fleet, "bash", &log), ["web-01", "web-02"]);
}

/// A name that no host can have is offered to no shell, and a fleet that cannot be read is silent.
#[test]
fn no_shell_is_offered_more_than_names() {
    let fleet = Fleet::new("UTC");
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    let hostile = inventory.replace("\"web-02\":", "\"$(touch pwned)\\n`id`\":");
    fs::write(fleet.path().join("inventory.json"), hostile).unwrap();
    assert_eq!(offered(&fleet, "bash", &["list", INVENTORY, "-h", ""]), ["web-01"]);
    fleet.program("nix", "echo error: no >&2; exit 1");
    assert_eq!(offered(&fleet, "bash", &["list", "-h", ""]), [""; 0]);
}

/// A line may hold any bytes.
#[test]
fn a_word_that_is_no_text_keeps_nothing_from_being_offered() {
    let fleet = Fleet::new("UTC");
    let mut command = fleet.command(&["--", "nixfleet", "list", INVENTORY]);
    command.arg(OsStr::from_bytes(b"--flake=\xff")).args(["-h", "web-0"]);
    command.env("COMPLETE", "bash").env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_INDEX", "5");
    let output = command.output_of();
    assert_eq!(text(&output.stdout), "web-01\nweb-02", "{}", text(&output.stderr));
}

#[test]
fn bash_takes_what_completions_writes() {
    let fleet = Fleet::new("UTC");
    let script = fleet.run(&["completions", "bash"]);
    fs::write(fleet.path().join("completions"), script.stdout).unwrap();
    let tool = std::path::Path::new(env!("CARGO_BIN_EXE_nixfleet"));
    let ask = format!(
        "PATH={}:$PATH; . ./completions; complete -p nixfleet >/dev/null || exit 9
         COMP_WORDS=(nixfleet list {INVENTORY} -h ''); COMP_CWORD=4; COMP_TYPE=9
         _clap_complete_nixfleet nixfleet '' -h; printf '%s ' \"${{COMPREPLY[@]}}\"",
        tool.parent().unwrap().display()
    );
    let mut bash = Command::new("bash");
    let output = bash.args(["-c", &ask]).current_dir(fleet.path()).output_of();
    assert_eq!(text(&output.stdout).trim(), "web-01 web-02", "{}", text(&output.stderr));
}

#[test]
fn help_is_a_command_as_well() {
    let fleet = Fleet::new("UTC");
    fleet.expect(&["help"], 0, "Usage: nixfleet", "");
    fleet.expect(&["help", "test-vm"], 0, "Usage: nixfleet test-vm", "");
    fleet.expect(&["help", "tset-vm"], 2, "", "unrecognized subcommand 'tset-vm'");
}
