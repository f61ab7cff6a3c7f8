//! Where faults are: in the user's own tree, however the flake is named.

use crate::preflight::fleet_with_a_position;
use crate::{Fleet, INVENTORY, text};

/// Expects the line that the inventory says is in the store to be found below the current folder.
fn expect_own_line(fleet: &Fleet, flake: &str) {
    let output = fleet.run(&["validate", INVENTORY, "--flake", flake]);
    let out = text(&output.stdout);
    assert!(out.contains("--> hosts/web.nix:2:3"), "{flake}: {out}");
    assert!(out.contains("keys = [ ];"), "{flake}: {out}");
}

#[test]
fn a_flake_in_a_folder_of_what_nix_copies_has_its_lines() {
    let fleet = fleet_with_a_position();
    for flake in [".", "path:.", "path:.?dir=hosts", "path:./hosts/..?dir=%68osts"] {
        expect_own_line(&fleet, flake);
    }
    // Nix looks for the flake above.
    expect_own_line(&fleet, "./hosts");
}

#[test]
fn a_flake_in_a_folder_of_a_repository_has_its_lines() {
    let fleet = fleet_with_a_position();
    fleet.untracked();
    let absolute = format!("git+file://{}?dir=hosts", fleet.path().display());
    for flake in ["./hosts", "git+file:hosts/..?dir=hosts", absolute.as_str()] {
        expect_own_line(&fleet, flake);
    }
    // What lies in the folder is not what Nix read of a commit.
    let out = text(&fleet.run(&["validate", INVENTORY, "--flake", ".?ref=main"]).stdout);
    assert!(out.contains("hosts/web.nix:2:3") && !out.contains("keys = [ ];"), "{out}");
}
