//! The tool as users and scripts meet it.

mod command_line;
mod completions;
mod deploy;
mod doctor;
mod ended;
mod eval;
mod files;
mod forged;
mod hostile;
#[cfg(target_os = "linux")]
mod interrupted;
mod machine;
mod mistakes;
mod numbers;
mod output;
mod places;
mod preflight;
mod references;
mod release;
mod rollout;
#[path = "../../../release/tests/world/security_key.rs"]
mod security_key;
mod tables;
mod validate;
mod vm;
mod whose;
mod with_inputs;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use ended::{Ended, heed_signals};
use tempfile::TempDir;

const KEY: &str = include_str!("../../../inventory/tests/keys/ed25519.pub");

/// A folder with an inventory of two hosts, and nothing else on PATH but what a test puts there.
struct Fleet(TempDir);

impl Fleet {
    fn new(time_zone: &str) -> Self {
        heed_signals();
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

    /// Puts this machine's program on PATH; whether it has it.
    fn link(&self, name: &str) -> bool {
        let path = std::env::var_os("PATH").unwrap();
        let found = std::env::split_paths(&path).map(|it| it.join(name)).find(|it| it.exists());
        let link = |real| std::os::unix::fs::symlink(real, self.path().join("bin").join(name));
        found.map(link).transpose().unwrap().is_some()
    }

    /// Gives root and the installer's key its private half.
    fn private_half(&self) {
        fs::create_dir(self.path().join(".ssh")).unwrap();
        let file = self.path().join(".ssh/id_ed25519");
        fs::write(&file, include_str!("../../../inventory/tests/keys/ed25519")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Makes the folder a repository, in which the flake needs a file that git does not track.
    fn untracked(&self) {
        assert!(self.link("git"));
        let run = |arguments: &[&str]| {
            let mut git = Command::new("git");
            assert!(git.args(arguments).current_dir(self.path()).status().unwrap().success());
        };
        let flake = "{\n  outputs = _: import ./new.nix;\n}\n";
        run(&["init", "--quiet"]);
        fs::write(self.path().join("flake.nix"), flake).unwrap();
        fs::write(self.path().join("new.nix"), "{ }\n").unwrap();
        run(&["add", "flake.nix"]);
    }

    /// The tool in this folder, with nothing of the environment that the tests run in.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.alone(Command::new(cargo_bin!("nixfleet")));
        command.args(arguments);
        command
    }

    /// A script of the shell's, whose `$0` is the tool, likewise.
    fn of_shell(&self, script: &str) -> Command {
        let mut shell = self.alone(Command::new("/bin/sh"));
        shell.args(["-c", script]).arg(cargo_bin!("nixfleet"));
        shell
    }

    fn alone(&self, mut command: Command) -> Command {
        command.current_dir(self.path()).env_clear().env("PATH", self.path().join("bin"));
        command.env("HOME", self.path()).env("XDG_RUNTIME_DIR", self.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output_of()
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

/// How Nix tells of a file that git does not track: up to 2.27, and since.
const UNTRACKED: [&str; 2] = [
    "error: path '/nix/store/x-source/new.nix' does not exist",
    "error: Path 'new.nix' in the repository '/r' is not tracked by Git.",
];

const INVENTORY: &str = "--inventory=inventory.json";
