//! Leave that is taken back: whose place it was is told so at once, and the place is free once that is
//! known.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::begun;
use crate::common::Fleet;

#[test]
fn the_place_of_a_host_that_is_called_back_is_free_once_it_says_that_it_heard_so() {
    let hosts = [("web-01", "web"), ("web-02", "web")];
    let fleet = Fleet::of(&hosts, json!([{ "name": "web", "atMost": 1 }]));
    let (plane, hosts) = begun(&fleet);
    let [mut first, mut second] = <[_; 2]>::try_from(hosts).ok().unwrap();
    first.may_soon();
    let goes = first.check_in().mark;
    assert_eq!(second.may(), Some(false));

    // It waits for news, as an agent does that looks for room.
    first.said.known = Some(goes.clone());
    first.said.wait = 200;
    let waiting = thread::spawn(move || (first.check_in(), first));
    thread::sleep(Duration::from_millis(300));
    let began = Instant::now();
    assert!(plane.command(&json!({ "command": "hold", "host": "web-01" })).0);
    let (answer, mut first) = waiting.join().unwrap();
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert!(answer.offered.unwrap().wait.is_some());
    assert_ne!(answer.mark, goes);

    // What it sent before it heard so says nothing of that: it may have begun.
    first.said.wait = 0;
    for known in [Some(goes), None] {
        first.said.known = known;
        first.check_in();
        thread::sleep(Duration::from_millis(200));
        assert_eq!(second.may(), Some(false));
    }
    first.said.known = Some(answer.mark);
    first.check_in();
    second.may_soon();
    assert_eq!(first.may(), Some(false));
    let log = plane.get("/v1/log");
    let sentence = json!("web-01 stays, and has not begun");
    assert!(log["events"].as_array().unwrap().iter().any(|it| it["sentence"] == sentence), "{log}");
}
