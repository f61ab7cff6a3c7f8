//! How a release is brought, and goes to its hosts.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_link::{CHECK_IN, RELEASE};
use nixfleet_rollout::Phase;
use serde_json::json;

use super::{begun, two_waves};
use crate::common::{Host, LIMITS, Plane, open};

#[test]
fn a_release_goes_from_wave_to_wave_as_hosts_commit() {
    let (plane, fleet) = (Plane::start(), two_waves());
    let mut early = open(&plane, fleet.seed("web-01"));
    let reply = early.ask("POST", CHECK_IN, &[], b"{}", 1024, LIMITS.answer).unwrap();
    assert_eq!(reply.status, 404);
    assert!(String::from_utf8_lossy(&reply.body).contains("no release has been brought here yet"));

    let (good, answer) = plane.bring(&fleet.release(1));
    assert!(good, "{answer}");
    assert_eq!((&answer["sequence"], &answer["news"]), (&json!(1), &json!(true)));
    assert_eq!(plane.bring(&fleet.release(1)).1["news"], json!(false));
    assert_eq!(plane.get("/v1/release"), serde_json::to_value(fleet.release(1)).unwrap());

    let [mut canary, mut second, mut third] =
        ["web-01", "web-02", "web-03"].map(|it| Host::of(&plane, &fleet, it));
    assert_eq!((second.may(), third.may()), (Some(false), Some(false)));
    canary.may_soon();
    assert_eq!((second.may(), third.may()), (Some(false), Some(false)));

    // One that waits is told once it may go, and not when it asks next.
    second.said.known = Some(second.check_in().mark);
    second.said.wait = 100;
    let waiting = thread::spawn(move || {
        let answer = second.check_in();
        (second, answer)
    });
    thread::sleep(Duration::from_millis(300));
    assert!(!waiting.is_finished());
    let began = Instant::now();
    canary.says(Phase::Committed, 1, "web-01");
    let (mut second, answer) = waiting.join().unwrap();
    assert!(answer.offered.unwrap().wait.is_none());
    assert!(began.elapsed() < Duration::from_secs(15));

    // At most one at a time.
    assert_eq!(third.may(), Some(false));
    second.says(Phase::Committed, 1, "web-02");
    third.may_soon();
    third.says(Phase::Committed, 1, "web-03");
    plane.until("/v1/status", |it| it["rollout"]["state"] == "complete");
    // Nothing new was said since: the log ends with the last host's commit.
    let log = plane.get("/v1/log?limit=3");
    assert!(log["events"].to_string().contains("web-03 committed"), "{log}");
}

#[test]
fn a_host_has_its_own_entry_and_no_other_and_a_stranger_none() {
    let fleet = two_waves();
    let (plane, mut hosts) = begun(&fleet);
    let files = fleet.release(1);
    let mut file = |name: &str| {
        hosts[0]
            .connection
            .ask("GET", &format!("{RELEASE}/{name}"), &[], b"", 1 << 20, LIMITS.answer)
            .unwrap()
    };
    assert_eq!(file("release.json").body, files["release.json"].as_bytes());
    assert_eq!(file("hosts/web-01.json").body, files["hosts/web-01.json"].as_bytes());
    let etag = file("release.json").etag.unwrap();
    for name in ["hosts/web-02.json", "hosts/../key", "control-plane.json"] {
        assert_eq!(file(name).status, 404, "{name}");
    }
    let mut first = open(&plane, fleet.seed("web-01"));
    let same = first
        .ask(
            "GET",
            &format!("{RELEASE}/release.json"),
            &[("if-none-match", &etag)],
            b"",
            0,
            LIMITS.answer,
        )
        .unwrap();
    assert_eq!(same.status, 304);

    let mut stranger = open(&plane, 77);
    for (method, path) in [("POST", CHECK_IN), ("GET", &format!("{RELEASE}/release.json"))] {
        let reply = stranger.ask(method, path, &[], b"{}", 1024, LIMITS.answer).unwrap();
        assert_eq!(reply.status, 403);
        let words = String::from_utf8_lossy(&reply.body).into_owned();
        assert!(words.contains("has no host with the key SHA256:"), "{words}");
    }
}

#[test]
fn what_is_not_signed_for_this_fleet_or_is_older_is_refused_and_changes_nothing() {
    let fleet = two_waves();
    let (plane, mut hosts) = begun(&fleet);
    assert!(plane.bring(&fleet.release(3)).0);
    let refused = |files: &BTreeMap<String, String>| {
        let (good, answer) = plane.bring(files);
        assert!(!good, "{answer}");
        answer["error"].as_str().unwrap().to_owned()
    };
    assert!(refused(&fleet.release(2)).contains("release 2 is older than 3"));
    assert!(refused(&fleet.release_by(4, "home", 9)).contains("not signed by enough"));
    assert!(refused(&fleet.release_by(4, "work", 1)).contains("is of the fleet `work`"));
    let mut files = fleet.release(4);
    files.insert("hosts/web-02.json".into(), files["hosts/web-03.json"].clone());
    files.remove("hosts/web-01.json");
    let why = refused(&files);
    assert!(why.contains("`hosts/web-01.json` is missing"), "{why}");
    assert!(why.contains("`hosts/web-02.json` is not the one that was signed"), "{why}");
    let mut other = two_waves();
    other.waves = json!([{ "name": "canary" }, { "name": "rest" }]);
    assert!(refused(&other.release(3)).contains("two different releases 3"));
    assert!(refused(&BTreeMap::default()).contains("`release.json` is missing"));
    assert_eq!(hosts[0].check_in().offered.unwrap().release.sequence, 3);

    // Whoever brings one may: a stranger's release is judged alike.
    let mut stranger = open(&plane, 77);
    let body = serde_json::to_vec(&fleet.release(5)).unwrap();
    let reply = stranger.ask("POST", RELEASE, &[], &body, 4096, LIMITS.answer).unwrap();
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    assert_eq!(hosts[0].check_in().offered.unwrap().release.sequence, 5);
}

#[test]
fn a_plan_that_can_never_finish_is_said_when_it_is_brought() {
    let mut fleet = two_waves();
    fleet.waves = json!([{ "name": "canary", "need": 7 }, { "name": "rest" }]);
    let (good, answer) = Plane::start().bring(&fleet.release(1));
    assert!(good);
    assert!(answer["warnings"][0].as_str().unwrap().contains("needs 7"), "{answer}");
}
