//! Hosts whose names would lead out of the folder, or into a shell.

use std::fs;

use super::{firmware, fleet};
use crate::ended::Ended;
use crate::{INVENTORY, text};

const NAMES: [&str; 6] = ["../x", "$(touch pwned)", "a/b", "`id`; touch pwned", "a b", "-rf"];

#[test]
fn a_hosts_name_leads_to_no_other_folder_and_no_shell() {
    let fleet = fleet();
    fleet.program("nix", "echo \"$*\" >asked; exit 1");
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    let before = |fleet: &crate::Fleet| {
        let entries = fs::read_dir(fleet.path()).unwrap();
        let mut names: Vec<_> = entries.map(|it| it.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let expected = before(&fleet);
    for name in NAMES {
        let hostile = inventory.replace(r#""web-01""#, &format!("{name:?}"));
        fs::write(fleet.path().join("inventory.json"), hostile).unwrap();
        for command in ["test-vm", "build-vm"] {
            for which in [format!("--host={name}"), "--all".to_owned()] {
                let arguments = [command, INVENTORY, &which];
                let output = fleet.command(&arguments).envs(firmware(&fleet)).output_of();
                let err = text(&output.stderr);
                assert_eq!(output.status.code(), Some(1), "{arguments:?}: {err}");
                assert!(err.contains("error[host-name-invalid]"), "{err}");
            }
        }
        for command in [&["start-vm"][..], &["stop-vm"], &["clean-vm", "--yes"]] {
            let which = format!("--host={name}");
            let output = fleet.run(&[command, &[&which]].concat());
            assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
        }
    }
    let mut left = before(&fleet);
    // What a probe of an accelerator found is kept, and the folder of sockets.
    left.retain(|it| ![".cache", "nixfleet"].contains(&it.to_str().unwrap()));
    assert_eq!(left, expected);
}
