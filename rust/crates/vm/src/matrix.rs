//! The fault matrix: everything that can go wrong, each with its exit status and message, and
//! after each nothing is left: no machine, no lock, no half of a file, and the next run goes well.

use std::path::Path;

use crate::fake::{Behaviour, Fake, Outcome, Qemu, Ssh, plan};
use crate::hypervisor::Status;
use crate::report::HostReport;
use crate::run::Options;
use crate::state::{Fleet, Folder, Lock, Role};
use crate::test::test;
use crate::{Error, Phase, files, lifecycle};

struct Stage {
    root: tempfile::TempDir,
    folder: Folder,
}

impl Stage {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = Fleet::below(root.path(), root.path(), "f").unwrap().host("web-01").unwrap();
        Self { root, folder }
    }

    fn test(&self, fake: &Fake, options: &Options) -> HostReport {
        let world = fake.world(&self.root.path().join("store"));
        test(&world, &plan(self.root.path()), &self.folder, options)
    }

    fn build(&self, fake: &Fake, options: &Options) -> HostReport {
        let world = fake.world(&self.root.path().join("store"));
        lifecycle::build(&world, &plan(self.root.path()), &self.folder, options)
    }

    /// Nothing of a run is left.
    fn is_clean(&self, what: &str) {
        for role in [Role::Installing, Role::Test] {
            assert!(!self.folder.role(role).exists(), "{what}: {role:?} is left");
        }
        Lock::take(&self.folder).unwrap_or_else(|error| panic!("{what}: {error}"));
        no_half_files(self.root.path(), what);
    }
}

fn no_half_files(folder: &Path, what: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(!name.starts_with(".new-"), "{what}: {name} is left");
        no_half_files(&entry.path(), what);
    }
}

/// What goes wrong, the exit status that tells it, and a part of the message.
fn rows() -> Vec<(&'static str, Behaviour, u8, &'static str)> {
    let well = Behaviour::default;
    let untracked = "error: path '/f/web.nix' is not tracked by Git";
    vec![
        ("all goes well", well(), 0, ""),
        ("nix fails", Behaviour { nix_error: Some(untracked), ..well() }, 3, "web.nix"),
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
        let was_installed =
            fake.installs() > 0 && !fake.world(stage.root.path()).cancel.requested();
        assert_eq!(next.reused, was_installed && what != "the installer stays on", "{what}");
    }
}

#[test]
fn ctrl_c_at_any_phase_once_or_twice_ends_it_all() {
    let phases = [
        Phase::Build,
        Phase::Disk,
        Phase::BootInstaller,
        Phase::WaitInstaller,
        Phase::Install,
        Phase::PowerOff,
        Phase::Boot,
        Phase::WaitHost,
        Phase::Verify,
        Phase::Stop,
    ];
    for (phase, times) in phases.into_iter().flat_map(|it| [(it, 1), (it, 2)]) {
        let what = format!("{times} × Ctrl-C at {phase}");
        let stage = Stage::new();
        let fake = Fake::new(Behaviour { interrupt: Some((phase, times)), ..Behaviour::default() });
        let report = stage.test(&fake, &Options::default());
        assert_eq!(report.exit_status(), 130, "{what}: {:?}", report.message());
        assert_eq!(fake.alive(), 0, "{what}");
        stage.is_clean(&what);
        let next = stage.test(&Fake::new(Behaviour::default()), &Options::default());
        assert_eq!(next.exit_status(), 0, "{what}, then: {:?}", next.message());
    }
}

#[test]
fn an_unchanged_install_is_done_once_and_anew_on_demand() {
    let stage = Stage::new();
    let fake = Fake::new(Behaviour::default());
    assert!(!stage.test(&fake, &Options::default()).reused);
    assert!(stage.test(&fake, &Options::default()).reused);
    assert!(stage.build(&fake, &Options::default()).error.is_none());
    assert_eq!(fake.installs(), 1, "one install serves tests and the VM that stays");
    let larger = Options { disk_size: Some(30), ..Options::default() };
    assert!(!stage.test(&fake, &larger).reused);
    assert!(!stage.test(&fake, &Options { rebuild: true, ..Options::default() }).reused);
    assert_eq!(fake.installs(), 3);
}

