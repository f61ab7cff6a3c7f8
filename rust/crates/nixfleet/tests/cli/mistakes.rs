//! The mistakes of a first week, each made by one edit of a fleet that is right: each is told at its
//! line, with a cure that names what was right, and that leaves no fault when it is done.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

use crate::KEY;
use crate::ended::Ended;

const FLAKE: &str = r#"{
  outputs = inputs: (import LIBRARY { inputs = INPUTS; }).mkFleet rec {
    isoSshKeys = [ "KEY" ];
    defaults.hostSpec = {
      userName = "ops";
      sshAuthorizedKeys = isoSshKeys;
    };
    hosts.web-01 = {
      platform = "x86_64-linux";
      stateVersion = "26.05";
      modules = [ ./web.nix ];
      hostSpec.timeZone = "Europe/Berlin";
    };
    hosts.mac = {
      platform = "aarch64-darwin";
      stateVersion = 6;
      hostSpec.timeZone = "Europe/Berlin";
    };
  };
}
"#;

const MODULE: &str = r#"{ config, pkgs, ... }:
{
  networking.firewall.allowedTCPPorts = [ 80 ];
  users.motd = "hello";
}
"#;

/// What is right, what is written in its place, the fault's code, what its help says, and what stands
/// there after it: `{1}` is the first of the texts that the help has in backticks. Nothing, where the
/// cure belongs elsewhere in the file: then `faults/CODE/cure` does it.
type Mistake<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

