//! What `--survival` finds, and how it ends.

use super::Stage;
use crate::fake::{Behaviour, Fake};
use crate::report::HostReport;
use crate::run::Options;

const BEFORE: &str = "planted\t/var/log\t\nfleeting\t/etc\t\n1 2 /var/lib/db/1\n";

fn survive(behaviour: Behaviour) -> HostReport {
    let stage = Stage::new();
    // The installer powers off as well: it is installed before the host behaves.
    stage.test(&Fake::new(Behaviour::default()), &Options::default());
    let fake = Fake::new(behaviour);
    let report = stage.test(&fake, &Options { survival: true, ..Options::default() });
    assert_eq!(fake.alive(), 0, "a machine is left");
    stage.is_clean("survival");
    report
}

fn after(after: &'static str) -> Behaviour {
    Behaviour { survival: Some((BEFORE, after)), ..Behaviour::default() }
}

#[test]
fn a_host_that_keeps_what_it_says_passes_and_is_verified_once_more() {
    let report = survive(after("planted\t/var/log\t\n1 2 /var/lib/db/1\n"));
    assert_eq!(report.exit_status(), 0, "{:?}", report.message());
    let told = |it: &str| report.assertions.iter().any(|outcome| outcome.assertion == it.into());
    assert!(told("/var/log lasts through a reboot") && told("/etc is wiped at a reboot"));
    assert!(told("after a reboot: no unit has failed"));
    assert!(told("after a reboot: unit nginx.service is active"));
}

#[test]
fn state_that_is_lost_fails_with_the_line_that_keeps_it() {
    let report = survive(after("planted\t/var/log\t\n"));
    assert_eq!(report.exit_status(), 1);
    let failed: Vec<_> = report.assertions.iter().filter(|it| !it.held).collect();
    assert_eq!(failed.len(), 1);
    let seen = failed[0].seen.as_ref().unwrap().raw();
    assert!(seen.contains("nixfleet.impermanence.files = [ \"/var/lib/db\" ];"), "{seen}");
}

#[test]
fn a_host_that_does_not_go_down_is_a_time_out() {
    let report = survive(Behaviour { stays_on: true, ..after("") });
    assert_eq!(report.exit_status(), 4);
    let message = report.message().unwrap();
    assert!(message.contains("did not power down"), "{message}");
}

#[test]
fn on_a_host_that_keeps_everything_there_is_nothing_to_check() {
    let report = survive(Behaviour::default());
    assert_eq!(report.exit_status(), 0);
    assert!(!report.assertions.iter().any(|it| it.assertion.contains("reboot")));
}
