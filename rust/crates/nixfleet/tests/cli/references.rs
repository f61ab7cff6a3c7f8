//! A fleet by each of the references that Nix knows for it, through the commands that read one.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

use crate::ended::Ended;
use crate::{KEY, text};

/// Of `web-01` a time zone is wrong, in line 8; `old` is made by something else.
const FLAKE: &str = r#"{
  outputs = inputs:
    let
      fleet = (import LIBRARY { inputs = import INPUTS; }).mkFleet rec {
        isoSshKeys = [ "KEY" ];
        hosts.web-01 = {
          platform = "x86_64-linux";
          hostSpec.timeZone = "Europe/Berln";
          hostSpec.sshAuthorizedKeys = isoSshKeys;
          modules = [ ./module/web.nix ];
        };
      };
    in
    fleet // {
      nixosConfigurations = fleet.nixosConfigurations // {
        old = { config = { }; };
      };
    };
}
"#;

/// A repository, its bare copy, and a flake in a folder of it; a module lies in a submodule.
struct World(TempDir);

impl World {
    fn new() -> Self {
        let world = Self(tempfile::tempdir().unwrap());
        let repository =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").canonicalize().unwrap();
        let flake = FLAKE
            .replace("LIBRARY", repository.join("lib").to_str().unwrap())
            .replace("INPUTS", repository.join("checks/nix/inputs.nix").to_str().unwrap())
            .replace("KEY", KEY.trim());
        for (file, text) in [
            ("module/web.nix", "{ }\n"),
            ("fleet/flake.nix", &flake),
            ("fleet/inner/flake.nix", &flake.replace("./module/", "./")),
            ("fleet/inner/web.nix", "{ }\n"),
            ("fleet/in ner/flake.nix", &flake.replace("./module/", "./")),
            ("fleet/in ner/web.nix", "{ x = ; }\n"),
        ] {
            let path = world.0.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        for folder in ["module", "fleet"] {
            world.git(folder, &["init", "--quiet", "--initial-branch=main"]);
            if folder == "fleet" {
                let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
                world.git(folder, &[&add[..], &["../module", "module"]].concat());
            }
            world.git(folder, &["add", "."]);
            let author = ["-c", "user.name=me", "-c", "user.email=me@example.org"];
            world.git(folder, &[&author[..], &["commit", "--quiet", "--message=x"]].concat());
        }
        world.git(".", &["clone", "--quiet", "--bare", "fleet", "bare.git"]);
        world
    }

    fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        let output = git.args(arguments).current_dir(self.0.path().join(folder)).output_of();
        assert!(output.status.success(), "git {arguments:?}: {}", text(&output.stderr));
        text(&output.stdout).trim().to_owned()
    }

    fn run(&self, command: &str, flake: &str) -> Output {
        let mut tool = Command::new(cargo_bin!("nixfleet"));
        tool.current_dir(self.0.path().join("fleet")).env_remove("COMPLETE");
        tool.args([command, "--flake", flake, "--impure", "--format=json"]).output_of()
    }
}

