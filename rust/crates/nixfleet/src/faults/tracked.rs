//! Private keys that git tracks.

use std::path::Path;

use nixfleet_nix::Position;
use thiserror::Error;

use crate::faults::source::Tree;
use crate::faults::{Fault, Problem, git};
use crate::text::quote::quote_path;

/// The beginning of private keys in the clear: PEM's and OpenSSH's, age's, and `PuTTY`'s.
const BEGINNINGS: [&str; 3] = [
    "^-----BEGIN ((RSA|DSA|EC|OPENSSH) )?PRIVATE KEY-----",
    "^AGE-SECRET-KEY-(PQ-)?1",
    "^PuTTY-User-Key-File-",
];

/// Keys in such a folder are published on purpose, for tests.
const OF_TESTS: [&str; 5] = ["checks", "fixtures", "test", "testdata", "tests"];

#[derive(Debug, Error)]
#[error(
    "{} is a private key, and git tracks it: everyone who has the repository has it, and Nix copies \
     it into its store, where everyone on the machine can read it",
    quote_path(.file)
)]
struct Tracked {
    file: String,
}

impl Problem for Tracked {
    fn code(&self) -> &'static str {
        "private-key-tracked"
    }

    fn help(&self) -> String {
        format!(
            "run `git rm --cached {}`, name the file in `.gitignore`, and replace the key: what was \
             committed once stays in the history",
            git::operand(&self.file)
        )
    }

    fn is_secret(&self) -> bool {
        true
    }
}

/// The private keys that git tracks in the repository of a flake. Nix files are looked at elsewhere,
/// and a text for people may show how a key begins.
pub fn private_keys(tree: &Tree) -> Vec<Fault> {
    let Some(root) = tree.repository() else { return Vec::new() };
    let mut grep = git::asking(root);
    grep.args(["grep", "-z", "-I", "--full-name", "--files-with-matches", "--extended-regexp"]);
    grep.args(BEGINNINGS.iter().flat_map(|it| ["-e", it]));
    grep.args(["--", ":/", ":(exclude,top)*.nix", ":(exclude,top)*.md"]);
    let Ok(found) = grep.output() else { return Vec::new() };
    let names = String::from_utf8_lossy(&found.stdout).into_owned();
    let names = names.split('\0').filter(|name| !name.is_empty());
    names.filter(|name| !is_of_tests(Path::new(name))).map(|name| fault(root, name)).collect()
}

fn is_of_tests(file: &Path) -> bool {
    file.iter().any(|part| OF_TESTS.iter().any(|it| part == *it))
}

fn fault(root: &Path, name: &str) -> Fault {
    let file = root.join(name).to_string_lossy().into();
    Fault {
        hosts: Vec::new(),
        field: String::new(),
        position: Some(Position { file, line: 1, column: 1 }),
        text: None,
        problem: Box::new(Tracked { file: name.to_owned() }),
    }
}
