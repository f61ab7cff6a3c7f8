//! A flake with the library's real inputs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

use crate::ended::Ended;
use crate::{KEY, text};

/// A flake whose inputs are the library and what it takes, as folders.
pub struct Fleet(pub TempDir);

impl Fleet {
    /// The flake with these outputs.
    pub fn new(outputs: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        let library = folder.path().join("library");
        fs::create_dir(&library).unwrap();
        for part in ["flake.nix", "flake.lock", "lib", "modules", "templates"] {
            let mut copy = Command::new("cp");
            let status = copy.arg("-r").arg(repository.join(part)).arg(&library).status();
            assert!(status.unwrap().success());
        }
        let key = KEY.trim();
        let flake = FLAKE
            .replace("INPUTS", inputs().to_str().unwrap())
            .replace("LIBRARY", library.to_str().unwrap())
            .replace("OUTPUTS", outputs)
            .replace("KEY", key);
        let fleet = folder.path().join("fleet");
        fs::create_dir(&fleet).unwrap();
        fs::write(fleet.join("flake.nix"), flake).unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        Self(folder)
    }

    /// Puts a program before the others on PATH.
    pub fn program(&self, name: &str, script: &str) {
        let path = self.0.path().join("bin").join(name);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let own = std::env::var_os("PATH").unwrap();
        let bin = self.0.path().join("bin");
        let path = std::iter::once(bin).chain(std::env::split_paths(&own));
        Command::new(cargo_bin!("nixfleet"))
            .current_dir(self.0.path().join("fleet"))
            .args(arguments)
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("XDG_DATA_HOME", self.0.path())
            .env_remove("CLICOLOR_FORCE")
            .env_remove("COMPLETE")
            .output_of()
    }

    pub fn expect(&self, arguments: &[&str], status: i32, parts: &[&str]) {
        let output = self.run(arguments);
        let all = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {all}");
        for part in parts {
            assert!(all.contains(part), "{arguments:?}: no `{part}` in {all}");
        }
    }
}

fn inputs() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/nixfleet/inputs");
    std::env::var_os("NIXFLEET_INPUTS").map_or_else(home, PathBuf::from)
}

const FLAKE: &str = r#"{
  inputs = {
    nixpkgs.url = "path:INPUTS/nixpkgs";
    darwin.url = "path:INPUTS/darwin";
    darwin.inputs.nixpkgs.follows = "nixpkgs";
    home-manager.url = "path:INPUTS/home-manager";
    home-manager.inputs.nixpkgs.follows = "nixpkgs";
    disko.url = "path:INPUTS/disko";
    disko.inputs.nixpkgs.follows = "nixpkgs";
    impermanence.url = "path:INPUTS/impermanence";
    impermanence.inputs.nixpkgs.follows = "nixpkgs";
    impermanence.inputs.home-manager.follows = "home-manager";
    nixfleet.url = "path:LIBRARY";
    nixfleet.inputs = {
      nixpkgs.follows = "nixpkgs";
      darwin.follows = "darwin";
      home-manager.follows = "home-manager";
      disko.follows = "disko";
      impermanence.follows = "impermanence";
    };
  };

  outputs = { nixfleet, nixpkgs, ... }: OUTPUTS;
}
"#;
