//! The tool as users and scripts meet it.

mod command_line;
mod hostile;
mod machine;
mod validate;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;

const KEY: &str = include_str!("../../../inventory/tests/keys/ed25519.pub");

/// A folder with an inventory of two hosts, and nothing else on PATH but what a test puts there.
struct Fleet(TempDir);

impl Fleet {
    fn new(time_zone: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = KEY.trim();
        let host = |name: &str| {
            format!(
                r#""{name}": {{ "hostName": "{name}", "platform": "x86_64-linux", "class": "nixos",
                  "hostSpec": {{ "timeZone": "{time_zone}", "sshAuthorizedKeys": ["{key}"] }} }}"#
            )
        };
        let (one, two) = (host("web-01"), host("web-02"));
        let inventory = format!(
            r#"{{ "apiVersion": 1, "isoSshKeys": ["{key}"], "hosts": {{ {one}, {two} }} }}
"#
        );
        fs::write(folder.path().join("inventory.json"), inventory).unwrap();
        fs::write(folder.path().join("flake.nix"), "{ outputs = _: { }; }\n").unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts a program on PATH.
    fn program(&self, name: &str, script: &str) {
        let path = self.path().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        cargo_bin_cmd!("nixfleet")
            .current_dir(self.path())
            .args(arguments)
            .env("PATH", self.path().join("bin"))
            .env("HOME", self.path())
            .env_remove("SSH_AUTH_SOCK")
            .output()
            .unwrap()
    }

    fn expect(&self, arguments: &[&str], status: i32, stdout: &str, stderr: &str) {
        let output = self.run(arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{out}{err}");
        assert!(out.contains(stdout), "{out}");
        assert!(err.contains(stderr), "{err}");
        assert!(!stdout.is_empty() || out.is_empty(), "{out}");
        assert!(!stderr.is_empty() || err.is_empty(), "{err}");
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const INVENTORY: &str = "--inventory=inventory.json";