#[test]
fn the_disk_under_the_vm_that_stays_is_never_replaced() {
    let stage = Stage::new();
    let fake = Fake::new(Behaviour::default());
    stage.build(&fake, &Options::default());
    let base = stage.folder.install(&stage.folder.vm().unwrap().install).join("disk.qcow2");
    std::fs::write(&base, "the base").unwrap();
    stage.test(&fake, &Options { rebuild: true, ..Options::default() });
    assert_eq!(std::fs::read_to_string(&base).unwrap(), "the base");
    assert_eq!(std::fs::read_dir(stage.folder.installs()).unwrap().count(), 2);
}

#[test]
fn a_vm_whose_host_has_changed_is_old_until_it_is_renewed() {
    let stage = Stage::new();
    let fake = Fake::new(Behaviour::default());
    stage.build(&fake, &Options::default());
    let first = stage.folder.vm().unwrap();
    let larger = Options { disk_size: Some(30), ..Options::default() };
    assert!(stage.build(&fake, &larger).reused);
    assert_eq!(stage.folder.vm().unwrap(), first);
    assert!(!stage.build(&fake, &Options { rebuild: true, ..larger }).reused);
    assert_ne!(stage.folder.vm().unwrap().key, first.key);
}

#[test]
fn a_run_that_was_killed_is_mended_by_the_next() {
    let stage = Stage::new();
    stage.folder.open().unwrap();
    for role in [Role::Installing, Role::Test] {
        files::private_folder(&stage.folder.role(role)).unwrap();
        std::fs::write(stage.folder.role(role).join("disk.qcow2"), "half").unwrap();
        std::fs::write(stage.folder.role(role).join("qemu.pid"), "1").unwrap();
    }
    std::fs::write(stage.folder.path().join(".new-x"), "half").unwrap();
    let report = stage.test(&Fake::new(Behaviour::default()), &Options::default());
    assert_eq!(report.exit_status(), 0, "{:?}", report.message());
    stage.is_clean("killed");
}

#[test]
fn two_runs_on_one_host_do_not_meet() {
    let stage = Stage::new();
    let lock = Lock::take(&stage.folder).unwrap();
    let fake = Fake::new(Behaviour::default());
    let report = stage.test(&fake, &Options::default());
    assert_eq!(report.exit_status(), 3);
    assert!(report.message().unwrap().contains("another `nixfleet` works on the VM"));
    drop(lock);
    assert_eq!(stage.test(&fake, &Options::default()).exit_status(), 0);
}

#[test]
fn a_folder_of_another_layout_is_left_alone_until_it_is_cleaned() {
    let stage = Stage::new();
    stage.folder.open().unwrap();
    std::fs::write(stage.folder.path().join("layout"), "0").unwrap();
    let fake = Fake::new(Behaviour::default());
    let report = stage.test(&fake, &Options::default());
    assert_eq!(report.exit_status(), 3);
    assert!(report.message().unwrap().contains("nixfleet clean-vm -h web-01"));
    assert!(lifecycle::clean(&stage.folder).unwrap());
    assert_eq!(stage.test(&fake, &Options::default()).exit_status(), 0);
}

#[test]
fn a_kept_vm_runs_on() {
    let stage = Stage::new();
    let fake = Fake::new(Behaviour::default());
    let report = stage.test(&fake, &Options { keep: true, ..Options::default() });
    assert_eq!((report.exit_status(), fake.alive()), (0, 1));
    assert!(report.ssh.unwrap().contains("root@127.0.0.1"));
}

#[test]
fn starting_what_was_never_built_says_how_to_build_it() {
    let stage = Stage::new();
    let fake = Fake::new(Behaviour::default());
    let start = lifecycle::Start {
        display: crate::launch::Display::None,
        wait: false,
        identity: None,
        options: Options::default(),
    };
    let here = crate::preflight::ThisMachine::default();
    let world = fake.world(stage.root.path());
    let error = lifecycle::start(&world, &stage.folder, &here, &start).unwrap_err();
    assert!(matches!(error, Error::NotBuilt { .. }), "{error}");
}
