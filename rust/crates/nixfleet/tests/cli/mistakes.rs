//! The mistakes of a first week, each made by one edit of a fleet that is right: each is told at its
//! line, with a cure that names what was right, and that leaves no fault when it is done.

mod judge;
mod table;

use std::collections::HashSet;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;

use crate::ended::Ended;
use judge::{document, faults, fleet, judge};
use table::{BEHIND_MODULES, FLAKE, IN_FLAKE, IN_MODULE, MODULE, MODULES, Mistake};

/// What is not told as it should be, of those mistakes whose codes are asked for.
fn untold(how: &[&str], mut is_asked: impl FnMut(&'static str) -> bool) -> String {
    assert_eq!(faults(&fleet(FLAKE, MODULE), how), Vec::<Value>::new(), "what is right");
    let mut untold = Vec::new();
    for mistake in IN_FLAKE.iter().filter(|it| is_asked(it.2)) {
        untold.extend(judge(how, "flake.nix", FLAKE, *mistake));
    }
    for (more, code, help, cure) in BEHIND_MODULES.iter().filter(|it| is_asked(it.1)) {
        let behind = |more: &str| format!("{MODULES}; {more}");
        let mistake = (MODULES, &*behind(more), *code, *help, &*behind(cure));
        untold.extend(judge(how, "flake.nix", FLAKE, mistake));
    }
    for mistake in IN_MODULE.iter().filter(|it| is_asked(it.2)) {
        untold.extend(judge(how, "web.nix", MODULE, *mistake));
    }
    untold.join("\n")
}

#[test]
#[ignore = "needs nix"]
fn each_is_told_at_its_line_with_a_cure() {
    assert_eq!(untold(&[], |_| true), "");
}

/// Where every host goes by a name that mkFleet does not know, nothing else tells where the fleet is.
#[test]
#[ignore = "needs nix"]
fn a_fleet_without_hosts_is_told_at_its_line() {
    let told = faults(&fleet(&FLAKE.replace("hosts.", "host."), MODULE), &[]);
    let [fault] = &told[..] else { panic!("{told:#?}") };
    assert_eq!((&fault["file"], &fault["line"]), (&"flake.nix".into(), &8.into()));
}

/// A flake that is only begun has its line, and what to write binds what it names.
#[test]
#[ignore = "needs nix"]
fn a_flake_without_outputs_is_told_where_it_begins() {
    let told = faults(&fleet("# mine\n{ description = \"\"; }\n", MODULE), &[]);
    let [fault] = &told[..] else { panic!("{told:#?}") };
    assert_eq!((&fault["file"], &fault["line"]), (&"flake.nix".into(), &2.into()));
    assert!(
        fault["help"].as_str().unwrap().contains("`outputs = { nixfleet, ... }: nixfleet.lib.")
    );
}

/// What keeps Nix from `flake.nix` itself, unless it is impure.
#[test]
#[ignore = "needs nix"]
fn a_file_outside_that_a_flake_reads_is_told_at_its_path() {
    let folder =
        fleet("{\n  outputs = _: { nixfleet = builtins.readFile /srv/hosts; };\n}\n", MODULE);
    let mut validate = Command::new(cargo_bin!("nixfleet"));
    validate.current_dir(folder.path()).args(["validate", "--flake", "path:.", "--format", "json"]);
    let report: Value = serde_json::from_slice(&validate.output_of().stdout).expect("one document");
    let [fault] = &report["faults"].as_array().unwrap()[..] else { panic!("{report:#}") };
    assert_eq!((&fault["code"], &fault["line"]), (&"path-outside".into(), &2.into()));
    assert_eq!(fault["column"], 47);
}

/// What both the installer and the hosts take is one mistake, also where it is no text of the file.
#[test]
#[ignore = "needs nix"]
fn a_list_under_a_name_is_told_once() {
    let flake = FLAKE
        .replace("inputs: (", "inputs: let keys = [ ./key.pub ]; in (")
        .replace("[ \"KEY\" ]", "keys")
        .replace("= isoSshKeys;", "= keys;");
    let told = faults(&fleet(&flake, MODULE), &[]);
    let [fault] = &told[..] else { panic!("{told:#?}") };
    assert_eq!((&fault["code"], &fault["line"]), (&"ssh-key-malformed".into(), &3.into()));
    assert!(fault["help"].as_str().unwrap().contains("`(builtins.readFile ./key.pub)`"), "{fault}");
    let doctor = document(&fleet(&flake, MODULE), &["doctor"]);
    let findings = doctor["findings"].as_array().unwrap().iter();
    let told: Vec<_> = findings.filter(|it| it["text"].to_string().contains("key.pub")).collect();
    assert_eq!(told.len(), 1, "{told:#?}");
}

/// A host whose platform, and a fleet whose hosts, go by a wrong name: that they are missing is not
/// told beside it.
#[test]
#[ignore = "needs nix"]
fn what_stops_a_vm_is_told_once() {
    for (right, wrong) in [("platform = \"x86", "system = \"x86"), ("hosts.", "host.")] {
        let folder = fleet(&FLAKE.replace(right, wrong), MODULE);
        let test = document(&folder, &["test-vm", "-h", "web-01"]);
        let codes =
            test["faults"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap());
        // What this machine lacks, keys among it, is another matter.
        let of_fleet = ["argument-unknown", "platform-not-linux", "host-unknown"];
        let told: Vec<_> = codes.filter(|it| of_fleet.contains(it)).collect();
        assert_eq!(told, ["argument-unknown"], "{test:#}");
    }
}

/// What Nix cannot read is told by other commands in the words of `validate`.
#[test]
#[ignore = "needs nix"]
fn every_command_tells_what_validate_tells() {
    let unreadable =
        |(_, _, code, ..): &&Mistake| ["syntax-invalid", "attribute-duplicate"].contains(code);
    for (right, wrong, code, ..) in IN_FLAKE.iter().filter(unreadable) {
        let folder = fleet(&FLAKE.replacen(right, wrong, 1), MODULE);
        let told = faults(&folder, &[]);
        let list = &document(&folder, &["list"])["error"];
        assert_eq!((&list["message"], &list["help"]), (&told[0]["message"], &told[0]["help"]));
        let test = &document(&folder, &["test-vm", "-h", "web-01"])["faults"][0];
        assert_eq!((&test["code"], &test["line"]), (&(*code).into(), &told[0]["line"]), "{test}");
    }
}

/// To read a fleet runs nothing that is in it.
#[test]
#[ignore = "needs nix"]
fn no_derivation_is_built_to_read_a_fleet() {
    let ran = tempfile::tempdir().unwrap();
    let ran = ran.path().join("ran");
    let derivation = format!(
        "(builtins.readFile (derivation {{ name = \"zone\"; system = builtins.currentSystem; \
         builder = \"/bin/sh\"; args = [ \"-c\" \"echo x >{}; echo UTC >$out\" ]; }}))",
        ran.display()
    );
    let flake = FLAKE.replacen("\"Europe/Berlin\"", &derivation, 1);
    let folder = fleet(&flake, MODULE);
    let told = faults(&folder, &[]);
    for command in ["list", "keys", "doctor", "validate"] {
        let mut tool = Command::new(cargo_bin!("nixfleet"));
        tool.current_dir(folder.path())
            .args([command, "--flake", "path:.", "--impure"])
            .output_of();
        assert!(!ran.exists(), "{command} built it");
    }
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!((&told[0]["code"], &told[0]["line"]), (&"evaluation-failed".into(), &12.into()));
}

/// What Nix stumbles over as well, when it comes to evaluate: told as without, and one of each, since
/// each takes a second.
const MET_BY_NIX: [&str; 7] = [
    "platform-unknown",
    "field-unknown",
    "file-missing",
    "input-missing",
    "path-outside",
    "name-unbound",
    "arguments-closed",
];

#[test]
#[ignore = "needs nix and NIXFLEET_INPUTS"]
fn with_inputs_each_is_told_by_an_evaluation_too() {
    let mut asked = HashSet::new();
    let is_asked = |code| MET_BY_NIX.contains(&code) && asked.insert(code);
    assert_eq!(untold(&["--eval"], is_asked), "");
    assert_eq!(asked.len(), MET_BY_NIX.len());
}

/// A word of the fleet's, for which every host fails; a private key, of which the module system says
/// that it is no key; and a file, which Nix gives up elsewhere than where it is wrong.
#[test]
#[ignore = "needs nix and NIXFLEET_INPUTS"]
fn with_inputs_what_fails_elsewhere_is_told_once() {
    let is_one = |(_, wrong, code, ..): &Mistake| {
        *wrong == "host.web-01" || *wrong == "80 ]" || *code == "ssh-key-is-private"
    };
    let in_flake = IN_FLAKE.iter().map(|it| ("flake.nix", FLAKE, *it));
    let all = in_flake.chain(IN_MODULE.iter().map(|it| ("web.nix", MODULE, *it)));
    let some = all.filter(|(_, _, it)| is_one(it));
    let untold = some.map(|(file, source, it)| judge(&["--eval"], file, source, it));
    assert_eq!(untold.collect::<Vec<_>>(), [None, None, None]);
}
