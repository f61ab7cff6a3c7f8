//! Keys that change: a host's, the control plane's, and those that sign releases.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_link::{CHECK_IN, Connection, HostKey, client_config};
use nixfleet_rollout::Phase;
use serde_json::json;
use ssh_key::LineEnding;

use super::{begun, two_waves};
use crate::common::{Host, LIMITS, private};

#[test]
fn a_host_that_has_another_key_is_the_same_host_and_the_old_key_opens_nothing() {
    let mut fleet = two_waves();
    let (plane, mut hosts) = begun(&fleet);
    hosts[0].may_soon();
    hosts[0].says(Phase::Committed, 1, "web-01");
    plane.until_host("web-01", "arrived");
    let mut old = Host::of(&plane, &fleet, "web-01");
    old.said = hosts[0].said.clone();
    old.said.known = Some(old.check_in().mark);
    old.said.wait = 200;
    let waiting = thread::spawn(move || (old.ask(), old));
    thread::sleep(Duration::from_millis(300));

    fleet.keys = BTreeMap::from([("web-01".into(), 50)]);
    let began = Instant::now();
    assert!(plane.bring(&fleet.release(2)).0);
    // One that waits is told at once.
    let (reply, mut old) = waiting.join().unwrap();
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert_eq!(reply.status, 403, "{}", String::from_utf8_lossy(&reply.body));
    assert!(String::from_utf8_lossy(&reply.body).contains("write it to `hostKey`, and release"));
    assert_eq!(old.ask().status, 403);

    assert_eq!(plane.get("/v1/hosts/web-01")["said"]["phase"], json!("committed"));
    let mut new = Host::of(&plane, &fleet, "web-01");
    new.said.report = hosts[0].said.report.clone();
    new.said.report.turn += 1;
    new.may_soon();
    assert_eq!(plane.get("/v1/status")["doubled"], json!([]));
}

#[test]
fn under_another_key_of_its_own_it_goes_on_with_those_who_know_it() {
    let fleet = two_waves();
    let (mut plane, mut hosts) = begun(&fleet);
    hosts[0].may_soon();
    assert!(plane.stop());
    fs::write(plane.folder.join("key"), private(3).to_openssh(LineEnding::LF).unwrap()).unwrap();
    plane.again();
    let meet = |pin: u8| {
        let key = HostKey::of_seed(&[fleet.seed("web-01"); 32]).unwrap();
        let pin = HostKey::of_seed(&[pin; 32]).unwrap().public();
        Connection::open(&plane.address, &client_config(&key, pin).unwrap(), LIMITS)
    };
    let Err(why) = meet(2) else { panic!("the old key is still good") };
    assert!(why.contains("it has another key than the configuration names"), "{why}");
    let body = serde_json::to_vec(&hosts[0].said).unwrap();
    let reply = meet(3).unwrap().ask("POST", CHECK_IN, &[], &body, 4096, LIMITS.answer).unwrap();
    assert_eq!(reply.status, 200);
    // It was let go before, and may still.
    assert!(!String::from_utf8_lossy(&reply.body).contains("\"wait\""));
}

#[test]
fn the_keys_that_sign_change_by_a_release_and_a_new_database_is_shown_how() {
    let mut fleet = two_waves();
    let (mut plane, _) = begun(&fleet);
    let refused = |answer: (bool, serde_json::Value)| {
        assert!(!answer.0, "{}", answer.1);
        answer.1["error"].as_str().unwrap().to_owned()
    };
    // The change takes the old key and the new one,
    fleet.signers = vec![3];
    assert!(refused(plane.bring(&fleet.signed(2, "home", &[3]))).contains("not signed by enough"));
    assert!(!plane.bring(&fleet.signed(2, "home", &[1])).0);
    let changed = fleet.signed(2, "home", &[1, 3]);
    assert!(plane.bring(&changed).0);
    // and from then on the old one makes none, also after a start with the old configuration.
    fleet.rotations = vec![2];
    assert!(!plane.bring(&fleet.signed(3, "home", &[1])).0);
    plane.kill();
    plane.again();
    assert!(!plane.bring(&fleet.signed(3, "home", &[1])).0);
    assert!(plane.bring(&fleet.signed(3, "home", &[3])).0);

    // Its database is lost, and its configuration the old one.
    plane.kill();
    plane.lose_database();
    plane.again();
    let mut newest = fleet.signed(4, "home", &[3]);
    assert!(refused(plane.bring(&newest)).contains("not signed by enough"));
    for (file, of) in [("2.json", "release.json"), ("2.json.sig", "release.json.sig")] {
        newest.insert(format!("rotations/{file}"), changed[of].clone());
    }
    assert!(plane.bring(&newest).0);
    // Or the new one.
    plane.kill();
    plane.lose_database();
    plane.signers = vec![3];
    plane.again();
    assert!(plane.bring(&fleet.signed(5, "home", &[3])).0);
}
