//! Files that a flake's Nix files name and that are not there.

use std::fs;

use crate::{Fleet, INVENTORY, text};

/// A fleet whose flake leads to a file that names another one by a wrong name.
fn fleet() -> Fleet {
    let fleet = Fleet::new("UTC");
    let write = |file: &str, source: &str| {
        let path = fleet.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, source).unwrap();
    };
    write("flake.nix", "{ outputs = _: import ./hosts { }; templates.a = ./a; }\n");
    write(
        "hosts/default.nix",
        "# ./of-a-comment.nix\n{ imports = [\n ./wbe.nix (./of-many + \".nix\") ./${x}.nix \
         ../optional.nix ../of-readers ../../outside.nix \"./text.nix\" ];\n}\n",
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
    assert_eq!(output.status.code(), Some(0));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let faults = report["faults"].as_array().unwrap().iter();
    let faults = faults.filter(|it| it["code"] == "file-missing");
    faults.map(|it| format!("{}:{} {}", it["file"], it["line"], it["message"])).collect()
}

#[test]
fn only_a_path_that_is_meant_to_be_there_is_missed() {
    let fleet = fleet();
    assert_eq!(
        missing(&fleet),
        [
            r#""hosts/default.nix":3 "`hosts/wbe.nix` does not exist""#,
            r#""hosts/default.nix":3 "`optional.nix` does not exist""#,
        ]
    );
    fs::write(fleet.path().join("hosts/default.nix"), READER).unwrap();
    assert_eq!(
        missing(&fleet),
        [
            r#""hosts/default.nix":2 "`hosts/wbe.nix` does not exist""#,
            r#""of-readers/read.nix":1 "`of-readers/of-a-folder.nix` does not exist""#,
        ]
    );
}

#[test]
fn doctor_names_the_line_and_the_right_name() {
    let fleet = fleet();
    fleet.program("nix", "while read -r line; do echo \"$line\"; done <inventory.json");
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
    fleet.expect(
        &["list"],
        3,
        "",
        "error: `hosts/wbe.nix` does not exist\n --> hosts/default.nix:3:2",
    );
    // Both hosts fail for it, and it is one fault.
    let output = fleet.run(&["validate", INVENTORY, "--eval"]);
    let out = text(&output.stdout);
    assert_eq!(out.matches("`hosts/wbe.nix` does not exist").count(), 1, "{out}");
    assert!(out.contains("error[file-missing]") && out.contains("web-01, web-02"), "{out}");
}
