//! What the tool says of a fleet, and whether it is as it should be.

use std::fs;
use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

use super::table::{FLAKE, MODULE, Mistake};
use crate::KEY;
use crate::ended::Ended;

/// A fleet with these files.
pub fn fleet(flake: &str, module: &str) -> TempDir {
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

pub fn faults(folder: &TempDir, how: &[&str]) -> Vec<Value> {
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
pub fn document(folder: &TempDir, arguments: &[&str]) -> Value {
    let mut tool = Command::new(cargo_bin!("nixfleet"));
    tool.current_dir(folder.path()).args(arguments);
    let output = tool.args(["--flake", "path:.", "--impure", "--format", "json"]).output_of();
    serde_json::from_slice(&output.stdout).expect("one document")
}

/// The faults of a fleet in which one file is wrong are as they should be, and none when it is mended
/// by their help; else what they are.
pub fn judge(
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
