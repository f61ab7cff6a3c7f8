//! Runs that the user or the machine ends: by Ctrl-C, or by `kill -9`.

use super::Stage;
use crate::fake::{Behaviour, Fake};
use crate::run::Options;
use crate::state::Role;
use crate::{Phase, files};

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
