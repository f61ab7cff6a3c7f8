//! Whose a fault is that an evaluation shows, and where of theirs it is.

use std::fs;

use serde_json::{Value, json};

use crate::{Fleet, INVENTORY, text};

const FLAKE: &str = "{ inputs.nixfleet.url = \"path:/nixfleet\";
  outputs = inputs: inputs.nixfleet.lib.mkFleet {
    defaults.modules = [ ./common.nix ];
    hosts.web-01 = { specialArgs.config = { }; };
    hosts.web-02 = { };
  };
}
";

/// A fleet with this flake, and a Nix that says this of each host.
fn fleet(nix: &str) -> Fleet {
    let fleet = Fleet::new("UTC");
    fs::write(fleet.path().join("flake.nix"), FLAKE).unwrap();
    fs::write(fleet.path().join("common.nix"), "{\n  services.nginx.enable = true;\n}\n").unwrap();
    let path = fleet.path().join("inventory.json");
    let mut inventory: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let flake = fleet.path().canonicalize().unwrap().join("flake.nix");
    let at = |line: u32| json!({ "file": flake, "line": line, "column": 5 });
    inventory["positions"] = json!({ "defaults": at(3) });
    for (name, line) in [("web-01", 4), ("web-02", 5)] {
        inventory["hosts"][name]["positions"] = json!({ "": at(line) });
    }
    fs::write(&path, inventory.to_string()).unwrap();
    fleet.program("nix", nix);
    fleet
}

/// Of each fault its code, its hosts, its file and its line.
fn told(fleet: &Fleet) -> Vec<String> {
    let eval = ["validate", INVENTORY, "--eval", "--format", "json", "--flake", "path:."];
    let output = fleet.run(&eval);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    let faults = report["faults"].as_array().unwrap().iter();
    let shown = |it: &Value| {
        let word = |name: &str| it[name].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}:{}", word("code"), word("host"), word("file"), it["line"])
    };
    faults.map(shown).collect()
}

/// Nix says the same of a host that fails for something else.
#[test]
fn what_one_host_is_handed_is_not_why_another_fails() {
    let fleet = fleet("echo \"error: attribute 'other' missing\" >&2; exit 1");
    assert_eq!(told(&fleet), ["field-fixed - flake.nix:4", "evaluation-failed web-02 flake.nix:5"]);
}

#[test]
fn what_the_defaults_lead_to_is_each_hosts_own() {
    let warning = r#"{ "warnings": ["services.nginx.enable is old"], "hasAccess": true }"#;
    let fleet = fleet(&format!("echo '{warning}'"));
    // The same of both is one.
    assert_eq!(told(&fleet), ["evaluation-warning - common.nix:2", "field-fixed - flake.nix:4"]);
}

/// Of a failure that no place of the author's is told of.
#[test]
fn the_option_that_was_being_evaluated_is_the_place() {
    let option = "       … while evaluating the option `services.nginx.enable':";
    let error = "       error: attribute 'other' missing";
    let fleet = fleet(&format!(
        "printf '%s\\n' 'error:' \"{}\" \"{error}\" >&2; exit 1",
        option.replace('`', "\\`")
    ));
    let told = told(&fleet);
    assert!(told.iter().any(|it| it.ends_with(" common.nix:2")), "{told:?}");
}

/// Nix proposes the name that the author wrote to whoever asks for another.
#[test]
fn a_name_that_is_written_wrong_and_asked_for_elsewhere_is_the_place() {
    let error = "error: attribute 'enabled' missing\\n       Did you mean enable?\\n";
    let fleet = fleet(&format!("printf \"{error}\" >&2; exit 1"));
    let told = told(&fleet);
    assert!(told.iter().any(|it| it.ends_with(" common.nix:2")), "{told:?}");
}

/// A file that is not looked into is no reason for which a host fails either.
#[test]
fn a_file_that_nobody_reads_tells_of_no_failure() {
    let error = "error: stack overflow; max-call-depth exceeded\\n       at COMMON:1:7:\\n";
    let fleet = fleet("exit 1");
    let common = fleet.path().canonicalize().unwrap().join("common.nix");
    fs::write(&common, format!("{{ a = {}", "[".repeat(10_000))).unwrap();
    let error = error.replace("COMMON", common.to_str().unwrap());
    fleet.program("nix", &format!("printf \"{error}\" >&2; exit 1"));
    let told = told(&fleet);
    assert!(told.iter().any(|it| it.starts_with("evaluation-failed ")), "{told:?}");
    let status =
        fleet.run(&["validate", INVENTORY, "--eval", "--flake", "path:.", "-h", "web-02"]).status;
    assert_eq!(status.code(), Some(1));
}
