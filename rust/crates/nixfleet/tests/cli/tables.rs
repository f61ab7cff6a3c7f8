//! Tables, as a terminal shows them.

use std::fs;

use unicode_width::UnicodeWidthStr;

use crate::ended::Ended;
use crate::{Fleet, INVENTORY, text};

/// What people read from a command of each kind that needs no Nix: results, faults, errors, help.
const READ: [&[&str]; 22] = [
    &["list", INVENTORY],
    &["keys", INVENTORY],
    &["keys", INVENTORY, "--identity", "a file that is not there at all, of so long a name"],
    &["validate", INVENTORY],
    &["validate"],
    &["validate", INVENTORY, "--eval"],
    &["validate", INVENTORY, "-h", "wbe-01"],
    &["doctor", INVENTORY],
    &["doctor", "--target", "root@192.0.2.1"],
    &["release", INVENTORY],
    &["release", "show", INVENTORY],
    &["deploy", INVENTORY, "--all"],
    &["status", INVENTORY, "--over-ssh"],
    &["rollout", INVENTORY, "show"],
    &["test-vm", INVENTORY, "-h", "web-01"],
    &["build-vm", INVENTORY, "--all"],
    &["start-vm", INVENTORY, "-h", "web-01"],
    &["clean-vm", INVENTORY, "-h", "web-01"],
    &["list", INVENTORY, "--format", "github"],
    &["validate", "web-01"],
    &["--help"],
    &["validate", "--help"],
];

/// In a terminal of any width no line is wider, but for a word that is.
#[test]
fn every_line_fits_the_terminal() {
    let fleet = Fleet::new("Europe/Berln");
    fs::write(
        fleet.path().join("flake.nix"),
        "{\n  outputs = inputs: f { modules = [ ./a-module-that-is-not-there.nix ]; };\n}\n",
    )
    .unwrap();
    let mut wide = Vec::new();
    for columns in [20, 40, 50, 60, 80] {
        for command in READ {
            let output = fleet.command(command).env("COLUMNS", columns.to_string()).output_of();
            let out = text(&output.stdout) + &text(&output.stderr);
            assert!(!out.is_empty(), "{command:?}");
            let is_wide = |line: &&str| {
                line.width() > columns && line.split(' ').all(|word| word.width() <= columns)
            };
            wide.extend(
                out.lines().filter(is_wide).map(|it| format!("{columns} {command:?}: {it}")),
            );
        }
    }
    assert!(wide.is_empty(), "{}", wide.join("\n"));
    // A terminal that tells no width, and one that is too narrow for anything, are left alone.
    let plain = text(&fleet.run(&["validate", INVENTORY]).stdout);
    for columns in ["0", "3", "wide"] {
        let output = fleet.command(&["validate", INVENTORY]).env("COLUMNS", columns).output_of();
        assert_eq!(text(&output.stdout), plain);
    }
    // Whoever reads lines gets lines.
    let out = text(&fleet.run(&["list", INVENTORY]).stdout);
    assert_eq!(out.lines().count(), 3);
}

#[test]
fn a_list_is_of_the_hosts_that_were_asked_for() {
    let fleet = Fleet::new("UTC");
    let out = text(&fleet.run(&["list", INVENTORY, "-h", "web-02"]).stdout);
    assert!(out.lines().count() == 2 && out.contains("\nweb-02  "), "{out}");
    let told = "the fleet has no host `wbe-02`; did you mean `web-02`?";
    fleet.expect(&["list", INVENTORY, "-h", "wbe-02"], 2, "", told);
}

#[test]
fn hosts_with_the_same_keys_are_told_together() {
    let fleet = Fleet::new("UTC");
    let out = text(&fleet.run(&["keys", INVENTORY]).stdout);
    assert_eq!(out.matches("SHA256:").count(), 2, "{out}");
    assert!(out.contains("\nweb-01, web-02\n"), "{out}");
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    let (head, host) = inventory.split_once("\"web-02\": ").unwrap();
    let host = host.trim_end().strip_suffix("} }").unwrap();
    let many: Vec<String> = (1..=12).map(|it| format!("\"h{it:02}\": {host}")).collect();
    let inventory = format!("{head}{} }} }}", many.join(", "));
    fs::write(fleet.path().join("inventory.json"), inventory).unwrap();
    let out = text(&fleet.run(&["keys", INVENTORY]).stdout);
    assert!(out.contains("\nweb-01, h01, h02, h03, h04, h05, h06, h07 and 5 more\n"), "{out}");
}
