//! Security keys sign where they are touched, over what OpenSSH asks of one.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};

use super::{Fleet, ssh_agent};
use crate::ended::{Ended, status_of};
use crate::security_key;

/// `bob`'s and `ann`'s keys are enrolled with it, by `sh -c ENROL PROVIDER NAME …`.
const ENROL: &str = r#"rm -f "$1"*; SSH_SK_PROVIDER="$0" ssh-keygen -q -N '' -C "$1" -f "$@""#;

/// Out of a file and out of the agent, over what OpenSSH asks of a security key.
#[test]
#[ignore = "needs nix"]
fn a_security_key_signs_where_it_is_touched() {
    let fleet = Fleet::new(&["ann"], 1);
    let provider = security_key::built();
    let library = provider.to_str().unwrap();
    fleet.program("sh", &["-c", ENROL, library, "ann", "-t", "ed25519-sk"]);
    let no_touch = ["-t", "ecdsa-sk", "-O", "no-touch-required"];
    fleet.program("sh", &[&["-c", ENROL, library, "bob"], &no_touch[..]].concat());
    fleet.write(&["ann", "bob"], 1, "1.0");
    let run = |arguments: &[&str], variables: &[(&str, &str)], status: i32, part: &str| {
        let mut command = fleet.command(arguments);
        command.envs(variables.iter().copied());
        let output = command.output_of();
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8_lossy(&all);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {all}");
        assert!(all.contains(part), "{arguments:?}: no `{part}` in {all}");
    };
    let with = ("SSH_SK_PROVIDER", library);
    let away = [with, ("SECURITY_KEY_IS", "away")];
    run(&["--key", "ann", "--to", "place"], &away, 3, "`ssh-keygen` did not sign");
    run(&["--no-sign"], &[], 0, "release 1");
    let untouched = "no host would take the signature: the one by bob";
    run(&["sign", "--key", "bob"], &[with], 3, untouched);
    run(&["sign", "--key", "ann"], &[with], 0, "signed by ann");
    run(&["publish", "--to", "place"], &[], 0, "published at place");
    // `ssh-keygen` too, and a host.
    let allowed = format!("x {}", fs::read_to_string(fleet.path("ann.pub")).unwrap());
    fs::write(fleet.path("allowed"), allowed).unwrap();
    let verify = "ssh-keygen -Y verify -f allowed -I x -n nixfleet-release@1 -s place/release.json.sig <place/release.json";
    fleet.program("sh", &["-c", verify]);
    run(&["verify", "place"], &[], 0, "release 1 is good: signed by ann");

    let socket = fleet.path("agent");
    let socket = socket.to_str().unwrap();
    let mut agent = ssh_agent(Path::new(socket), &["-P", library]);
    fleet.program(
        "env",
        &[&format!("SSH_AUTH_SOCK={socket}"), "ssh-add", "-q", "-S", library, "ann"],
    );
    fs::remove_file(fleet.path("ann")).unwrap();
    run(&["--to", "place"], &[("SSH_AUTH_SOCK", socket)], 0, "waits for a touch");
    agent.kill().unwrap();
    status_of(&mut agent);
    fleet.expect(&["verify", "place"], 0, &["release 2 is good: signed by ann"]);
}

#[test]
#[ignore = "needs nix"]
fn a_security_key_that_does_not_sign_leaves_the_release_as_it_was() {
    let fleet = Fleet::new(&["ann"], 1);
    let provider = security_key::built();
    let library = provider.to_str().unwrap();
    fleet.program("sh", &["-c", ENROL, library, "ann", "-t", "ed25519-sk"]);
    let by_pin = ["-c", ENROL, library, "bob", "-t", "ecdsa-sk", "-O", "verify-required"];
    fleet.program("sh", &by_pin);
    fleet.write(&["ann", "bob"], 1, "1.0");
    fleet.expect(&["--no-sign"], 0, &["release 1"]);
    let signatures = fleet.path("home/.local/share/nixfleet/releases/demo/1/release.json.sig");
    let before = fs::read(&signatures).ok();
    let is_as_it_was = || fs::read(&signatures).ok() == before;
    let signing = |who: &str, how: &str| {
        let mut command = fleet.command(&["sign", "--key", who]);
        command.env("SSH_SK_PROVIDER", library).env("SECURITY_KEY_IS", how);
        command
    };
    for (how, part) in [
        ("away", "device not found"),
        ("pulled", "device not found"),
        ("refusing", "`ssh-keygen` did not sign: exit status: "),
        ("untouched", "the one by ann (SHA256:"),
    ] {
        let output = signing("ann", how).output_of();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(3) && said.contains(part), "{how}: {said}");
        assert_eq!(how == "untouched", said.contains("without a touch of the security key"));
        assert!(is_as_it_was(), "{how}");
    }

    // Nobody comes to touch it, and whoever waited goes.
    let mut waiting = signing("ann", "waiting");
    let mut waiting = waiting.process_group(0).stderr(Stdio::piped()).spawn().unwrap();
    let mut asked = BufReader::new(waiting.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(asked.any(|it| it.contains("Confirm user presence")));
    kill_process_group(Pid::from_child(&waiting), Signal::INT).unwrap();
    assert!(!status_of(&mut waiting).success() && is_as_it_was());
    // Whatever it had started is gone too, and holds the pipe no more.
    assert_eq!(asked.count(), 0);

    for (pin, status) in [("9999", 3), ("1234", 0)] {
        fleet.fake("askpass", &format!("echo {pin}"));
        let mut command = signing("bob", "locked");
        command.env("SSH_ASKPASS", fleet.path("bin/askpass")).env("SSH_ASKPASS_REQUIRE", "force");
        let output = command.output_of();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{pin}: {said}");
        assert_eq!(is_as_it_was(), status != 0);
    }
    fleet.expect(&["publish", "--to", "place"], 0, &["published at place"]);
    fleet.expect(&["verify", "place"], 0, &["release 1 is good: signed by bob"]);
}
