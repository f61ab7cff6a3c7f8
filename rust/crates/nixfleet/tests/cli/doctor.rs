//! `doctor`: what this machine lacks, and whether a target can be installed.

mod target;

use std::fs;

use crate::ended::Ended;
use crate::{Fleet, INVENTORY, text};

#[test]
fn doctor_tells_what_is_lacking() {
    let fleet = Fleet::new("UTC");
    fleet.expect(&["doctor"], 3, "lacking  nix: not on PATH", "");
    fleet.expect(&["doctor"], 3, "lacking  qemu-img: not on PATH", "");
    let output = fleet.run(&["doctor"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("https://nixos.org/download").count(), 1, "{text}");
    let target = ["doctor", "--target", "root@127.0.0.1"];
    Fleet::new("UTC").expect(&target, 3, "lacking  ssh: `ssh` does not start", "");
}

/// A Nix that ends as a script has it, and what is to be told of it.
#[test]
fn doctor_tells_a_nix_that_fails_dies_writes_something_else_or_hangs() {
    let good = r#"case "$*" in
  *--version*) echo 'nix (Nix) 2.26.3' ;;
  *config*) echo 'flakes nix-command' ;;
  *store*) ;;
  *) SCRIPT ;;
esac"#;
    let of_fleet = |script: &str| good.replace("SCRIPT", script);
    for (script, says, helps) in [
        (
            "exit 3".to_owned(),
            "nix: `nix --version` failed with status 3 and said nothing",
            "by hand",
        ),
        (
            "echo error: no libstdc++ >&2; exit 127".to_owned(),
            "nix: `nix --version` failed: no libstdc++",
            "by hand",
        ),
        (
            "kill -KILL $$".to_owned(),
            "nix: `nix --version` was ended by signal 9 (SIGKILL)",
            "memory",
        ),
        ("kill -SEGV $$".to_owned(), "signal 11 (SIGSEGV)", "another version of Nix"),
        (
            "echo Hello World 1.0".to_owned(),
            "says `Hello World 1.0`, which is no version of Nix",
            "/bin/nix` is something else",
        ),
        (":".to_owned(), "`nix --version` says nothing", "is something else"),
        (of_fleet("echo '<html>'"), "fleet: ", "may be something else"),
        (of_fleet("kill -KILL $$"), "fleet: `nix eval` was ended by signal 9 (SIGKILL)", "memory"),
        (of_fleet("exit 1"), "fleet: `nix eval` failed with status 1 and said nothing", "validate"),
        (
            good.replace(
                "*store*) ;;",
                "*store*) echo 'error: cannot connect to socket' >&2; exit 1 ;;",
            ),
            "nix store: cannot connect to socket",
            "systemctl start nix-daemon",
        ),
    ] {
        let fleet = Fleet::new("UTC");
        fleet.program("nix", &script);
        let output = fleet.run(&["doctor"]);
        let out = text(&output.stdout);
        assert_eq!(output.status.code(), Some(3), "{out}");
        let lacking = out.split("lacking  ").find(|it| it.contains(says));
        let lacking = lacking.unwrap_or_else(|| panic!("{script}: {out}"));
        assert!(lacking.contains(helps), "{helps}: {lacking}");
    }
}

#[test]
fn doctor_tells_of_a_folder_for_sockets_that_is_none() {
    let fleet = Fleet::new("UTC");
    fs::write(fleet.path().join("nixfleet"), "").unwrap();
    let told = "lacking  test-vm: could not make the folder `";
    fleet.expect(&["doctor", INVENTORY], 3, told, "");
}

#[test]
fn doctor_waits_for_no_nix_that_hangs() {
    let fleet = Fleet::new("UTC");
    assert!(fleet.link("sleep"));
    fleet.program("nix", "exec sleep 600");
    let out = "nix: `nix --version` took longer than 10 s, and was ended";
    fleet.expect(&["doctor"], 3, out, "");
}

#[test]
fn doctor_knows_what_the_apps_of_vms_bring() {
    let fleet = Fleet::new("UTC");
    let lacks = |brought: &str| {
        let mut command = fleet.command(&["doctor", INVENTORY, "--format", "json"]);
        let output = command.env("NIXFLEET_BROUGHT_ALONG", brought).output_of();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        let lacking = findings.into_iter().filter(|it| it["status"] == "lacking");
        lacking.map(|it| it["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let programs = ["nixos-anywhere", "qemu-img", "qemu-system-x86_64"];
    let without = lacks("");
    assert!(programs.iter().all(|it| without.iter().any(|name| name == it)), "{without:?}");
    let with = lacks("nixos-anywhere qemu");
    assert!(!programs.iter().any(|it| with.iter().any(|name| name == it)), "{with:?}");
}
