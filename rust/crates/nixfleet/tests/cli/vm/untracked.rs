//! An installer or a host that cannot be built, for what its author wrote.

use std::fs;

use super::{firmware, fleet, nothing_half_made_is_left};
use crate::ended::Ended;
use crate::{INVENTORY, UNTRACKED, text};

#[test]
fn an_untracked_file_is_named_wherever_nix_misses_it() {
    let fleet = fleet();
    fleet.untracked();
    let read = &["test-vm", "-h", "web-01"][..];
    let built = &["build-vm", INVENTORY, "-h", "web-01"][..];
    for (words, arguments) in UNTRACKED.into_iter().flat_map(|it| [(it, read), (it, built)]) {
        fleet.program("nix", &format!("echo \"{words}\" >&2; exit 1"));
        let output = fleet.command(arguments).envs(firmware(&fleet)).output_of();
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{err}");
        assert!(err.contains("`new.nix` is not tracked by git"), "{err}");
        assert!(err.contains("help: run `git add new.nix`"), "{err}");
        nothing_half_made_is_left(fleet.path());
    }
}

#[test]
fn another_failure_of_a_build_is_cut_to_its_cause() {
    let fleet = fleet();
    let trace = "error:\n       … while calling x\n\n       error: undefined variable";
    fleet.program("nix", &format!("echo \"{trace} foo\" >&2; exit 1"));
    let arguments = ["test-vm", INVENTORY, "-h", "web-01"];
    let run = |more: &[&str]| {
        let arguments = [&arguments, more].concat();
        let output = fleet.command(&arguments).envs(firmware(&fleet)).output_of();
        assert_eq!(output.status.code(), Some(3));
        text(&output.stderr)
    };
    let short = run(&[]);
    assert!(short.contains("web-01: undefined variable foo"), "{short}");
    assert!(!short.contains("while calling x"), "{short}");
    assert!(run(&["--show-trace"]).contains("while calling x"));
}

/// What a module is refused for is told in the words of `validate`, at its line.
#[test]
fn a_mistake_in_a_module_is_told_as_by_validate() {
    let fleet = fleet();
    fs::write(fleet.path().join("flake.nix"), "{ outputs = _: { imports = [ ./w.nix ]; }; }\n")
        .unwrap();
    fs::write(fleet.path().join("w.nix"), "{ config, ... }:\n{ a = [ pkgs.vim ]; }\n").unwrap();
    let place = "/nix/store/00000000000000000000000000000000-source/w.nix:2:9";
    let words = format!("error: undefined variable 'pkgs'\n       at {place}:\n");
    fleet.program("nix", &format!("printf '%s' \"{words}\" >&2; exit 1"));
    let arguments = ["test-vm", INVENTORY, "-h", "web-01"];
    let output = fleet.command(&arguments).envs(firmware(&fleet)).output_of();
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(
        err.contains("error: web-01: the name `pkgs` is bound nowhere\n --> w.nix:2:9"),
        "{err}"
    );
    assert!(err.contains("help: take it as an argument at the top of the file"), "{err}");
}
