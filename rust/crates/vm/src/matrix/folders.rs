//! Folders that another run works in, that another version made, or that are not there.

use super::Stage;
use crate::fake::{Behaviour, Fake};
use crate::run::Options;
use crate::state::{Fleet, Lock};
use crate::{Error, lifecycle};

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
    assert!(report.ssh.as_ref().unwrap().contains("root@127.0.0.1"));

    // And is known by its name, to whom a file says so.
    let fleet = Fleet::below(&stage.root, &stage.root, "f").unwrap();
    let mut reports = [report];
    lifecycle::name_left(&fleet, &mut reports).unwrap();
    let config = reports[0].ssh_config.as_ref().unwrap();
    assert!(std::fs::read_to_string(config).unwrap().starts_with("Host web-01\n"));
    let Some(ssh) = nixfleet_nix::process::find("ssh") else { return };
    let said =
        std::process::Command::new(ssh).arg("-F").arg(config).args(["-G", "web-01"]).output();
    let said = String::from_utf8(said.unwrap().stdout).unwrap();
    let port = reports[0].left.as_ref().unwrap().1.port;
    for line in ["hostname 127.0.0.1", "user root", &format!("port {port}")] {
        assert!(said.lines().any(|it| it == line), "{line} in {said}");
    }
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
    let world = fake.world(&stage.root);
    let error = lifecycle::start(&world, &stage.folder, &here, &start).unwrap_err();
    assert!(matches!(error, Error::NotBuilt { .. }), "{error}");
}
