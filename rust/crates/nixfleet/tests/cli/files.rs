//! Files that a flake's Nix files name and that are not there.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::ended::Ended;
use crate::{Fleet, INVENTORY, text};

/// A fleet whose flake leads to a file that names another one by a wrong name.
fn fleet() -> Fleet {
    let fleet = Fleet::new("UTC");
    let write = |file: &str, source: &str| {
        let path = fleet.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, source).unwrap();
    };
    write("flake.nix", "{ outputs = _: import ./hosts { } // { templates.a = ./a; }; }\n");
    write(
        "hosts/default.nix",
        "# ./of-a-comment.nix\n{ imports = [\n ./wbe.nix (./of-many + \".nix\") ./${x}.nix \
         ../optional.nix ../../outside.nix \"./text.nix\" ]; a = ../of-readers;\n}\n",
    );
    write("hosts/web.nix", "{ }\n");
    write("hosts/optional.nix", "if builtins.pathExists ../optional.nix then ./x.nix else { }\n");
    write("hosts/unused.nix", "./of-an-unused-file.nix\n");
    write("of-readers/read.nix", "./of-a-folder.nix\n");
    write("a/flake.nix", "{ }\n");
    write("a/b.nix", "./of-a-template.nix\n");
    fleet
}

/// The hosts' folder, taken for all of the Nix files that are in it.
const READER: &str = "{ all = map import (builtins.readDir ./.); a = ../a; b = ./optional.nix;\n\
                      c = ../of-readers; d = ./wbe.nix; }\n";

