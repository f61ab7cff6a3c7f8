//! The control plane through its doors, as hosts and people see it.

mod common;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use common::{Fleet, Host, LIMITS, Plane, open};
use nixfleet_link::{CHECK_IN, RELEASE};
use nixfleet_rollout::Phase;
use serde_json::json;

fn two_waves() -> Fleet {
    Fleet::of(
        &[("web-01", "canary"), ("web-02", "rest"), ("web-03", "rest")],
        json!([{ "name": "canary" }, { "name": "rest", "atMost": 1 }]),
    )
}

/// A control plane with release 1, and hosts that have been heard of.
fn begun(fleet: &Fleet) -> (Plane, Vec<Host>) {
    let plane = Plane::start();
    assert!(plane.bring(&fleet.release(1)).0);
    let mut hosts: Vec<Host> =
        fleet.hosts.iter().map(|(name, _)| Host::of(&plane, fleet, name)).collect();
    for host in &mut hosts {
        host.may();
    }
    (plane, hosts)
}

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
    assert!(began.elapsed() < Duration::from_secs(3));

    // At most one at a time.
    assert_eq!(third.may(), Some(false));
    second.says(Phase::Committed, 1, "web-02");
    third.may_soon();
    third.says(Phase::Committed, 1, "web-03");
    let until = Instant::now() + Duration::from_secs(5);
    while plane.get("/v1/status")["rollout"]["state"] != json!("complete") {
        assert!(Instant::now() < until, "{}", plane.get("/v1/status"));
    }
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
        hosts[0].said.report.running = common::system("web-01", 1);
        hosts[0].said.report.target = Some(common::system("web-01", 1));
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
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", plane.database().display()));
    }
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
fn a_damaged_database_is_set_aside_and_a_newer_one_left_alone() {
    let fleet = two_waves();
    let (mut plane, _) = begun(&fleet);
    plane.kill();
    let mut bytes = std::fs::read(plane.database()).unwrap();
    bytes.iter_mut().skip(100).for_each(|it| *it = 0xff);
    std::fs::write(plane.database(), bytes).unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", plane.database().display()));
    }
    plane.again();
    assert_eq!(plane.get("/v1/status")["release"], json!(null));
    let aside = std::fs::read_dir(&plane.folder).unwrap().flatten();
    assert!(aside.into_iter().any(|it| it.file_name().to_string_lossy().contains("damaged-")));
    assert!(plane.bring(&fleet.release(2)).0);
}

