//! Hosts that flood, lie, or are two.

use std::thread;
use std::time::{Duration, Instant};

use nixfleet_link::CHECK_IN;
use serde_json::json;

use super::{begun, two_waves};
use crate::common::{Host, LIMITS, open};

#[test]
fn a_key_that_two_machines_use_at_once_is_shown_with_both() {
    let fleet = two_waves();
    let (plane, mut hosts) = begun(&fleet);
    let mut clone = Host::of(&plane, &fleet, "web-01");
    clone.said.machine = "another".into();
    for _ in 0..2 {
        clone.check_in();
        assert_eq!(hosts[0].ask().status, 200);
    }
    let doubled = &plane.get("/v1/status")["doubled"];
    assert_eq!(doubled[0]["host"], json!("web-01"));
    assert_eq!(doubled[0]["addresses"].as_array().unwrap().len(), 2);
    // One that took the place of another is none.
    let mut again = Host::of(&plane, &fleet, "web-02");
    again.said.machine = "installed anew".into();
    again.check_in();
    assert_eq!(plane.get("/v1/status")["doubled"].as_array().unwrap().len(), 1);
}

#[test]
fn hosts_that_flood_or_lie_are_bounded() {
    let fleet = two_waves();
    let (plane, mut hosts) = begun(&fleet);
    let ask = |body: &[u8]| {
        let mut connection = open(&plane, fleet.seed("web-03"));
        let reply = connection.ask("POST", CHECK_IN, &[], body, 4096, LIMITS.answer);
        // One that is refused before it was read may find the connection closed.
        reply.map_or(413, |it| it.status)
    };
    assert_eq!(ask(b"hello"), 400);
    assert_eq!(ask(br#"{"version":99}"#), 400);
    assert_eq!(ask(&vec![b' '; 64 * 1024]), 413);
    // What is refused is said as all else is.
    let mut connection = open(&plane, fleet.seed("web-03"));
    for (method, path, status, words) in [
        ("GET", "/v1/release/%ff", 400, "the address cannot be read"),
        ("GET", CHECK_IN, 405, "it is not asked so"),
        ("GET", "/v2", 404, "there is nothing here"),
    ] {
        let reply = connection.ask(method, path, &[], b"", 4096, LIMITS.answer).unwrap();
        let said: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(reply.status, status, "{path}: {said}");
        assert!(said["error"].as_str().unwrap().contains(words), "{path}: {said}");
    }

    let statuses: Vec<u16> = (0..90).map(|_| hosts[0].ask().status).collect();
    assert!(statuses.contains(&429), "{statuses:?}");
    // Others are served.
    assert_eq!(hosts[1].ask().status, 200);

    // A host has four connections: the oldest makes room.
    let body = serde_json::to_vec(&hosts[1].said).unwrap();
    let ask = |it: &mut nixfleet_link::Connection| {
        it.ask("POST", CHECK_IN, &[], &body, 4096, LIMITS.answer).is_ok()
    };
    // It is there once it is answered: which of two was first is not decided before.
    let come = |_| {
        let mut connection = open(&plane, fleet.seed("web-02"));
        assert!(ask(&mut connection));
        connection
    };
    let mut others: Vec<_> = (0..8).map(come).collect();
    let (first, last) = others.split_at_mut(4);
    let until = Instant::now() + Duration::from_secs(30);
    while first.iter_mut().any(&ask) {
        assert!(Instant::now() < until, "the first of them stay");
        thread::sleep(Duration::from_millis(100));
    }
    assert!(last.iter_mut().all(&ask));
}

#[test]
fn strangers_who_stay_are_few_and_hosts_are_served() {
    let fleet = two_waves();
    let (plane, mut hosts) = begun(&fleet);
    // None of them asks anything; of those beyond the first 64 each is closed.
    let _strangers: Vec<_> = (0..90).map(|it| open(&plane, 160 + it)).collect();
    let metrics = || String::from_utf8(plane.call("GET", "/metrics", "").stdout).unwrap();
    plane.until_metric("connections_turned_away_total", 26);
    assert!(metrics().contains("nixfleet_strangers 64\n"), "{}", metrics());
    assert!(hosts.iter_mut().all(|it| it.ask().status == 200));
}
