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

    let statuses: Vec<u16> = (0..90).map(|_| hosts[0].ask().status).collect();
    assert!(statuses.contains(&429), "{statuses:?}");
    // Others are served.
    assert_eq!(hosts[1].ask().status, 200);

    // A host has four connections: the oldest makes room.
    let body = serde_json::to_vec(&hosts[1].said).unwrap();
    let mut ask = |it: &mut nixfleet_link::Connection| {
        it.ask("POST", CHECK_IN, &[], &body, 4096, LIMITS.answer).is_ok()
    };
    let mut others: Vec<_> = (0..8).map(|_| open(&plane, fleet.seed("web-02"))).collect();
    assert!(others.iter_mut().all(&mut ask) || others.iter_mut().skip(4).all(&mut ask));
    thread::sleep(Duration::from_millis(200));
    let left: Vec<bool> = others.iter_mut().map(&mut ask).collect();
    assert_eq!(left, [false, false, false, false, true, true, true, true]);
}

#[test]
fn strangers_who_stay_are_few_and_hosts_are_served() {
    let fleet = two_waves();
    let (plane, mut hosts) = begun(&fleet);
    // None of them asks anything; of those beyond the first 64 each is closed.
    let _strangers: Vec<_> = (0..90).map(|it| open(&plane, 160 + it)).collect();
    let until = Instant::now() + Duration::from_secs(5);
    let metrics = || String::from_utf8(plane.call("GET", "/metrics", "").stdout).unwrap();
    while !metrics().contains("turned_away_total 26") {
        assert!(Instant::now() < until, "{}", metrics());
        thread::sleep(Duration::from_millis(50));
    }
    assert!(metrics().contains("nixfleet_strangers 64\n"), "{}", metrics());
    assert!(hosts.iter_mut().all(|it| it.ask().status == 200));
}
