//! The JSON of `validate`, and the inventories that it reads, are as `docs/src/schema` says.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::cargo::cargo_bin_cmd;
use boon::{Compiler, Schemas};
use serde_json::Value;

/// Checks documents against a schema.
fn check(name: &str, documents: &[Value]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/src/schema").join(name);
    let schema = fs::read(&path).unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource(name, serde_json::from_slice(&schema).unwrap()).unwrap();
    let index = compiler.compile(name, &mut schemas).unwrap();
    for document in documents {
        schemas.validate(document, index).unwrap_or_else(|error| panic!("{error}"));
    }
}

fn folders() -> Vec<PathBuf> {
    let faults = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
    let entries = fs::read_dir(faults).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect()
}

#[test]
fn what_validate_writes_is_as_its_schema_says() {
    let write = |folder: PathBuf| {
        let output = cargo_bin_cmd!("nixfleet")
            .current_dir(folder)
            .args(["validate", "--inventory", "inventory.json", "--flake", "path:."])
            .args(["--format", "json"])
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    check("validate.json", &folders().into_iter().map(write).collect::<Vec<_>>());
}

#[test]
fn the_inventories_of_nix_are_as_their_schema_says() {
    let read = |folder: PathBuf| {
        serde_json::from_slice(&fs::read(folder.join("inventory.json")).unwrap()).unwrap()
    };
    check("inventory.json", &folders().into_iter().map(read).collect::<Vec<_>>());
}
