//! The time of day is set while a run is under way: nothing depends on it.

use super::Stage;
use crate::fake::{Behaviour, Fake, Ssh};
use crate::run::Options;
use crate::state::InstallRecord;
use crate::{Clock, Phase, files};

/// A century, about.
const JUMP: i64 = 100 * 365 * 86400;

#[test]
fn a_clock_that_is_set_changes_no_limit_and_no_duration() {
    for (phase, by) in [Phase::WaitInstaller, Phase::Install, Phase::WaitHost, Phase::Verify]
        .into_iter()
        .flat_map(|it| [(it, JUMP), (it, -JUMP)])
    {
        let what = format!("{by} s at {phase}");
        let jump = Some((phase, by));
        let usual = Stage::new().test(&Fake::new(Behaviour::default()), &Options::default());
        let stage = Stage::new();
        let report =
            stage.test(&Fake::new(Behaviour { jump, ..Behaviour::default() }), &Options::default());
        assert_eq!(report.exit_status(), 0, "{what}: {:?}", report.message());
        let seconds = |report: &crate::report::HostReport| {
            report.phases.iter().map(|it| it.seconds).collect::<Vec<_>>()
        };
        assert_eq!(seconds(&report), seconds(&usual), "{what}");

        let silent = Behaviour { jump, ssh: Ssh::Never, ..Behaviour::default() };
        let report = Stage::new().test(&Fake::new(silent), &Options::default());
        assert_eq!(report.exit_status(), 4, "{what}: {:?}", report.message());
        let waited = report.phases.iter().find(|it| it.phase == Phase::WaitInstaller).unwrap();
        assert!((180.0..181.0).contains(&waited.seconds), "{what}: {}", waited.seconds);
    }
}

/// A VM stands on an install from a time to come, as the clock was set back since; the newer one of
/// the same key is the one that tests take.
#[test]
fn the_newest_install_is_known_without_the_time_of_day() {
    let stage = Stage::new();
    let later = Fake::new(Behaviour { jump: Some((Phase::Build, JUMP)), ..Behaviour::default() });
    assert_eq!(stage.build(&later, &Options::default()).exit_status(), 0);
    let of_vm = stage.folder.vm().unwrap();
    let now = Fake::new(Behaviour::default());
    let made = |name: &str| {
        let record = stage.folder.install(name).join("install.json");
        files::read_json::<InstallRecord>(&record).unwrap().made
    };
    assert!(made(&of_vm.install) > now.date());
    for _ in 0..2 {
        let report = stage.test(&now, &Options { rebuild: true, ..Options::default() });
        assert_eq!(report.exit_status(), 0);
        let newest = stage.folder.installed(&of_vm.key).unwrap();
        assert_ne!(newest, of_vm.install);
        assert!(made(&newest) < made(&of_vm.install));
    }
    assert_eq!(std::fs::read_dir(stage.folder.installs()).unwrap().count(), 2);
}
