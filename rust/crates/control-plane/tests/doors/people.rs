//! What people say and see.

use std::thread;
use std::time::Duration;

use nixfleet_rollout::Phase;
use serde_json::json;

use super::{begun, two_waves};
use crate::common::{Host, Plane};

#[test]
fn people_delay_and_allow_by_name_and_each_word_is_in_the_log() {
    let fleet = two_waves();
    let plane = Plane::start();
    let nothing = plane.command(&json!({ "command": "pause" })).1;
    assert!(nothing["error"].as_str().unwrap().contains("`nixfleet release publish`"), "{nothing}");
    assert!(plane.bring(&fleet.release(1)).0);
    let (good, answer) = plane.command(&json!({ "command": "pause" }));
    assert!(good && answer["met"].is_null(), "{answer}");
    let (_, again) = plane.command(&json!({ "command": "pause" }));
    assert!(again["met"].as_str().unwrap().starts_with("it was paused already, by "), "{again}");
    let mut host = Host::of(&plane, &fleet, "web-01");
    host.may();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(host.may(), Some(false));
    assert_eq!(plane.get("/v1/status")["rollout"]["state"], json!("paused"));
    let (good, answer) = plane.command(&json!({ "command": "hold", "host": "web-O3" }));
    assert!(!good);
    let near = "the release has no host `web-O3`, did you mean `web-03`?";
    assert_eq!(answer["error"], json!(near));
    let asked = plane.call("GET", "/v1/hosts/web-O3", "");
    assert!(String::from_utf8_lossy(&asked.stdout).contains(near), "{asked:?}");
    let (_, answer) = plane.command(&json!({ "command": "promote", "wave": "canari" }));
    let near = "the release has no wave `canari`, did you mean `canary`?";
    assert_eq!(answer["error"], json!(near));
    assert!(!plane.command(&json!({ "command": "explode" })).0);
    assert!(plane.command(&json!({ "command": "resume" })).0);
    host.may_soon();

    let log = plane.get("/v1/log");
    let words: Vec<&str> =
        log["events"].as_array().unwrap().iter().filter_map(|it| it["sentence"].as_str()).collect();
    assert!(words.iter().any(|it| it.ends_with(": pause")), "{words:?}");
    assert!(words.iter().any(|it| it.ends_with(": resume")), "{words:?}");
    let csv = String::from_utf8(plane.call("GET", "/v1/log.csv?limit=2", "").stdout).unwrap();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let page = plane.get("/v1/log?limit=1");
    let next = plane.get(&format!("/v1/log?limit=1&before={}", page["before"]));
    assert_ne!(page["events"], next["events"]);
}

#[test]
fn a_person_can_have_a_failed_host_try_again() {
    let fleet = two_waves();
    let (plane, mut hosts) = begun(&fleet);
    hosts[0].may_soon();
    hosts[0].says(Phase::Reverted { why: "nginx.service failed".into() }, 1, "web-01");
    plane.until_host("web-01", "failed");
    assert_eq!(hosts[1].may(), Some(false));
    let host = plane.get("/v1/hosts/web-01");
    assert!(host["host"]["sentence"].as_str().unwrap().contains("nginx.service failed"));
    assert!(plane.command(&json!({ "command": "retry", "host": "web-01" })).0);
    hosts[0].may_soon();
    assert!(hosts[0].check_in().offered.unwrap().retry.is_some());
}

