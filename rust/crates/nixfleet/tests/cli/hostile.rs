//! Inventories that others wrote: what they cannot do.

use std::fs;

use crate::{Fleet, INVENTORY, text};

#[test]
fn colours_are_for_terminals() {
    let output = Fleet::new("Mars/Olympus").run(&["validate", INVENTORY]);
    assert!(!text(&output.stdout).contains('\u{1b}'));
}

#[test]
fn a_hostile_inventory_cannot_reach_the_terminal() {
    let fleet = Fleet::new("\\u001b]0;owned\\u0007\\u202e");
    for format in ["human", "json", "github"] {
        let output = fleet.run(&["validate", INVENTORY, "--format", format]);
        let out = text(&output.stdout);
        assert!(!out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{out:?}");
    }
}

#[test]
fn a_long_text_is_cut() {
    let fleet = Fleet::new(&"x".repeat(10 << 20));
    let output = fleet.run(&["validate", INVENTORY]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.len() < 2000, "{}", output.stdout.len());
}

#[test]
fn a_table_has_no_longer_lines_than_people_read() {
    let fleet = Fleet::new("UTC");
    let long = "x".repeat(1 << 20);
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    let inventory = inventory
        .replace("nobody@example", &long)
        .replace("\"web-02\"", &format!("\"{long}\""))
        .replace("\"timeZone\"", &format!("\"userName\": \"{long}\", \"timeZone\""));
    fs::write(fleet.path().join("inventory.json"), inventory).unwrap();
    for command in ["list", "keys"] {
        let length = |format: &str| {
            let output = fleet.run(&[command, INVENTORY, "--format", format]);
            assert!(output.stderr.is_empty(), "{command}");
            output.stdout.len()
        };
        assert!(length("human") < 2000, "{command}: {}", length("human"));
        // A program gets everything.
        assert!(length("json") > 2 << 20, "{command}");
    }
    // A name as long as names may be is whole.
    let name = "a".repeat(63);
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    fs::write(fleet.path().join("inventory.json"), inventory.replace(&long, &name)).unwrap();
    fleet.expect(&["list", INVENTORY], 0, &format!("\n{name}  "), "");
}

#[test]
fn an_inventory_shows_no_file_but_the_fleets_own() {
    let fleet = Fleet::new("Mars/Olympus");
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    for file in ["/etc/passwd", "/nix/store/../../etc/passwd", "/proc/self/environ"] {
        let position = format!(
            r#"{{ "positions": {{ "": {{ "file": "{file}", "line": 1, "column": 1 }} }}, "hostName""#
        );
        let hostile = inventory.replace(r#"{ "hostName""#, &position);
        fs::write(fleet.path().join("inventory.json"), hostile).unwrap();
        let output = fleet.run(&["validate", INVENTORY]);
        assert!(text(&output.stdout).contains("passwd:1:1") || file.contains("environ"));
        assert!(!text(&output.stdout).contains("1 |"), "{}", text(&output.stdout));
    }
}