#[test]
#[ignore = "needs nix"]
fn each_is_read_by_each_command() {
    let world = World::new();
    let at = |name: &str| format!("git+file://{}/{name}", world.0.path().display());
    let commit = world.git("fleet", &["rev-parse", "HEAD"]);
    // The reference, and whether the modules of the submodule are part of what Nix reads.
    let references = [
        (".".to_owned(), false),
        (".?submodules=1".to_owned(), true),
        (".?submodules=1#web-01".to_owned(), true),
        (format!("{}?ref=main&submodules=1", at("fleet")), true),
        (format!("{}?rev={commit}&dir=inner", at("fleet")), true),
        (format!("{}?dir=inner", at("bare.git")), true),
        (".?dir=inner".to_owned(), true),
        ("path:.?dir=inner".to_owned(), true),
    ];
    let read = |reference: &str, has_module: bool| {
        let report = |command: &str| -> Value {
            let output = world.run(command, reference);
            let said = text(&output.stdout) + &text(&output.stderr);
            assert!(output.status.code().is_some_and(|it| it < 4), "{command} {reference}: {said}");
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{reference}: {said}"))
        };
        let validate = report("validate");
        let of = |code: &str| {
            let all = validate["faults"].as_array().unwrap();
            all.iter().find(|it| it["code"] == code).cloned().unwrap_or_default()
        };
        let zone = of("time-zone-unknown");
        assert_eq!((&zone["host"], &zone["line"]), (&"web-01".into(), &8.into()), "{validate:#}");
        assert!(zone["file"].as_str().unwrap().ends_with("flake.nix"), "{validate:#}");
        // Whoever asks for one host asks for no other.
        if !reference.contains('#') {
            assert_eq!(of("host-foreign")["line"], 16, "{reference}: {validate:#}");
        }
        let lacks_module = validate["faults"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["help"].as_str().is_some_and(|help| help.contains("?submodules=1")));
        assert_eq!(lacks_module, !has_module, "{reference}: {validate:#}");
        assert_eq!(report("list")["hosts"][0]["host"], "web-01", "{reference}");
        assert!(report("keys").to_string().contains("web-01"), "{reference}");
        let doctor = report("doctor").to_string();
        assert!(!doctor.contains("fleet-unreadable"), "{reference}: {doctor}");
    };
    thread::scope(|scope| {
        for (reference, has_module) in &references {
            scope.spawn(|| read(reference, *has_module));
        }
    });
}

#[test]
#[ignore = "needs nix"]
fn modules_are_read_wherever_a_flake_lies_in_its_repository() {
    let world = World::new();
    let path = world.0.path().display();
    let commit = world.git("fleet", &["rev-parse", "HEAD"]);
    for reference in [
        "./in ner".to_owned(),
        format!("git+file://{path}/fleet?rev={commit}&dir=in%20ner"),
        format!("git+file://{path}/bare.git?dir=in%20ner"),
    ] {
        let told = text(&world.run("validate", &reference).stdout);
        assert!(told.contains("\"in ner/web.nix\""), "{reference}: {told}");
        assert!(told.contains("syntax-invalid"), "{reference}: {told}");
    }
}

/// What a command says of a folder that Nix would find no flake in, and how it ends.
fn refused(folder: &Path, flake: &str) -> String {
    let mut tool = Command::new(cargo_bin!("nixfleet"));
    tool.current_dir(folder).env_remove("COMPLETE");
    let output = tool.args(["list", "--flake", flake]).output_of();
    assert_eq!(output.status.code(), Some(3), "{flake}");
    text(&output.stderr)
}

#[test]
fn a_flake_that_is_a_link_out_of_it_is_told_and_not_followed() {
    let world = tempfile::tempdir().unwrap();
    let fleet = world.path().join("fleet");
    fs::create_dir_all(fleet.join("inner")).unwrap();
    fs::write(world.path().join("elsewhere.nix"), "{ }").unwrap();
    for leads in ["../elsewhere.nix", "/nowhere.nix"] {
        std::os::unix::fs::symlink(leads, fleet.join("flake.nix")).unwrap();
        for flake in [".", "./inner", "path:."] {
            let said = refused(&fleet, flake);
            assert!(
                said.contains("is a link that leads out of the flake"),
                "{leads} {flake}: {said}"
            );
            assert!(said.contains("put the file itself"), "{said}");
        }
        fs::remove_file(fleet.join("flake.nix")).unwrap();
    }
}

#[test]
fn a_folder_that_is_taken_for_another_and_a_query_is_told() {
    let world = tempfile::tempdir().unwrap();
    fs::create_dir(world.path().join("a?b")).unwrap();
    fs::write(world.path().join("a?b/flake.nix"), "{ }").unwrap();
    let said = refused(world.path(), "./a?b");
    assert!(said.contains("run the command in that folder"), "{said}");
    assert!(!refused(world.path(), "./c?d").contains("that folder"));
}
