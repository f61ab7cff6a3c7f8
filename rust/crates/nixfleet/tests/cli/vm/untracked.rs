//! An installer that cannot be built, since git does not track a file of it.

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
