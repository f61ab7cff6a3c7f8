//! A release, while hundreds wait: more than are told at a stretch.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::common::{Fleet, Host, Plane};

const HOSTS: usize = 150;

#[test]
fn each_of_hundreds_that_wait_hears_of_a_release() {
    let names: Vec<String> = (0..HOSTS).map(|it| format!("web-{it:03}")).collect();
    let hosts: Vec<_> = names.iter().map(|it| (it.as_str(), "all")).collect();
    let fleet = Fleet::of(&hosts, json!([{ "name": "all" }]));
    let plane = Plane::start();
    assert!(plane.bring(&fleet.release(1)).0);
    assert!(plane.command(&json!({ "command": "pause" })).0);
    let waits = Arc::new(Barrier::new(HOSTS + 1));
    let wait = |name: &String| {
        let (mut host, waits) = (Host::of(&plane, &fleet, name), waits.clone());
        thread::spawn(move || {
            host.said.known = Some(host.check_in().mark);
            host.said.wait = 200;
            waits.wait();
            let began = Instant::now();
            (host.check_in().offered.unwrap().release.sequence, began.elapsed())
        })
    };
    let waiting: Vec<_> = names.iter().map(wait).collect();
    waits.wait();
    // Each has asked twice.
    plane.until_metric("check_ins_total", 2 * HOSTS);
    assert!(plane.bring(&fleet.release(2)).0);
    for host in waiting {
        let (sequence, waited) = host.join().unwrap();
        assert_eq!(sequence, 2);
        assert!(waited < Duration::from_secs(120), "it was told by nobody: {waited:?}");
    }
}
