//! The end, while hundreds are held: each has its answer, and comes again at another time.

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::common::{Fleet, Host, Plane};

const HOSTS: usize = 125;
/// As many connections as a host may have.
const OF_A_HOST: usize = 4;

#[test]
fn one_that_ends_answers_five_hundred_that_are_held() {
    let names: Vec<String> = (0..HOSTS).map(|it| format!("web-{it:03}")).collect();
    let hosts: Vec<_> = names.iter().map(|it| (it.as_str(), "all")).collect();
    let fleet = Fleet::of(&hosts, json!([{ "name": "all" }]));
    let mut plane = Plane::start();
    assert!(plane.bring(&fleet.release(1)).0);
    assert!(plane.command(&json!({ "command": "pause" })).0);

    let held = Arc::new(Barrier::new(HOSTS * OF_A_HOST + 1));
    let ask = |name: &String| {
        let mut host = Host::of(&plane, &fleet, name);
        let held = held.clone();
        thread::spawn(move || {
            host.said.known = Some(host.check_in().mark);
            host.said.wait = 200;
            held.wait();
            host.check_in().again
        })
    };
    let asking: Vec<_> = names.iter().flat_map(|it| [it; OF_A_HOST].map(ask)).collect();
    held.wait();
    // Each has asked twice.
    plane.until_metric("check_ins_total", 2 * HOSTS * OF_A_HOST);
    assert!(asking.iter().all(|it| !it.is_finished()), "they are not held");

    let began = Instant::now();
    assert!(plane.stop());
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let again: Vec<u64> = asking.into_iter().map(|it| it.join().unwrap()).collect();
    assert!(again.iter().all(|it| (1..=20).contains(it)), "{again:?}");
    // Not all at once.
    assert!(again.iter().collect::<BTreeSet<_>>().len() > 5, "{again:?}");
}