#[test]
fn what_was_written_down_and_cannot_be_read_is_set_aside() {
    let fleet = two_waves();
    let (mut plane, _) = begun(&fleet);
    // The file is whole, and what is in it is not what was written.
    for (sequence, damage) in [
        (2, "UPDATE file SET bytes = x'00' WHERE name = 'hosts/web-01.json'"),
        (3, "DELETE FROM file WHERE name = 'release.json'"),
        (4, "UPDATE release SET trusted = '{}'"),
        (5, "UPDATE release SET sequence = -1"),
        (6, "UPDATE host SET said = 'hello'"),
    ] {
        assert!(Host::of(&plane, &fleet, "web-01").may().is_some());
        plane.kill();
        let database = rusqlite::Connection::open(plane.database()).unwrap();
        assert!(database.execute(damage, []).unwrap() > 0, "{damage}");
        drop(database);
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
    thread::sleep(Duration::from_millis(300));
    host.said.known = Some(host.check_in().mark);
    host.said.wait = 200;
    let waiting = thread::spawn(move || host.check_in());
    thread::sleep(Duration::from_millis(300));
    assert!(plane.stop());
    let answer = waiting.join().unwrap();
    assert!((1..=20).contains(&answer.again), "{answer:?}");
}

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
fn people_delay_and_allow_by_name_and_each_word_is_in_the_log() {
    let fleet = two_waves();
    let plane = Plane::start();
    assert_eq!(
        plane.command(&json!({ "command": "pause" })).1["error"],
        json!("there is no release yet")
    );
    assert!(plane.bring(&fleet.release(1)).0);
    let (good, answer) = plane.command(&json!({ "command": "pause" }));
    assert!(good, "{answer}");
    let mut host = Host::of(&plane, &fleet, "web-01");
    host.may();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(host.may(), Some(false));
    assert_eq!(plane.get("/v1/status")["rollout"]["state"], json!("paused"));
    let (good, answer) = plane.command(&json!({ "command": "hold", "host": "web-09" }));
    assert!(!good);
    assert_eq!(answer["error"], json!("the release has no host `web-09`"));
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
    thread::sleep(Duration::from_millis(300));
    assert_eq!(hosts[1].may(), Some(false));
    let host = plane.get("/v1/hosts/web-01");
    assert_eq!(host["host"]["standing"], json!("failed"));
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
fn the_page_shows_what_hosts_say_and_runs_none_of_it() {
    let fleet = two_waves();
    let (plane, mut hosts) = begun(&fleet);
    let ask =
        |path: &str| plane.ask_page(&format!("GET {path} HTTP/1.0\r\nhost: localhost\r\n\r\n"));
    hosts[0].may_soon();
    let why = "</p><script>alert(1)</script><img src=x onerror=alert(1)>".to_owned();
    hosts[0].says(Phase::Reverted { why }, 1, "web-01");
    thread::sleep(Duration::from_millis(200));
    for path in ["/", "/hosts", "/hosts?state=failed&tag=&wave=", "/hosts/web-01", "/log"] {
        let page = ask(path);
        assert!(page.starts_with("HTTP/1.0 200 OK"), "{path}: {page}");
        assert!(page.contains("default-src 'none'"), "{path}");
        assert!(!page.contains("<script>") && !page.contains("<img"), "{path}: {page}");
        if path != "/log" {
            assert!(page.contains("web-01"), "{path}: {page}");
        }
    }
    assert!(ask("/hosts/web-01").contains("&lt;script&gt;alert(1)"));
    assert!(ask("/").contains("Release 1"));
    assert!(!ask("/hosts?state=failed").contains("web-02"));
    let lost = ask("/hosts/%3Cb%3E");
    assert!(lost.starts_with("HTTP/1.0 404") && !lost.contains("<b>"), "{lost}");
    for (path, status, says) in [
        ("/hosts/web-1", 404, "no host `web-1`, did you mean `web-01`?"),
        ("/hosts?state=faild", 400, "There is no state `faild`, did you mean `failed`?"),
        ("/hosts?wave=canry", 200, "the wave `canry`, did you mean `canary`?"),
        ("/hosts?tag=nowhere", 200, "No host has the tag `nowhere`"),
        ("/log?before=x", 400, "an event's number"),
        ("/log?since=1", 400, "takes `before`"),
    ] {
        let page = ask(path);
        assert!(page.starts_with(&format!("HTTP/1.0 {status}")), "{path}: {page}");
        assert!(page.contains(says) && page.contains("</html>"), "{path}: {page}");
    }
}

#[test]
fn the_page_is_for_those_who_ask_by_its_own_address_and_changes_nothing() {
    let plane = Plane::start();
    let ask = |request: &str| plane.ask_page(request);
    let get = |host: &str| ask(&format!("GET /v1/status HTTP/1.0\r\nhost: {host}\r\n\r\n"));
    assert!(get("127.0.0.1:7251").contains("200 OK"));
    assert!(get("localhost").contains("200 OK"));
    assert!(get("evil.example.org").contains("403 Forbidden"));
    let post = "POST /v1/commands HTTP/1.0\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n{\"command\":\"pause\"}";
    assert!(ask(post).contains("404 Not Found"), "{}", ask(post));
}

#[test]
fn what_the_books_alerts_ask_for_is_measured() {
    let fleet = two_waves();
    let (plane, _hosts) = begun(&fleet);
    let output = plane.call("GET", "/metrics", "");
    let metrics = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = metrics
        .lines()
        .filter_map(|it| it.strip_prefix("# TYPE "))
        .filter_map(|it| it.split(' ').next())
        .collect();
    assert!(names.len() > 8, "{metrics}");
    assert!(!metrics.contains("web-01"), "a label for each host: {metrics}");
    assert!(metrics.contains("nixfleet_hosts{state=\"failed\"} 0"), "{metrics}");
    let rules = include_str!("../../../../docs/src/alerts.yml");
    let asked = rules.lines().filter_map(|it| it.trim().strip_prefix("expr: "));
    let asked = asked.filter_map(|it| it.find("nixfleet_").map(|at| &it[at..]));
    let asked: Vec<&str> = asked
        .map(|it| it.split(|it: char| !it.is_ascii_lowercase() && it != '_').next().unwrap())
        .filter(|it| !it.starts_with("nixfleet_agent_"))
        .collect();
    assert!(asked.len() > 8, "{asked:?}");
    for name in asked {
        assert!(names.contains(&name), "no metric `{name}`: {metrics}");
    }
}
