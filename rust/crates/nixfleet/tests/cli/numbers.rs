//! Numbers on the command line: what is too large is told, and nothing is reckoned with it.

use crate::{Fleet, INVENTORY, text};

const HUGE: [&str; 5] = ["18446744073709551615", "18446744073709551616", "4294967295", "-1", "1e9"];

#[test]
fn no_number_makes_a_command_panic() {
    let fleet = Fleet::new("UTC");
    fleet.program("nix", "exit 1");
    let arguments: [(&[&str], &str); 15] = [
        (&["validate", INVENTORY, "--eval"], "--jobs"),
        (&["validate", INVENTORY, "--eval"], "--max-memory"),
        (&["list", INVENTORY, "--eval"], "--jobs"),
        (&["build-vm", INVENTORY, "-h", "web-01"], "--memory"),
        (&["build-vm", INVENTORY, "-h", "web-01"], "--cpus"),
        (&["build-vm", INVENTORY, "-h", "web-01"], "--disk-size"),
        (&["test-vm", INVENTORY, "-h", "web-01"], "--jobs"),
        (&["test-vm", INVENTORY, "-h", "web-01"], "--memory"),
        (&["test-vm", INVENTORY, "-h", "web-01"], "--limit=install"),
        (&["test-vm", INVENTORY, "-h", "web-01"], "--limit=preflight"),
        (&["start-vm", "-h", "web-01"], "--memory"),
        (&["start-vm", "-h", "web-01"], "--cpus"),
        (&["stop-vm", "-h", "web-01"], "--jobs"),
        (&["clean-vm", "-h", "web-01"], "--jobs"),
        (&["release", INVENTORY], "--rollback-to"),
    ];
    for (command, option) in arguments {
        for number in HUGE {
            let option = format!("{option}={number}");
            let output = fleet.run(&[command, &[&option]].concat());
            let err = text(&output.stderr);
            assert!(!err.contains("panicked"), "{command:?} {option}: {err}");
            // Releases may be as many; there is none of that number.
            let may_be = option.starts_with("--rollback-to") && number.parse::<u64>().is_ok();
            if !may_be {
                assert_eq!(output.status.code(), Some(2), "{command:?} {option}: {err}");
            }
        }
    }
}
