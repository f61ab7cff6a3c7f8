//! A disk without room.

use std::thread;
use std::time::{Duration, Instant};

use nixfleet_rollout::Phase;
use serde_json::json;

use super::two_waves;
use crate::common::{Host, Plane, system};

#[test]
fn a_full_disk_is_said_loses_nothing_and_it_goes_on_when_there_is_room() {
    let fleet = two_waves();
    let mut plane = Plane::with_little_room();
    assert!(plane.bring(&fleet.release(1)).0);
    let mut canary = Host::of(&plane, &fleet, "web-01");
    canary.may_soon();
    let mut second = Host::of(&plane, &fleet, "web-02");
    assert_eq!(second.may(), Some(false));
    plane.fill();

    let report = &mut canary.said.report;
    report.running = system("web-01", 1);
    (report.phase, report.sequence, report.tries) = (Phase::Committed, Some(1), 1);
    report.target = Some(system("web-01", 1));
    report.turn += 1;
    assert_eq!(canary.ask().status, 503);
    // For as long as it lasts, also while nobody says anything new.
    let until = Instant::now() + Duration::from_secs(3);
    while Instant::now() < until {
        let trouble = plane.get("/v1/status")["trouble"].clone();
        let told = trouble.as_str().unwrap_or_default();
        assert!(told.contains("full") || told.contains("No space left"), "{trouble}");
        thread::sleep(Duration::from_millis(100));
    }
    assert!(!plane.command(&json!({ "command": "pause" })).0);
    assert!(!plane.bring(&fleet.release(2)).0);
    assert_eq!(second.may(), Some(false));

    // One that is started then says it, or why it cannot begin, and takes nothing for damaged.
    plane.kill();
    plane.begin();
    thread::sleep(Duration::from_millis(500));
    plane.kill();
    if let Some(room) = &plane.inside {
        assert!(!room.files().iter().any(|it| it.contains("damaged")), "{:?}", room.files());
    }
    plane.begin();
    plane.empty();
    for round in 0.. {
        // What systemd does with one that could not begin.
        if !plane.runs() {
            plane.begin();
        }
        let status = plane.call("GET", "/v1/status", "");
        let trouble = serde_json::from_slice::<serde_json::Value>(&status.stdout);
        if trouble.is_ok_and(|it| it["trouble"].is_null()) {
            break;
        }
        assert!(round < 600, "it does not go on: {status:?}");
        thread::sleep(Duration::from_millis(100));
    }
    let status = plane.get("/v1/status");
    assert_eq!(status["release"]["sequence"], json!(1));
    assert_eq!(status["rollout"]["state"], json!("running"));
    let mut canary = Host { connection: Host::of(&plane, &fleet, "web-01").connection, ..canary };
    canary.check_in();
    // The third has been heard of, so it is not taken for one on its way.
    Host::of(&plane, &fleet, "web-03").may();
    Host::of(&plane, &fleet, "web-02").may_soon();
    let log = plane.get("/v1/log?limit=500").to_string();
    assert_eq!(log.matches("web-01 committed").count(), 1, "{log}");
}
