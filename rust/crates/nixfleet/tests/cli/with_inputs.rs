//! Fleets of the flake's real inputs, evaluated by the real Nix.

mod fleet;

use fleet::Fleet;

use crate::text;

const BY_HAND: &str = r#"{
    nixosConfigurations.web-01 = nixfleet.lib.mkHost {
      hostName = "web-01";
      platform = "x86_64-linux";
      stateVersion = "26.05";
      isVm = true;
      hostSpec = {
        userName = "ops";
        timeZone = "Europe/Berlni";
        sshAuthorizedKeys = [ "KEY" ];
      };
    };
    nixosConfigurations.db-01 = nixfleet.lib.mkHost {
      hostName = "db-01";
      platform = "x86_64-linux";
      stateVersion = "26.05";
      isVm = true;
      hostSpec.sshAuthorizedKeys = [ "KEY" ];
      modules = [ { services.ngnix.enable = true; } ];
    };
    # Of no concern to the tool.
    nixosConfigurations.another = nixpkgs.lib.nixosSystem { modules = [ ]; };
    darwinConfigurations.mac = nixfleet.lib.mkHost {
      hostName = "mac";
      platform = "aarch64-darwin";
      stateVersion = 6;
      hostSpec.userName = "me";
    };
  }"#;

#[test]
#[ignore = "needs nix and NIXFLEET_INPUTS"]
fn hosts_that_are_made_by_hand_are_a_fleet() {
    let fleet = Fleet::new(BY_HAND);
    let zone = "error[time-zone-unknown]: `Europe/Berlni`";
    fleet.expect(&["validate"], 1, &[zone, "--> flake.nix:31:20", "3 hosts, 1 error, 1 warning\n"]);
    fleet.expect(&["validate", "-h", "mac", "-h", "db-01"], 0, &["2 hosts, no faults"]);
    let typo = ["error[evaluation-failed]: The option `services.ngnix'", "--> flake.nix:41:21"];
    fleet.expect(&["validate", "--eval"], 1, &[zone, typo[0], typo[1], "3 hosts, 2 errors"]);
    fleet.expect(&["list"], 0, &["db-01", "web-01", "mac", "aarch64-darwin"]);
    fleet.expect(&["keys", "-h", "web-01"], 1, &["web-01\n  ssh-ed25519"]);
    for command in ["build-vm", "test-vm"] {
        let none = ["error: a VM is installed by the fleet's own installer", "isoSshKeys = [ … ]"];
        fleet.expect(&[command, "-h", "web-01"], 1, &none);
    }
    fleet.expect(&["start-vm", "-h", "web-01"], 3, &["web-01: there is no VM yet"]);
    fleet.expect(&["clean-vm", "-h", "web-01"], 0, &["nothing to remove"]);
}

/// Where positions cost Nix a wait, the inventory has none and the tool asks for those of faults:
/// in lines of their own, beside others in a line, inherited, and of what is missing.
#[test]
#[ignore = "needs nix and NIXFLEET_INPUTS"]
fn the_faults_of_a_large_fleet_have_their_places() {
    let padding = "#".repeat(2_000_000);
    let fleet = Fleet::new(&format!(
        r#"let timeZone = "Europe/Berlni"; in nixfleet.lib.mkFleet {{
    isoSshKeys = [ "KEY" ];
    defaults.hostSpec.sshAuthorizedKeys = [ "KEY" ];
    hosts.web-01 = {{
      platform = "x86_64-linux";
      hostSpec.timeZone = "Europe/Berlni";
    }};
    hosts.web-02 = {{ platform = "x86_64-linux"; hostSpec.timeZone = "Europe/Berlni"; }};
    hosts.web-03 = {{
      platform = "x86_64-linux";
      hostSpec = {{ inherit timeZone; }};
    }};
    hosts.web-04 = {{
    }};
  }}
  {padding}
"#
    ));
    let told = [
        "--> flake.nix:28:27",
        "--> flake.nix:30:69",
        "--> flake.nix:33:28",
        "--> flake.nix:35:5",
        "4 hosts, 4 errors\n",
    ];
    fleet.expect(&["validate"], 1, &told);
}

/// Nix looks for the inventory among the packages first, which such a fleet refuses to have.
#[test]
#[ignore = "needs nix and NIXFLEET_INPUTS"]
fn wrong_arguments_of_a_fleet_are_told_with_its_other_faults() {
    let fleet = Fleet::new(
        r#"nixfleet.lib.mkFleet {
    isoSshKeys = [ "KEY" ];
    default.hostSpec.timeZone = "UTC";
    hosts.web-01 = { platform = "x86_64-linux"; hostSpec.timeZone = "Europe/Berlni"; };
    hosts.web-02 = "x86_64-linux";
  }"#,
    );
    let told = [
        "error[argument-unknown]: `default` is not an argument of mkFleet\n  --> flake.nix:25:5",
        "error[time-zone-unknown]",
        "error[field-type-wrong]: `x86_64-linux` is not a host\n  --> flake.nix:27:5",
        "2 hosts, 3 errors\n",
    ];
    fleet.expect(&["validate"], 1, &told);
}