#[test]
fn hosts_are_listed_by_tag_and_state_in_pages() {
    let fleet = two_waves();
    let (plane, _hosts) = begun(&fleet);
    let first = plane.get("/v1/hosts?tag=web&limit=2");
    assert_eq!((&first["total"], &first["next"]), (&json!(3), &json!("web-02")));
    let second = plane.get("/v1/hosts?tag=web&limit=2&after=web-02");
    assert_eq!(second["hosts"].as_array().unwrap().len(), 1);
    assert_eq!(plane.get("/v1/hosts?tag=db")["total"], json!(0));
    assert_eq!(plane.get("/v1/hosts?wave=rest")["total"], json!(2));
    assert!(!plane.call("GET", "/v1/hosts?state=purple", "").status.success());
    assert!(!plane.call("GET", "/v1/hosts/web-09", "").status.success());
    // What cannot be read is said as all else is.
    for (method, path, body, words) in [
        ("GET", "/v1/hosts?limit=many", "", "after the `?` cannot be read: limit: invalid digit"),
        ("GET", "/v1/log?before=-1", "", "after the `?` cannot be read: before: invalid digit"),
        ("GET", "/v1/log.csv?until=1", "", "unknown field `until`"),
        ("GET", "/v1/hosts/web%ff", "", "the address cannot be read"),
        ("GET", "/v1/release/hosts/%ff.json", "", "the address cannot be read"),
        ("GET", "/v1/commands", "", "it is not asked so"),
        ("POST", "/v1/status", "", "it is not asked so"),
        ("POST", "/v1/commands", "{", "the command cannot be read: EOF while parsing"),
        ("POST", "/v1/commands", r#"{"command":"x"}"#, "unknown variant `x`, expected one of"),
    ] {
        let answer = plane.call(method, path, body);
        assert_eq!(answer.status.code(), Some(1), "{path}: {answer:?}");
        let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
        assert!(answer["error"].as_str().unwrap().contains(words), "{path}: {answer}");
    }
    let no_path = plane.call("GET", "v1/status", "");
    let said = String::from_utf8_lossy(&no_path.stderr).into_owned();
    assert!(said.contains("`v1/status` is no path: write one as `/v1/status`"), "{said}");
}

/// `hold` is for later rollouts too: who releases may not know of it.
#[test]
fn a_release_for_hosts_that_are_held_says_so_when_it_is_brought() {
    let fleet = two_waves();
    let (plane, mut hosts) = begun(&fleet);
    assert!(plane.command(&json!({ "command": "hold", "host": "web-01" })).0);
    hosts[0].may();
    let (_, taken) = plane.bring(&fleet.release(2));
    let words = "wave `canary` waits for web-01, held by people: `resume` lets hosts go";
    assert!(taken["warnings"].to_string().contains(words), "{taken}");
    assert!(plane.command(&json!({ "command": "release", "host": "web-01" })).0);
    assert_eq!(plane.bring(&fleet.release(3)).1["warnings"], json!([]));
}

/// It can never be heard of, and looks like one that is off: who looks at it is told what is lacking. So is
/// whoever brings the release, each time, where no other host ever goes for it.
#[test]
fn a_host_without_a_key_is_told_wherever_it_is_shown() {
    let mut fleet = two_waves();
    fleet.without_key = vec!["web-01".into()];
    let plane = Plane::start();
    for _ in 0..2 {
        let (good, taken) = plane.bring(&fleet.release(1));
        assert!(good && taken["withoutKey"] == json!(["web-01"]), "{taken}");
        let warnings = taken["warnings"].to_string();
        assert!(warnings.contains("wave `canary` is the first, and none of its hosts"), "{taken}");
    }
    let host = &plane.get("/v1/hosts/web-01")["host"];
    assert_eq!(host["withoutKey"], json!(true));
    let words = "the release has no key of it: write its `hostKey`";
    assert!(host["sentence"].as_str().unwrap().contains(words), "{host}");
    assert_eq!(plane.get("/v1/hosts/web-02")["host"]["withoutKey"], json!(false));
    assert_eq!(plane.get("/v1/status")["release"]["withoutKey"], json!(["web-01"]));
    for (path, words) in [
        ("/", "The release has no key of web-01, so they cannot ask."),
        ("/hosts/web-01", "no key of it"),
    ] {
        let page = plane.ask_page(&format!("GET {path} HTTP/1.0\r\nhost: localhost\r\n\r\n"));
        assert!(page.contains(words), "{path}: {page}");
    }
}
