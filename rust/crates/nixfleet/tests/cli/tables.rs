//! Tables, as a terminal shows them.

use std::fs;

use crate::ended::Ended;
use crate::{Fleet, INVENTORY, text};

#[test]
fn a_table_fits_the_terminal() {
    let fleet = Fleet::new("UTC");
    for columns in ["50", "60", "80"] {
        for command in ["list", "keys"] {
            let output = fleet.command(&[command, INVENTORY]).env("COLUMNS", columns).output_of();
            let out = text(&output.stdout);
            let most: usize = columns.parse().unwrap();
            let is_long = |line: &&str| line.chars().count() > most;
            // What stands in backticks is a command to copy, and stays whole.
            let long: Vec<&str> =
                out.lines().filter(is_long).filter(|it| !it.contains('`')).collect();
            assert!(long.is_empty(), "{command} {columns}: {long:#?}");
        }
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
