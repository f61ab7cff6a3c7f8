//! What is lost: the program in mid-rollout, its database, or what is in it.

use std::thread;

use nixfleet_rollout::Phase;
use serde_json::json;

use super::{begun, two_waves};
use crate::common::Host;

#[test]
fn killed_at_any_time_it_goes_on_with_the_same_decisions() {
    let fleet = two_waves();
    let (mut plane, mut hosts) = begun(&fleet);
    hosts[0].may_soon();
    hosts[0].says(Phase::Committed, 1, "web-01");
    hosts[1].may_soon();
    for _ in 0..3 {
        plane.kill();
        plane.again();
        let mut hosts: Vec<Host> =
            fleet.hosts.iter().map(|(name, _)| Host::of(&plane, &fleet, name)).collect();
        hosts[0].said.report.phase = Phase::Committed;
        hosts[0].said.report.running = crate::common::system("web-01", 1);
        hosts[0].said.report.target = Some(crate::common::system("web-01", 1));
        hosts[0].said.report.sequence = Some(1);
        hosts[0].said.report.tries = 1;
        let may: Vec<_> = hosts.iter_mut().map(Host::may).collect();
        // The first has arrived; the second was let go and may still, and the third waits for it.
        assert_eq!(may, [Some(false), Some(true), Some(false)]);
    }
}

#[test]
fn without_its_database_it_offers_nothing_older_than_what_hosts_know() {
    let fleet = two_waves();
    let (mut plane, _) = begun(&fleet);
    assert!(plane.bring(&fleet.release(5)).0);
    plane.kill();
    plane.lose_database();
    plane.again();
    assert_eq!(plane.get("/v1/status")["release"], json!(null));
    // Yesterday's release comes back, from a backup or an attacker.
    assert!(plane.bring(&fleet.release(4)).0);
    let mut host = Host::of(&plane, &fleet, "web-01");
    host.knows(5);
    assert!(host.check_in().offered.is_none());
    assert_eq!(plane.get("/v1/status")["ahead"], json!(["web-01"]));
    assert!(plane.bring(&fleet.release(5)).0);
    assert_eq!(host.check_in().offered.unwrap().release.sequence, 5);
    assert_eq!(plane.get("/v1/status")["ahead"], json!([]));
}

#[test]
fn what_was_written_down_and_cannot_be_read_is_set_aside() {
    let fleet = two_waves();
    let (mut plane, _) = begun(&fleet);
    // The file is whole, and what is in it is not what was written.
    for (sequence, damage) in [
        (2, "UPDATE file SET bytes = substr(bytes, 1, 1) WHERE name = 'hosts/web-01.json'"),
        (3, "DELETE FROM file WHERE name = 'release.json'"),
        (4, "UPDATE release SET trusted = '{}'"),
        (5, "UPDATE release SET sequence = -1"),
        (6, "UPDATE release SET sequence = 1000"),
        (7, "UPDATE host SET said = 'hello'"),
    ] {
        assert!(Host::of(&plane, &fleet, "web-01").may().is_some());
        plane.kill();
        plane.sql(damage);
        plane.again();
        assert_eq!(plane.get("/v1/status")["release"], json!(null), "{damage}");
        assert!(plane.bring(&fleet.release(sequence)).0);
    }
}

#[test]
fn one_that_ends_answers_those_that_wait() {
    let fleet = two_waves();
    let (mut plane, mut hosts) = begun(&fleet);
    let mut host = hosts.swap_remove(1);
    host.said.known = Some(host.check_in().mark);
    host.said.wait = 200;
    let before = plane.metric("check_ins_total");
    let waiting = thread::spawn(move || host.check_in());
    plane.until_metric("check_ins_total", before + 1);
    assert!(plane.stop());
    let answer = waiting.join().unwrap();
    assert!((1..=20).contains(&answer.again), "{answer:?}");
}
