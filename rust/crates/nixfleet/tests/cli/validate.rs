//! `validate`, and what it asks of Nix and git.

use std::fs;

use crate::{Fleet, INVENTORY, UNTRACKED, text};

#[test]
fn a_fleet_without_faults_is_status_0() {
    Fleet::new("UTC").expect(&["validate", INVENTORY], 0, "2 hosts, no faults\n", "");
}

#[test]
fn faults_are_status_1_and_go_to_standard_output() {
    let fleet = Fleet::new("Mars/Olympus");
    fleet.expect(&["validate", INVENTORY], 1, "error[time-zone-unknown]", "");
    fleet.expect(&["validate", INVENTORY, "-h", "web-02"], 1, "1 host, 1 error", "");
}

#[test]
fn an_evaluation_adds_its_faults_and_takes_back_what_it_refutes() {
    let fleet = Fleet::new("UTC");
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    let fields = "\"networking\": { \"gateway\": \"10.0.0.1\" }, \"rack\"";
    let inventory = inventory.replace("\"timeZone\"", fields);
    fs::write(fleet.path().join("inventory.json"), inventory).unwrap();
    fleet.expect(&["validate", INVENTORY], 0, "2 hosts, 4 warnings", "");
    fleet.program(
        "nix",
        r#"case "$*" in
  *web-01*) echo '{ "failed": ["no boot loader"], "hostSpec": ["rack"],
    "disks": { "main": "/dev/sda" }, "persistRoot": "/persist", "fileSystems": ["/"] }' ;;
  *) echo "error: attribute 'x' missing" >&2; exit 1 ;;
esac"#,
    );
    let output = fleet.run(&["validate", INVENTORY, "--eval", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes: Vec<(&str, &str)> = report["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["host"].as_str().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        codes,
        [
            ("web-01", "assertion-failed"),
            ("web-01", "disk-name-unstable"),
            ("web-01", "impermanence-without-persist"),
            ("web-02", "evaluation-failed"),
            ("web-02", "field-unknown"),
            ("web-02", "interface-missing"),
        ]
    );
}

/// Which is the host's own, its evaluation alone knows.
#[test]
fn a_way_in_that_a_file_of_the_fleet_speaks_of_is_no_lack() {
    let fleet = Fleet::new("UTC");
    let inventory = r#"{ "apiVersion": 1, "isoSshKeys": ["KEY"], "hosts": { "web-01": { "hostName": "web-01",
        "platform": "x86_64-linux", "class": "nixos", "modules": 1, "hostSpec": { } } } }"#;
    let inventory = inventory.replace("KEY", crate::KEY.trim());
    fs::write(fleet.path().join("inventory.json"), inventory).unwrap();
    fs::write(fleet.path().join("flake.nix"), "{ outputs = _: import ./x.nix; }\n").unwrap();
    let module = |text: &str| fs::write(fleet.path().join("x.nix"), text).unwrap();
    for text in [
        "{ users.users.root.openssh.authorizedKeys.keys = [ ]; }\n",
        "{ users.users.ops = { hashedPasswordFile = \"/run/secrets/ops\"; }; }\n",
        "{ services.openssh.settings.TrustedUserCAKeys = \"/etc/ssh/ca.pub\"; }\n",
        "{\n  nixfleet.guards.lockout = false; # Tailscale\n}\n",
    ] {
        module(text);
        fleet.expect(&["validate", INVENTORY], 0, "1 host, no faults", "");
    }
    for text in ["{ }\n", "{\n  # users.users.root = { };\n}\n", "{ sshAuthorizedKeys = [ ]; }\n"] {
        module(text);
        fleet.expect(&["validate", INVENTORY], 0, "warning[nobody-can-log-in]", "");
    }
}

