//! `nixfleet release` with the real Nix and the real `ssh-keygen`, on systems that build in a moment.

mod after;
mod making;
mod places;
mod security_keys;
mod signing;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::ended::Ended;
use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

const FLAKE: &str = r#"{
  outputs = _: let
    version = "1.0";
    program = derivation {
      name = "program-${version}"; system = builtins.currentSystem or "x86_64-linux";
      builder = "/bin/sh"; args = [ "-c" "echo ${version} > $out" ];
    };
    system = name: derivation {
      name = "nixos-system-${name}"; system = builtins.currentSystem or "x86_64-linux";
      builder = "/bin/sh"; args = [ "-c" "echo ${name} ${if name == "db-01" then "" else "${program}"} > $out" ];
    };
    names = [ "web-01" "web-02" "db-01" ];
    each = f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
  in {
    nixosConfigurations = each (name: { config.system.build.toplevel = system name; });
    nixfleet = {
      apiVersion = 1;
      name = "demo";
      isoSshKeys = [ ];
      release = { keys = [ KEYS ]; threshold = THRESHOLD; waves = [
        { name = "canary"; hosts = [ "web-01" ]; soak = "30m"; } { name = "rest"; atMost = "25%"; } ]; };
      hosts = each (name: { hostName = name; platform = "x86_64-linux"; class = "nixos";
        hostSpec = { userName = "ops"; sshAuthorizedKeys = [ KEYS ]; }; });
    };
  };
}
"#;

/// A fleet in a git repository, a home of its own, and people with keys.
struct Fleet(TempDir);

impl Fleet {
    fn new(people: &[&str], threshold: usize) -> Self {
        let fleet = Self(TempDir::new().unwrap());
        for who in ["ann", "bob", "eve"] {
            fleet.program("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", who, "-f", who]);
        }
        fs::create_dir(fleet.path("bin")).unwrap();
        fs::create_dir(fleet.path("fleet")).unwrap();
        fleet.program("git", &["init", "-q", "fleet"]);
        fleet.write(people, threshold, "1.0");
        fleet
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The store that systems are pushed to.
    fn cache(&self) -> String {
        format!("file://{}", self.path("cache").display())
    }

    /// Writes the fleet and commits it.
    fn write(&self, people: &[&str], threshold: usize, version: &str) {
        let line = |who: &&str| fs::read_to_string(self.path(&format!("{who}.pub"))).unwrap();
        let keys: Vec<String> =
            people.iter().map(|it| format!("\"{}\"", line(it).trim())).collect();
        let flake =
            FLAKE.replace("KEYS", &keys.join(" ")).replace("THRESHOLD", &threshold.to_string());
        let flake = flake.replace(r#"version = "1.0""#, &format!(r#"version = "{version}""#));
        fs::write(self.path("fleet/flake.nix"), flake).unwrap();
        self.program("git", &["-C", "fleet", "add", "flake.nix"]);
        let commit = ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "-m", "x"];
        self.program("git", &[&["-C", "fleet"], &commit[..]].concat());
    }

    fn program(&self, name: &str, arguments: &[&str]) {
        let mut command = Command::new(name);
        let output = command.current_dir(self.0.path()).args(arguments).output_of();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A program of this machine that is not what it seems.
    fn fake(&self, name: &str, script: &str) {
        let file = self.path("bin").join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(cargo_bin!("nixfleet"));
        command
            .current_dir(self.0.path())
            .arg("release")
            .args(arguments)
            .args(["--flake", "./fleet"])
            .env("PATH", path)
            .env("HOME", self.path("home"))
            .env("SSH_ASKPASS", "false")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env_remove("SSH_AUTH_SOCK")
            .env_remove("CLICOLOR_FORCE")
            .env_remove("COMPLETE")
            .stdin(Stdio::null());
        command
    }

    #[track_caller]
    fn expect(&self, arguments: &[&str], status: i32, parts: &[&str]) -> String {
        let Output { status: ended, stdout, stderr } = self.command(arguments).output_of();
        let all =
            format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert_eq!(ended.code(), Some(status), "{arguments:?}: {all}");
        for part in parts {
            assert!(all.contains(part), "{arguments:?}: no `{part}` in {all}");
        }
        all
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command(&[arguments, &["--format", "json"]].concat()).output_of();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(self.path(file), text.replace(from, to)).unwrap();
    }
}

/// An `ssh-agent` that answers at a socket: its path is there a moment before it listens.
fn ssh_agent(socket: &Path, more: &[&str]) -> Child {
    let mut agent = Command::new("ssh-agent");
    agent.args(["-D", "-a"]).arg(socket).args(more).stdout(Stdio::null()).stderr(Stdio::null());
    let agent = agent.spawn().unwrap();
    let answers = || UnixStream::connect(socket).is_ok();
    assert!(nixfleet_nix::process::wait_until(Duration::from_secs(60), answers));
    agent
}