fn missing(fleet: &Fleet) -> Vec<String> {
    let output = fleet.run(&["validate", INVENTORY, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let faults = report["faults"].as_array().unwrap().iter();
    let faults = faults.filter(|it| it["code"] == "file-missing");
    let told = |it: &serde_json::Value| {
        format!("{}:{} {} {}", it["file"], it["line"], it["severity"], it["message"])
    };
    faults.map(told).collect()
}

#[test]
fn only_a_path_that_is_meant_to_be_there_is_missed() {
    let fleet = fleet();
    assert_eq!(
        missing(&fleet),
        [
            r#""hosts/default.nix":3 "error" "`hosts/wbe.nix` does not exist""#,
            r#""hosts/default.nix":3 "error" "`hosts/of-many.nix` does not exist""#,
            r#""hosts/default.nix":3 "error" "`optional.nix` does not exist""#,
        ]
    );
    fs::write(fleet.path().join("hosts/default.nix"), READER).unwrap();
    assert_eq!(
        missing(&fleet),
        [
            r#""hosts/default.nix":2 "warning" "`hosts/wbe.nix` does not exist""#,
            r#""of-readers/read.nix":1 "warning" "`of-readers/of-a-folder.nix` does not exist""#,
        ]
    );
}

/// What a module's path leads to and Nix cannot read, without a line of what is not the fleet's.
#[test]
fn a_folder_or_a_link_that_leads_to_no_file_of_the_fleet_is_missed() {
    let fleet = fleet();
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.nix");
    fs::write(&secret, "a-token-of-mine\n").unwrap();
    let at = |name: &str| fleet.path().join("hosts").join(name);
    fs::create_dir(at("folder")).unwrap();
    symlink("nowhere", at("broken.nix")).unwrap();
    symlink("round.nix", at("round.nix")).unwrap();
    symlink(&secret, at("out.nix")).unwrap();
    symlink(outside.path(), at("away")).unwrap();
    symlink("web.nix", at("link.nix")).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe.nix")).status().unwrap().success());
    let modules = "{ imports = [ ./folder ./broken.nix\n ./round.nix ./out.nix ./link.nix\n ./pipe.nix \
                   ./web.nix ./away/secret.nix ]; a = ./broken.nix; b = ./unused;\n}\n";
    fs::write(at("default.nix"), modules).unwrap();
    fs::create_dir(at("unused")).unwrap();
    assert_eq!(
        missing(&fleet),
        [
            r#""hosts/default.nix":1 "error" "`hosts/folder/default.nix` does not exist""#,
            r#""hosts/default.nix":1 "error" "`hosts/broken.nix` is a link to `nowhere`, where there is no file""#,
            r#""hosts/default.nix":2 "error" "`hosts/round.nix` is a link to `round.nix`, where there is no file""#,
            r#""hosts/default.nix":2 "error" "`hosts/out.nix` is where a link leads out of the flake, and Nix sees nothing there""#,
            r#""hosts/default.nix":3 "error" "`hosts/pipe.nix` is neither a file nor a folder""#,
            r#""hosts/default.nix":3 "error" "`hosts/away/secret.nix` is where a link leads out of the flake, and Nix sees nothing there""#,
        ]
    );
    let all = text(&fleet.run(&["validate", INVENTORY]).stdout);
    assert!(!all.contains("a-token-of-mine"), "{all}");
    // Nor does an inventory lead there.
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    let position = r#""positions": { "hostSpec.timeZone": { "file": "OUT", "line": 1, "column": 1 } }, "hostSpec""#;
    let position = position.replace("OUT", &at("out.nix").display().to_string());
    let inventory =
        inventory.replace("\"UTC\"", "\"Utc/Nowhere\"").replace("\"hostSpec\"", &position);
    fs::write(fleet.path().join("inventory.json"), inventory).unwrap();
    let all = text(&fleet.run(&["validate", INVENTORY]).stdout);
    assert!(all.contains("--> hosts/out.nix:1:1") && !all.contains("a-token"), "{all}");
}

/// A file that is not looked into is no reason for which Nix fails.
#[test]
fn a_warning_is_no_cause_of_a_failure() {
    let fleet = fleet();
    fs::write(fleet.path().join("hosts/default.nix"), "[".repeat(10_000)).unwrap();
    fleet.program("nix", "echo \"error: file '/r/pipe' has an unsupported type\" >&2; exit 1");
    let told =
        "error[evaluation-failed]: file '/r/pipe' has an unsupported type\n |\n = help: Nix can";
    fleet.expect(&["validate"], 1, told, "");
    fleet.expect(&["list"], 3, "", "error: file '/r/pipe' has an unsupported type");
}

/// Git's hooks are run with variables that speak of one repository, and Nix heeds none.
#[test]
fn another_repository_of_the_environment_is_none_of_the_fleets() {
    let (fleet, other) = (Fleet::new("UTC"), Fleet::new("UTC"));
    other.untracked();
    assert!(fleet.link("git"));
    fs::create_dir(fleet.path().join("b")).unwrap();
    fs::write(fleet.path().join("b/x"), "").unwrap();
    fs::write(fleet.path().join("flake.nix"), HYPHEN).unwrap();
    for name in ["-a.nix", "b/default.nix"] {
        fs::write(fleet.path().join(name), "{ }\n").unwrap();
    }
    let git = |arguments: &[&str]| {
        let status = Command::new("git").args(arguments).current_dir(fleet.path()).status();
        assert!(status.unwrap().success(), "git {arguments:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "flake.nix", "b/x"]);
    let validate = || {
        let mut validate = fleet.command(&["validate", INVENTORY]);
        validate.env("GIT_DIR", other.path().join(".git")).env("GIT_INDEX_FILE", "/nowhere");
        text(&validate.output_of().stdout)
    };
    let told = validate();
    assert!(told.contains("run `git add ./-a.nix`"), "{told}");
    // A folder that git knows, and not what Nix reads of it.
    assert!(told.contains("error[file-untracked]: `b/default.nix` is not tracked"), "{told}");
    git(&["add", "./-a.nix", "b/default.nix"]);
    let told = validate();
    assert!(told.starts_with("2 hosts, no faults\n"), "{told}");
    // Nor is a file missing that a sparse checkout leaves out.
    fs::remove_file(fleet.path().join("-a.nix")).unwrap();
    assert!(validate().contains("`-a.nix` does not exist"));
    git(&["update-index", "--skip-worktree", "./-a.nix"]);
    let told = validate();
    assert!(told.starts_with("2 hosts, no faults\n"), "{told}");
}

const HYPHEN: &str = "{\n  outputs = _: { modules = [ ./-a.nix ./b ]; };\n}\n";

/// Nix reads bytes: a comment may be in any encoding.
#[test]
fn a_file_in_another_encoding_is_read_as_well() {
    let fleet = fleet();
    let latin = b"# f\xfcr web\n{ imports = [ ./wbe.nix ]; \"\xe4\" = 1; \"\xf6\" = 2; }\n";
    fs::write(fleet.path().join("hosts/default.nix"), latin).unwrap();
    assert_eq!(
        missing(&fleet),
        [r#""hosts/default.nix":2 "error" "`hosts/wbe.nix` does not exist""#]
    );
    // Two names that are no UTF-8 are not one.
    let report = fleet.run(&["validate", INVENTORY, "--format", "json"]);
    assert!(!text(&report.stdout).contains("attribute-duplicate"), "{}", text(&report.stdout));
}

/// A module that stands in a list has to be there; what stands behind a condition may never be used.
#[test]
fn a_path_that_nix_may_never_use_is_a_warning() {
    let fleet = fleet();
    let modules = "{ lib, c, ... }: {\n imports = [ ./a.nix ] ++ (if c then [ ./b.nix ] else [ ])\n \
                   ++ lib.optional c ./c.nix ++ [ (c.x or ./d.nix) ] ++ [ ./e.nix ];\n x = ./f;\n}\n";
    fs::write(fleet.path().join("hosts/default.nix"), modules).unwrap();
    let all = missing(&fleet);
    let of = |severity: &str| -> Vec<&str> {
        let faults = all.iter().filter(|it| it.contains(severity));
        faults.map(|it| it.split('`').nth(1).unwrap()).collect()
    };
    assert_eq!(of("error"), ["hosts/a.nix", "hosts/e.nix"]);
    assert_eq!(of("warning"), ["hosts/b.nix", "hosts/c.nix", "hosts/d.nix", "hosts/f"]);
}

/// The files are read without evaluation, in every format, and however they are nested.
#[test]
fn what_nix_would_refuse_is_told_of_every_file() {
    let fleet = fleet();
    let write = |file: &str, text: &str| fs::write(fleet.path().join(file), text).unwrap();
    write("hosts/default.nix", "{ imports = [ ./web.nix ./deep.nix ./long.nix ]; }\n");
    write("hosts/deep.nix", &"[".repeat(1_000));
    write("hosts/long.nix", &format!("[ ({}1) ]\n", "1 + ".repeat(1_000)));
    write("hosts/web.nix", "{ pkgs, ... }:\n{\n  a = pkgs.b\n  c = 1;\n}\n");
    fleet.expect(
        &["validate", INVENTORY],
        1,
        "error[syntax-invalid]: `;` is missing\n --> hosts/web.nix:3:",
        "",
    );
    fleet.expect(&["validate", INVENTORY], 1, "modules were not evaluated: `--eval`\n", "");
    write("hosts/web.nix", "{ pkgs, ... }:\n{\n  a = [ pkg.b ];\n}\n");
    let told = "error[name-unbound]: the name `pkg` is bound nowhere\n --> hosts/web.nix:3:9";
    fleet.expect(&["validate", INVENTORY], 1, told, "");
    fleet.expect(&["validate", INVENTORY], 1, "= help: write `pkgs`", "");
    // What Nix says of the same file is not told again.
    write("flake.nix", "{\n  outputs = _: {\n    a = \"b;\n  };\n}\n");
    fleet.program("nix", "echo 'error: syntax error, unexpected end of file' >&2; exit 1");
    let told = "error[syntax-invalid]: the text that begins here with `\"` is never closed\n --> flake.nix:3:9";
    fleet.expect(&["validate"], 1, told, "");
    let json = fleet.run(&["validate", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(report["faults"].as_array().unwrap().len(), 1, "{report}");
    fleet.expect(&["validate", "--format", "github"], 1, "::error file=flake.nix,line=3,", "");
}

/// `git add` cannot bring a file of a submodule into the repository around it.
#[test]
fn a_file_of_a_submodule_is_told_with_how_nix_reads_it() {
    let fleet = Fleet::new("UTC");
    assert!(fleet.link("git"));
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=n", "-c", "user.email=e", "-c", "advice.addEmbeddedRepo=false"]);
        let status = git.args(arguments).current_dir(fleet.path()).status();
        assert!(status.unwrap().success(), "git {arguments:?}");
    };
    let flake = "{\n  outputs = _: { modules = [ ./private/own.nix ]; };\n}\n";
    fs::write(fleet.path().join("flake.nix"), flake).unwrap();
    fs::create_dir(fleet.path().join("private")).unwrap();
    fs::write(fleet.path().join("private/own.nix"), "{ }\n").unwrap();
    git(&["init", "--quiet"]);
    git(&["init", "--quiet", "private"]);
    git(&["-C", "private", "add", "."]);
    git(&["-C", "private", "commit", "--quiet", "--message", "x"]);
    git(&["add", "flake.nix", "private"]);
    let output = text(&fleet.run(&["validate", INVENTORY]).stdout);
    assert!(output.contains("`private/own.nix` is in the submodule `private`"), "{output}");
    assert!(output.contains("--flake '.?submodules=1'") && !output.contains("git add"), "{output}");
}

#[test]
fn doctor_names_the_line_and_the_right_name() {
    let fleet = fleet();
    let inventory = "while read -r line; do echo \"$line\"; done <inventory.json";
    let says = format!("case $1 in --version) echo 'nix (Nix) 2.30.0';; *) {inventory};; esac");
    fleet.program("nix", &says);
    let told = "lacking  missing file: `hosts/wbe.nix` does not exist; hosts/default.nix:3 names it
         → write `./web.nix`\n";
    fleet.expect(&["doctor"], 3, told, "");
}

#[test]
fn what_nix_does_not_find_is_shown_where_it_is_named() {
    let fleet = fleet();
    let path = "/nix/store/00000000000000000000000000000000-source/hosts/wbe.nix";
    fleet.program("nix", &format!("echo \"error: path '{path}' does not exist\" >&2; exit 1"));
    let told = "error[file-missing]: `hosts/wbe.nix` does not exist\n --> hosts/default.nix:3:2";
    fleet.expect(&["validate"], 1, told, "");
    fleet.expect(&["list"], 3, "", told);
    // Both hosts fail for it, and it is one fault.
    let output = fleet.run(&["validate", INVENTORY, "--eval"]);
    let out = text(&output.stdout);
    assert_eq!(out.matches("`hosts/wbe.nix` does not exist").count(), 1, "{out}");
    assert!(out.contains("error[file-missing]") && out.contains("web-01, web-02"), "{out}");
}

/// Nix reads what a link leads to, and the paths in it go from there.
#[test]
fn a_flake_that_is_a_link_names_what_lies_beside_its_target() {
    let fleet = Fleet::new("UTC");
    let at = |name: &str| fleet.path().join(name);
    fs::create_dir(at("nix")).unwrap();
    fs::remove_file(at("flake.nix")).unwrap();
    symlink("nix/flake.nix", at("flake.nix")).unwrap();
    let flake = "{ outputs = _: { modules = [ ./there.nix ./beside-the-link.nix ]; }; }\n";
    fs::write(at("nix/flake.nix"), flake).unwrap();
    fs::write(at("nix/there.nix"), "{ }\n").unwrap();
    fs::write(at("beside-the-link.nix"), "{ }\n").unwrap();
    let told = r#""nix/flake.nix":1 "error" "`nix/beside-the-link.nix` does not exist""#;
    assert_eq!(missing(&fleet), [told]);
}

/// Each fault of a file is told, a name and a path in quotes as well as what lies above the repository.
#[test]
fn a_file_with_several_faults_has_them_told_together() {
    let fleet = Fleet::new("UTC");
    let write = |name: &str, source: &str| fs::write(fleet.path().join(name), source).unwrap();
    write(
        "flake.nix",
        "{ outputs = _: { modules = [ ./a.nix ./b.nix\n ({ pkgs }: { })\n ../c.nix ]; }; }\n",
    );
    write(
        "a.nix",
        "{ lib, ... }:\n{\n  imports = [ \"./x.nix\" \"./y.nix\" ./sub/../../z.nix ];\n  a = [ pkgs.a pkgs.b ];\n  \
         b = opts.c;\n  c = builtins.readFile ~/d;\n  d = builtins.readFile ../e + ../f;\n}\n",
    );
    // Of what is asked for first nothing is told.
    write(
        "b.nix",
        "{ a ? import ../h.nix, ... }: { imports = if builtins.pathExists ../g.nix then [ ../g.nix ] else [ ]; }\n",
    );
    let output = fleet.run(&["validate", INVENTORY, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let faults = report["faults"].as_array().unwrap().iter();
    let told = |it: &serde_json::Value| {
        let code = it["code"].as_str().unwrap();
        format!("{}:{}:{} {code}", it["file"].as_str().unwrap(), it["line"], it["column"])
    };
    let told: Vec<String> = faults.map(told).collect();
    assert_eq!(
        told,
        [
            "a.nix:3:15 field-type-wrong",
            "a.nix:3:25 field-type-wrong",
            "a.nix:3:35 path-outside",
            "a.nix:4:9 name-unbound",
            "a.nix:5:7 name-unbound",
            "a.nix:6:25 path-outside",
            "a.nix:7:25 path-outside",
            "flake.nix:2:3 arguments-closed",
            "flake.nix:3:2 path-outside",
        ]
    );
}

/// Nix reads what a link leads to, and the paths in it go from there.
#[test]
fn a_module_that_is_a_link_names_what_lies_beside_its_target() {
    let fleet = Fleet::new("UTC");
    let at = |name: &str| fleet.path().join(name);
    fs::create_dir_all(at("modules/web")).unwrap();
    fs::write(at("flake.nix"), "{ outputs = _: { modules = [ ./web.nix ./all/db.nix ]; }; }\n")
        .unwrap();
    symlink("modules/web/web.nix", at("web.nix")).unwrap();
    symlink("modules/web", at("all")).unwrap();
    fs::write(at("modules/web/web.nix"), "{ imports = [ ../../there.nix ../not.nix ]; }\n")
        .unwrap();
    fs::write(at("modules/web/db.nix"), "{ imports = [ ../../there.nix ../nor.nix ]; }\n").unwrap();
    fs::write(at("there.nix"), "{ }\n").unwrap();
    assert_eq!(
        missing(&fleet),
        [
            r#""modules/web/db.nix":1 "error" "`modules/nor.nix` does not exist""#,
            r#""modules/web/web.nix":1 "error" "`modules/not.nix` does not exist""#,
        ]
    );
    let output = text(&fleet.run(&["validate", INVENTORY]).stdout);
    assert!(!output.contains("path-outside"), "{output}");
}

/// What is put to the end of a path as a text is part of it.
#[test]
fn a_path_that_is_put_together_is_missed_too() {
    let fleet = Fleet::new("UTC");
    let write = |name: &str, source: &str| fs::write(fleet.path().join(name), source).unwrap();
    fs::create_dir(fleet.path().join("web")).unwrap();
    let modules = r#"(./. + "/a.nix") (./web + "/bb.nix") (./web + "/b.nix") (./web + x) (./web + "/${x}.nix")
        (./web + "/c" + x) (x + ./d)"#;
    write(
        "flake.nix",
        &format!("{{ outputs = x: {{ modules = [ {modules} ]; a = ./. + \"/e\"; }}; }}\n"),
    );
    write("web/b.nix", "{ imports = [ (../. + \"/f.nix\") ]; }\n");
    assert_eq!(
        missing(&fleet),
        [
            r#""flake.nix":1 "error" "`a.nix` does not exist""#,
            r#""flake.nix":1 "error" "`web/bb.nix` does not exist""#,
            r#""flake.nix":2 "warning" "`e` does not exist""#,
            r#""web/b.nix":1 "error" "`f.nix` does not exist""#,
        ]
    );
}
