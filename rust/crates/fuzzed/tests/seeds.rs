//! What is fuzzed holds of what the fuzzer begins from, and of the same cut off and changed.

use std::fs;
use std::path::{Path, PathBuf};

use nixfleet_fuzzed::SUBJECTS;

/// The longest that the fuzzer tries, in bytes.
const LONGEST: usize = 20_000;
/// How many files of each are tried, and at how many places each is cut and changed.
const FILES: usize = 100;
const PLACES: usize = 10;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

#[test]
fn what_is_fuzzed_holds_of_its_seeds() {
    let run = fs::read_to_string(fuzz().join("run")).unwrap();
    for (name, subject) in SUBJECTS {
        let begins = format!("  [{name}]=");
        let folder = run.lines().find_map(|line| line.strip_prefix(&begins));
        let folder = folder.unwrap_or_else(|| panic!("`rust/fuzz/run` has no seeds for `{name}`"));
        let files = files(&fuzz().join(folder));
        assert!(!files.is_empty(), "no seeds in `{folder}`");
        for file in files {
            let mut bytes = fs::read(&file).unwrap();
            bytes.truncate(LONGEST);
            println!("{name}: {}", file.display());
            subject(&bytes);
            for at in (0..bytes.len()).step_by(bytes.len() / PLACES + 1) {
                subject(&bytes[..at]);
                let mut changed = bytes.clone();
                changed[at] ^= 0x55;
                subject(&changed);
            }
        }
    }
}

#[test]
fn each_is_a_target_of_the_fuzzer() {
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    let mut targets: Vec<String> = Vec::new();
    for file in fs::read_dir(fuzz().join("fuzz_targets")).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(&format!("nixfleet_fuzzed::{name}::any(bytes)")), "{name}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        targets.push(name);
    }
    targets.sort();
    assert_eq!(targets, SUBJECTS.map(|it| it.0));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found.truncate(FILES);
    found
}