/// git and Nix as they are, but for Nix's words, which differ from version to version.
#[test]
fn a_file_that_git_does_not_track_is_named_with_the_command() {
    let fleet = Fleet::new("UTC");
    fleet.untracked();
    // There is no `cat` on this PATH.
    fleet.program("nix", "while read -r line; do echo \"$line\"; done <inventory.json");
    fleet.expect(&["validate"], 0, "warning[file-untracked]", "");
    for words in UNTRACKED {
        fleet.program("nix", &format!("echo \"{words}\" >&2; exit 1"));
        fleet.expect(&["validate"], 1, "help: run `git add new.nix`", "");
        fleet.expect(&["validate"], 1, "--> flake.nix:2:23", "");
        fleet.expect(&["list"], 3, "", "help: run `git add new.nix`");
    }
}

#[test]
fn positions_that_an_inventory_leaves_out_are_asked_for() {
    let fleet = Fleet::new("Mars/Olympus");
    fleet.program(
        "nix",
        r#"case "$*" in
  *nixosConfigurations*find*web-01*hostSpec.timeZone*)
    echo '[ { "field": "hostSpec.timeZone", "file": "/x/flake.nix", "line": 7, "column": 5 }, null ]' ;;
  *) while read -r line; do echo "$line"; done <inventory.json ;;
esac"#,
    );
    fleet.expect(&["validate"], 1, "--> /x/flake.nix:7:5", "");
}

/// A value from the defaults is one fault in a large fleet, too, whose positions are few.
#[test]
fn hosts_whose_samples_share_a_position_share_it() {
    let fleet = Fleet::new("Mars/Olympus");
    let path = fleet.path().join("inventory.json");
    let mut inventory: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let host = inventory["hosts"]["web-01"].clone();
    for number in 3..60 {
        let mut host = host.clone();
        host["hostName"] = format!("web-{number:02}").into();
        inventory["hosts"][format!("web-{number:02}")] = host;
    }
    fs::write(&path, format!("{inventory}\n")).unwrap();
    let nix = |places: &str| {
        format!(
            r#"case "$*" in
  *nixosConfigurations*find*) echo '[{places}]' ;;
  *) while read -r line; do echo "$line"; done <inventory.json ;;
esac"#
        )
    };
    let place = |line: u8| {
        format!(r#"{{ "field": "", "file": "/x/flake.nix", "line": {line}, "column": 5 }}"#)
    };
    fleet.program("nix", &nix(&[place(7), place(7), place(7)].join(",")));
    fleet.expect(&["validate"], 1, "this reaches 59 hosts: web-01, web-02, web-03", "");
    fleet.expect(&["validate"], 1, "59 hosts, 1 error\n", "");
    fleet.program("nix", &nix(&[place(7), place(8), place(7)].join(",")));
    fleet.expect(&["validate"], 1, "--> /x/flake.nix:8:5", "");
    fleet.expect(&["validate"], 1, "59 hosts, 5", "");
}

/// A module that declares it makes it one, near as its name may be to another.
#[test]
fn a_field_that_a_module_declares_is_known() {
    let fleet = Fleet::new("UTC");
    let at = |name: &str| fleet.path().join(name);
    let inventory = fs::read_to_string(at("inventory.json")).unwrap();
    let inventory = inventory.replace("\"timeZone\"", "\"local\": 1, \"rack\": 2, \"timeZone\"");
    fs::write(at("inventory.json"), inventory).unwrap();
    fs::write(at("flake.nix"), "{ outputs = _: { modules = [ ./a.nix ]; }; }\n").unwrap();
    let told = || text(&fleet.run(&["validate", INVENTORY]).stdout);
    fs::write(at("a.nix"), "{ options.hostSpec.other = 1; }\n").unwrap();
    let undeclared = told();
    assert!(undeclared.contains("no field `local`") && undeclared.contains("no field `rack`"));
    fs::write(at("a.nix"), "{ options.hostSpec = { local = 1; rack = 2; }; }\n").unwrap();
    assert!(told().starts_with("2 hosts, no faults\n"), "{}", told());
}