/// The module of a Mac warns of what the inventory shows as well, and of what modules alone show.
#[test]
#[ignore = "needs nix and NIXFLEET_INPUTS"]
fn a_field_without_effect_is_told_once() {
    let fleet = Fleet::new(
        r#"nixfleet.lib.mkFleet {
    hosts.mac = {
      platform = "aarch64-darwin";
      stateVersion = 6;
      hostSpec.userName = "me";
      hostSpec.hashedPasswordFile = "/etc/password";
      modules = [ { hostSpec.networking.gateway = "192.0.2.1"; } ];
    };
  }"#,
    );
    let told = [
        "warning[field-without-effect]: `hostSpec.hashedPasswordFile` does nothing",
        "warning[evaluation-warning]: host `mac` is a Mac, where `hostSpec.networking.gateway`",
        "1 host, 2 warnings\n",
    ];
    fleet.expect(&["validate", "--eval"], 0, &told);
}

/// One host of each outcome, and one of each class.
const OUTCOMES: &str = r#"nixfleet.lib.mkFleet {
    isoSshKeys = [ "KEY" ];
    defaults.hostSpec.sshAuthorizedKeys = [ "KEY" ];
    defaults.nixos = { stateVersion = "26.05"; isVm = true; };
    hosts.fine = { platform = "x86_64-linux"; };
    hosts.mac = { platform = "aarch64-darwin"; stateVersion = 6; hostSpec.userName = "me"; };
    hosts.broken-mac = { platform = "aarch64-darwin"; stateVersion = 6; hostSpec.userName = "me"; modules = [ { nope = 1; } ]; };
    hosts.option = { platform = "x86_64-linux"; modules = [ { services.ngnix.enable = true; } ]; };
    hosts.throws = { platform = "x86_64-linux"; modules = [ { assertions = [ { assertion = throw "no \"id\"\n  yet"; message = ""; } ]; } ]; };
    hosts.missing = { platform = "x86_64-linux"; modules = [ ({ config, ... }: { warnings = [ config.nope ]; }) ]; };
    hosts.asserts = { platform = "x86_64-linux"; modules = [ { assertions = [ { assertion = false; message = "a\nb"; } ]; } ]; };
    hosts.warns = { platform = "x86_64-linux"; modules = [ { warnings = [ "w" ]; } ]; };
    hosts.undeclared = { platform = "x86_64-linux"; hostSpec.rack = "b2"; };
    hosts.declared = {
      platform = "x86_64-linux";
      hostSpec.rack = "b2";
      modules = [ ({ lib, ... }: { options.hostSpec.rack = lib.mkOption { type = lib.types.str; }; }) ];
    };
    hosts.greedy = {
      platform = "x86_64-linux";
      modules = [ { warnings = builtins.deepSeq (builtins.genList (n: "greedy ${toString n}") 20000000) [ ]; } ];
    };
  }"#;

const VALIDATE: [&str; 6] = ["validate", "--eval", "--max-memory", "400", "--format", "json"];

/// What both ways have to agree on.
const CODES: [&str; 8] = [
    "assertion-failed",
    "evaluation-failed",
    "evaluation-failed",
    "evaluation-failed",
    "evaluation-failed",
    "evaluation-failed",
    "evaluation-warning",
    "field-unknown",
];

fn outcomes(fleet: &Fleet) -> (String, String) {
    let output = fleet.run(&VALIDATE);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
    let faults = report["faults"].as_array().unwrap();
    let mut codes: Vec<_> = faults.iter().map(|it| it["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, CODES, "{out}");
    (out, err)
}

/// One that is of no use, whatever else is on PATH.
const OLD: &str = "#!/bin/sh\n";

#[test]
#[ignore = "needs nix and NIXFLEET_INPUTS"]
fn both_ways_of_evaluation_find_the_same() {
    let fleet = Fleet::new(OUTCOMES);
    fleet.program("nix-eval-jobs", OLD);
    let (by_nix, _) = outcomes(&fleet);
    fleet.program("nix-eval-jobs", include_str!("nix-eval-jobs"));
    let (by_jobs, said) = outcomes(&fleet);
    assert_eq!(by_jobs, by_nix);
    let expected = "warning: 1 of the hosts took more memory than `nix-eval-jobs` has for one";
    assert!(said.contains(expected), "{said}");
}

#[test]
#[ignore = "needs nix, NIXFLEET_INPUTS and nix-eval-jobs"]
fn the_real_nix_eval_jobs_finds_the_same() {
    let fleet = Fleet::new(OUTCOMES);
    let (by_jobs, said) = outcomes(&fleet);
    assert!(!said.contains("older than") && !said.contains("failed, so"), "{said}");
    fleet.program("nix-eval-jobs", OLD);
    assert_eq!(by_jobs, outcomes(&fleet).0);
}
