//! Private keys that git tracks.

use std::path::Path;

use nixfleet_nix::Position;
use thiserror::Error;

use crate::faults::source::Tree;
use crate::faults::{Fault, Problem, git};
use crate::text::quote::quote_path;

/// Private keys in the clear, in files of their own or among settings, YAML's perhaps: PEM's, OpenSSH's and
/// `OpenPGP`'s; the same as one text of JSON; age's; `PuTTY`'s; and `WireGuard`'s in a file of wg(8).
const KEYS: [&str; 5] = [
    "^[[:space:]]*-----BEGIN (((RSA|DSA|EC|OPENSSH) )?PRIVATE KEY|PGP PRIVATE KEY BLOCK)-----",
    r"-----BEGIN ((RSA|DSA|EC|OPENSSH) )?PRIVATE KEY-----\\n[A-Za-z0-9+/]{16}",
    "AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]{32}",
    "^PuTTY-User-Key-File-",
    "^[[:space:]]*PrivateKey[[:space:]]*=[[:space:]]*[A-Za-z0-9+/]{43}=",
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
    grep.args(KEYS.iter().flat_map(|it| ["-e", it]));
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_private_key_is_found_whatever_is_around_it() {
        let data = "QyNTUxOQAAACDgT0iGvC/DaUV4LowftofoB4Kw4DQpO";
        let begin = |kind: &str| format!("-----BEGIN {kind}PRIVATE KEY-----");
        let tracked = [
            ("host_key", begin("OPENSSH ") + "\n"),
            ("tls.pem", begin("") + "\r\n"),
            ("values.yaml", format!("tls:\n  key: |\n    {}\n", begin("EC "))),
            ("account.json", format!("{{ \"private_key\": \"{}\\n{data}\" }}\n", begin(""))),
            ("backup.asc", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n".to_owned()),
            (
                "deploy.env",
                format!(
                    "SOPS_AGE_KEY=AGE-SECRET-KEY-PQ-1{}\n",
                    data[..40].to_uppercase().replace('/', "X")
                ),
            ),
            ("wg0.conf", format!("[Interface]\nPrivateKey = {data}=\n")),
            ("me.ppk", "PuTTY-User-Key-File-3: ssh-ed25519\n".to_owned()),
        ];
        let others = [
            ("sealed.pem", begin("ENCRYPTED ")),
            ("wg1.conf", format!("PublicKey = {data}=\nPrivateKey = /run/secrets/wg\n")),
            (
                "check.sh",
                "grep -e '-----BEGIN OPENSSH PRIVATE KEY-----' AGE-SECRET-KEY-1\n".to_owned(),
            ),
            ("age.txt", "AGE-SECRET-KEY-1…\n".to_owned()),
        ];
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for (name, text) in tracked.iter().chain(&others) {
            fs::write(root.join(name), text).unwrap();
        }
        fs::write(root.join("flake.nix"), "{ }").unwrap();
        for arguments in [["init", "--quiet"], ["add", "."]] {
            assert!(git::asking(&root).args(arguments).status().unwrap().success());
        }
        let flake = nixfleet_inventory::Flake::new(root.to_str().unwrap());
        let found = private_keys(&Tree::new(&flake));
        let mut found: Vec<_> = found.iter().map(|it| it.problem.to_string()).collect();
        found.sort();
        let mut names: Vec<_> = tracked.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        assert_eq!(found.len(), names.len(), "{found:#?}");
        for (found, name) in found.iter().zip(names) {
            assert!(found.starts_with(&format!("`{name}` is a private key")), "{found}");
        }
    }
}
