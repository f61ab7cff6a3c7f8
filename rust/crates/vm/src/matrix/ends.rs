//! Runs that the user or the machine ends: by Ctrl-C, or by `kill -9`.

use std::env;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use super::Stage;
use crate::fake::{Behaviour, Fake};
use crate::run::Options;
use crate::state::Role;
use crate::{Phase, files};

/// Those of a test. What follows the last is no phase: the report is written.
const PHASES: [Phase; 11] = [
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
    Phase::Clean,
];

#[test]
fn ctrl_c_at_any_phase_once_or_twice_ends_it_all() {
    for (phase, times) in PHASES.into_iter().flat_map(|it| [(it, 1), (it, 2)]) {
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
fn a_run_that_was_killed_is_mended_by_the_next() {
    let stage = Stage::new();
    stage.folder.open().unwrap();
    files::private_folder(&stage.folder.role(Role::Vm)).unwrap();
    std::fs::write(stage.folder.role(Role::Vm).join(".new-x"), "half").unwrap();
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

/// What a copy of this program does in the test below.
fn be_killed(root: &str, moment: &str) -> ! {
    let word = moment.trim_start_matches("after-");
    let killed = Phase::parse(word).map(|it| (it, word == moment));
    let fake = Fake::new(Behaviour { killed, ..Behaviour::default() });
    Stage::at(root.as_ref()).test(&fake, &Options::default());
    panic!("it lives");
}

#[test]
fn a_run_that_is_killed_in_any_phase_is_mended_by_the_next() {
    const NAME: &str = "matrix::ends::a_run_that_is_killed_in_any_phase_is_mended_by_the_next";
    if let (Ok(root), Ok(word)) = (env::var("NIXFLEET_KILL_IN"), env::var("NIXFLEET_KILL_AT")) {
        be_killed(&root, &word);
    }
    for (phase, moment) in PHASES.into_iter().flat_map(|it| [(it, ""), (it, "after-")]) {
        let what = format!("{moment}{}", phase.word());
        let stage = Stage::new();
        let mut copy = Command::new(env::current_exe().unwrap());
        copy.args(["--exact", NAME]).env("NIXFLEET_KILL_IN", &stage.root);
        let output = copy.env("NIXFLEET_KILL_AT", &what).output().unwrap();
        assert_eq!(output.status.signal(), Some(9), "{what}: {output:?}");

        let next = stage.test(&Fake::new(Behaviour::default()), &Options::default());
        assert_eq!(next.exit_status(), 0, "{what}, then: {:?}", next.message());
        // An install counts from the moment when it was powered down and put in its place.
        assert_eq!(next.reused, phase > Phase::PowerOff, "{what}");
        stage.is_clean(&what);
    }
}
