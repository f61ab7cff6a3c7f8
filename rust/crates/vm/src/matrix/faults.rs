//! Everything that can go wrong in a test, a row each.

use super::Stage;
use crate::fake::{Behaviour, Fake, Outcome, Qemu, Ssh};
use crate::hypervisor::Status;
use crate::run::Options;

/// What goes wrong, the exit status that tells it, and a part of the message.
fn rows() -> Vec<(&'static str, Behaviour, u8, &'static str)> {
    let well = Behaviour::default;
    let untracked = "error: path '/f/web.nix' is not tracked by Git";
    vec![
        ("all goes well", well(), 0, ""),
        ("nix fails", Behaviour { nix_error: Some(untracked), ..well() }, 3, "web.nix"),
        (
            "nix dies",
            Behaviour { nix_dies: true, ..well() },
            3,
            "`nix build` was ended by signal 9 (SIGKILL)",
        ),
        (
            "the host has no disks",
            Behaviour { no_disks: true, nix_error: Some("error: no root"), ..well() },
            1,
            "`web-01` has no disk layout",
        ),
        ("nix hangs", Behaviour { nix_hangs: true, ..well() }, 4, "Nix has not finished"),
        (
            "the ISO package is none",
            Behaviour { no_iso: true, ..well() },
            1,
            "holds no `iso/*.iso`",
        ),
        ("QEMU ends at once", Behaviour { qemu: Qemu::Ends, ..well() }, 3, "no such machine"),
        ("QEMU hangs", Behaviour { qemu: Qemu::Hangs, ..well() }, 3, "does not answer"),
        (
            "QEMU ends later",
            Behaviour { later: Some(Status::Failed("signal: 9".into())), ..well() },
            3,
            "wait for the installer's SSH: signal: 9",
        ),
        (
            "the installer powers itself off",
            Behaviour { later: Some(Status::PoweredOff), ..well() },
            3,
            "powered itself off",
        ),
        ("a port is taken meanwhile", Behaviour { ports_taken: 2, ..well() }, 0, ""),
        ("every port is taken", Behaviour { ports_taken: 99, ..well() }, 3, "was taken by another"),
        (
            "the installer has no SSH",
            Behaviour { ssh: Ssh::Never, ..well() },
            4,
            "no SSH server answered",
        ),
        (
            "SSH accepts and never answers",
            Behaviour { ssh: Ssh::Silent, ..well() },
            4,
            "an SSH server answered, then: no answer within",
        ),
        (
            "the installer refuses the key",
            Behaviour { ssh: Ssh::Refuses, ..well() },
            1,
            "installer does not admit",
        ),
        (
            "the host refuses the key",
            Behaviour { ssh: Ssh::Refuses, only_host: true, ..well() },
            1,
            "installed host does not admit",
        ),
        (
            "the host has another key",
            Behaviour { ssh: Ssh::Changed, only_host: true, ..well() },
            1,
            "installed host has another SSH host key",
        ),
        (
            "the host has no SSH",
            Behaviour { ssh: Ssh::Never, only_host: true, ..well() },
            4,
            "`wait for the host's SSH` took longer",
        ),
        (
            "the guest panics",
            Behaviour { console: "[1.0] Kernel panic - not syncing: no root\n", ..well() },
            1,
            "Kernel panic - not syncing: no root",
        ),
        (
            "the host stops in emergency mode",
            Behaviour { console: "You are in emergency mode.\n", only_host: true, ..well() },
            1,
            "emergency mode",
        ),
        ("no space for a disk", Behaviour { disk_error: true, ..well() }, 3, "no space is left"),
        (
            "no space while it is written",
            Behaviour { later: Some(Status::DiskFull), ..well() },
            3,
            "no space is left",
        ),
        (
            "nixos-anywhere fails",
            Behaviour { installer: Outcome::Fails, ..well() },
            1,
            "failed with exit status: 1 while it was to partition",
        ),
        (
            "nixos-anywhere loops",
            Behaviour { installer: Outcome::Loops, ..well() },
            4,
            "`install` took longer",
        ),
        ("the installer stays on", Behaviour { stays_on: true, ..well() }, 4, "did not power down"),
        (
            "another host name",
            Behaviour { host_name: Some("other"), ..well() },
            1,
            "not so: the host name is web-01",
        ),
        (
            "a unit has failed",
            Behaviour { unit_state: Some("failed"), ..well() },
            1,
            "not so: unit nginx.service is active",
        ),
    ]
}

#[test]
fn every_fault_has_its_status_and_message_and_leaves_nothing() {
    for (what, behaviour, status, message) in rows() {
        let stage = Stage::new();
        let fake = Fake::new(behaviour);
        let report = stage.test(&fake, &Options::default());
        assert_eq!(report.exit_status(), status, "{what}: {:?}", report.message());
        let said = report.message().unwrap_or_default();
        assert!(said.contains(message), "{what}: {said}");
        assert_eq!(fake.alive(), 0, "{what}: a machine is left");
        stage.is_clean(what);

        let well = Fake::new(Behaviour::default());
        let next = stage.test(&well, &Options::default());
        assert_eq!(next.exit_status(), 0, "{what}, then: {:?}", next.message());
        // Only what was installed and powered down whole is used again.
        let was_installed = fake.installs() > 0 && !fake.world(&stage.root).cancel.requested();
        assert_eq!(next.reused, was_installed && what != "the installer stays on", "{what}");
    }
}