const IN_FLAKE: &[Mistake] = &[
    (
        r#"platform = "x86_64-linux";"#,
        r#"system = "x86_64-linux";"#,
        "argument-unknown",
        "`platform`",
        r#"{1} = "x86_64-linux";"#,
    ),
    ("x86_64-linux", "x86_64-linx", "platform-unknown", "`x86_64-linux`", "{1}"),
    ("hostSpec.timeZone", "hostSpec.timezone", "field-unknown", "`timeZone`", "hostSpec.{1}"),
    ("Europe/Berlin", "Europe/Berln", "time-zone-unknown", "`Europe/Berlin`", "{1}"),
    (r#""26.05""#, r#""2605""#, "state-version-invalid", "26.05", "{1}"),
    ("modules = [ ./web.nix ];", "modules = ./web.nix;", "field-type-wrong", "[ ", "{1}"),
    ("./web.nix", "./wbe.nix", "file-missing", "./web.nix", "{1}"),
    ("./web.nix", "\"./web.nix\"", "field-type-wrong", "without quotes", "{1}"),
    ("\"Europe/Berlin\"", "./n.nix", "field-type-wrong", "in quotes", "\"Europe/Berlin\""),
    ("./web.nix", "inputs.sops.nixosModules.sops", "input-missing", "inputs.sops.url", ""),
    ("./web.nix", "./web.nix ~/other.nix", "path-outside", "./FILE", "./web.nix {1}"),
    (
        "[ ./web.nix ]",
        "[ ./web.nix, ./n.nix ]",
        "syntax-invalid",
        "take it",
        "[ ./web.nix ./n.nix ]",
    ),
    (r#""x86_64-linux";"#, r#""x86_64-linux""#, "syntax-invalid", "\";`", r#""x86_64-linux{1}"#),
    (r#""x86_64-linux";"#, r#""x86_64-linux;"#, "syntax-invalid", "`\"`", r#""x86_64-linux{1};"#),
    ("\"ops\"", "\"Ops User\"", "user-name-invalid", "", "\"{3}\""),
    ("outputs = ", "ouputs = ", "argument-unknown", "`outputs`", "{1} = "),
    ("outputs", "input.a.url = \"\"; outputs", "argument-unknown", "`inputs`", ""),
    ("outputs", "inputs.a.uri = \"\"; outputs", "argument-unknown", "`url`", ""),
    ("outputs", "inputs.a = \"github:a/b\"; outputs", "field-type-wrong", "inputs.a.url", ""),
    ("outputs", "description = 3; outputs", "evaluation-failed", "", "outputs"),
    ("hosts.web-01", "host.web-01", "argument-unknown", "`hosts`", "{1}.web-01"),
    ("defaults.hostSpec", "default.hostSpec", "argument-unknown", "`defaults`", "{1}.hostSpec"),
    ("\"KEY\"", "\"~/.ssh/id_ed25519.pub\"", "ssh-key-malformed", "readFile", "{1}"),
    (
        "\"KEY\"",
        "\"-----BEGIN OPENSSH PRIVATE KEY-----\"",
        "ssh-key-is-private",
        ".pub",
        "(builtins.readFile ./key{1})",
    ),
    ("hosts.web-01", "hosts.web_01", "host-name-invalid", "", "hosts.{1}"),
    (
        "stateVersion = 6;",
        "stateVersion = \"26.05\";",
        "state-version-invalid",
        "7",
        "stateVersion = {1};",
    ),
];

/// What is right, behind which more is written.
const MODULES: &str = "[ ./web.nix ]";

/// What more is written, the fault's code, what its help says, and what stands there after it.
const BEHIND_MODULES: &[(&str, &str, &str, &str)] = &[
    ("homeModules = { }", "field-type-wrong", "[", "{1}"),
    (
        "hostSpec.networking = ./n.nix",
        "field-type-wrong",
        "`import`",
        "hostSpec.networking = {1} ./n.nix",
    ),
    (r#"hostSpec.home = "ops""#, "home-invalid", "/", r#"hostSpec.home = "{1}""#),
    (
        r#"hostSpec.hashedPasswordFile = "a""#,
        "password-file-relative",
        "/",
        "hostSpec.hashedPasswordFile = {1}",
    ),
    (
        r#"hostSpec.locale = "de_DE.UTF-7""#,
        "locale-unknown",
        "de_DE.UTF-8",
        r#"hostSpec.locale = "{1}""#,
    ),
    (
        r#"hostSpec.keyboardLayout = "dee""#,
        "keyboard-layout-unknown",
        "de",
        r#"hostSpec.keyboardLayout = "{1}""#,
    ),
    (r#"platform = "a""#, "attribute-duplicate", "take one out", "tags = [ ]"),
    (r#"tags = throw "no""#, "evaluation-failed", "--show-trace", "tags = [ ]"),
    ("tags = [ webTag ]", "name-unbound", r#""webTag""#, "tags = [ {2} ]"),
];

const IN_MODULE: &[Mistake] = &[
    ("{ config, pkgs, ... }:", "{ config, pkgs }:", "arguments-closed", "...", "{1}"),
    ("{ config, pkgs", "{ config pkgs", "syntax-invalid", "config,", "{ {1} pkgs"),
    ("\"hello\"", "\"hello", "syntax-invalid", "`\"`", "\"hello{1}"),
    ("80 ];", "80 ]", "syntax-invalid", "];", "80 {1}"),
    ("80 ]", "80", "syntax-invalid", "`]`", "80 {1}"),
    ("80 ]", "80; 81 ]", "syntax-invalid", "take it out", "80 81 ]"),
    ("\"hello\"", "pkgz.hello", "name-unbound", "`pkgs`", "{1}.hello"),
    (
        "\"hello\"",
        "\"hello\"; users.motd = \"\"",
        "attribute-duplicate",
        "take one out",
        "\"hello\"",
    ),
    ("users.motd =", "users.motd:", "syntax-invalid", "`=`", "users.motd {1}"),
    ("\"hello\"", "builtins.readFile ~/motd", "path-outside", "./FILE", "builtins.readFile {1}"),
];

/// A fleet with these files.
fn fleet(flake: &str, module: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").canonicalize().unwrap();
    let part = |part: &str| repository.join(part).display().to_string();
    let flake = flake
        .replace("LIBRARY", &part("lib"))
        .replace("INPUTS", &format!("import {}", part("checks/nix/inputs.nix")))
        .replace("KEY\"", &format!("{}\"", KEY.trim()));
    fs::write(folder.path().join("flake.nix"), flake).unwrap();
    let files = [
        ("web.nix", module),
        ("n.nix", "{ }"),
        ("home.nix", "{ }"),
        ("key.pub", KEY),
        ("id_ed25519.pub", KEY),
    ];
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn faults(folder: &TempDir, how: &[&str]) -> Vec<Value> {
    let mut validate = Command::new(cargo_bin!("nixfleet"));
    validate
        .current_dir(folder.path())
        .args(["validate", "--flake", "path:.", "--impure"])
        .args(how);
    let output = validate.args(["--format", "json"]).output_of();
    let report: Value = serde_json::from_slice(&output.stdout).expect("one document");
    report["faults"].as_array().unwrap().clone()
}

/// What a command writes for programs.
fn document(folder: &TempDir, arguments: &[&str]) -> Value {
    let mut tool = Command::new(cargo_bin!("nixfleet"));
    tool.current_dir(folder.path()).args(arguments);
    let output = tool.args(["--flake", "path:.", "--impure", "--format", "json"]).output_of();
    serde_json::from_slice(&output.stdout).expect("one document")
}

/// The faults of a fleet in which one file is wrong are as they should be, and none when it is mended
/// by their help; else what they are.
fn judge(
    how: &[&str],
    file: &str,
    source: &str,
    (right, wrong, code, help, cure): Mistake,
) -> Option<String> {
    let at = source.find(right).expect(right);
    let line = source[..at].matches('\n').count() + 1;
    let told_of = |text: &str| {
        let text = source.replacen(right, text, 1).replace(";;", ";");
        let (flake, module) = if file == "flake.nix" { (&*text, MODULE) } else { (FLAKE, &*text) };
        faults(&fleet(flake, module), how)
    };
    let is_it = |it: &&Value| {
        it["code"] == code
            && it["file"] == file
            && it["line"] == line
            && it["help"].as_str().is_some_and(|it| it.contains(help))
    };
    let found = told_of(wrong);
    // One mistake is one fault.
    let ([_], Some(fault)) = (&found[..], found.iter().find(is_it)) else {
        return Some(format!("{wrong}: line {line}, {code}: {:#?}", shown(&found)));
    };
    if cure.is_empty() {
        return None;
    }
    let cure = done(cure, fault["help"].as_str().unwrap_or_default());
    let left = told_of(&cure);
    (!left.is_empty()).then(|| format!("{wrong}: {cure}: {:#?}", shown(&left)))
}

/// A cure, with the words of the help.
fn done(cure: &str, help: &str) -> String {
    let mut done = cure.to_owned();
    for (index, text) in help.split('`').skip(1).step_by(2).enumerate() {
        done = done.replace(&format!("{{{}}}", index + 1), text);
    }
    // What is there stays.
    done.replace("./FILE", "./n.nix").replace("{ … }", "{ }")
}

fn shown(faults: &[Value]) -> Vec<String> {
    let shown = |it: &Value| format!("{}:{} {} {}", it["file"], it["line"], it["code"], it["help"]);
    faults.iter().map(shown).collect()
}

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
