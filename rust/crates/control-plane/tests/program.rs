//! The program as systemd and people start it: what it looks at before it begins, and its end.

mod common;

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use common::{Fleet, Host, Plane};
use nixfleet_link::HostKey;
use nixfleet_rollout::Phase;
use serde_json::{Value, json};

fn fleet() -> Fleet {
    Fleet::of(&[("web-01", "all"), ("web-02", "all")], json!([{ "name": "all" }]))
}

/// What `--check` says of a configuration.
fn check(change: impl FnOnce(&mut Value, &std::path::Path)) -> Output {
    let plane = Plane::start();
    plane.configure(|it| change(it, &plane.folder));
    Command::new(env!("CARGO_BIN_EXE_nixfleet-control-plane"))
        .args(["--check", "--config"])
        .arg(plane.folder.join("control-plane.json"))
        .output()
        .unwrap()
}

#[test]
fn a_configuration_is_looked_at_without_a_start() {
    let good = check(|_, _| {});
    assert!(good.status.success(), "{good:?}");
    // The line for `controlPlane.key`: the key of these tests' control planes.
    let key = HostKey::of_seed(&[2; 32]).unwrap().public();
    assert!(String::from_utf8_lossy(&good.stdout).contains(key.line().trim()), "{good:?}");
    let words = |output: Output| {
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let all = words(check(|it, _| {
        it["listen"] = json!(["everywhere"]);
        it["page"] = json!("0.0.0.0:80");
        it["threshold"] = json!(3);
    }));
    for word in ["`everywhere` is no address", "`page` is `0.0.0.0:80`", "no release could ever be"]
    {
        assert!(all.contains(word), "{all}");
    }
    let no_key = words(check(|it, folder| it["hostKey"] = json!(folder.join("nothing"))));
    assert!(no_key.contains("nothing"), "{no_key}");
    let no_folder =
        words(check(|it, folder| it["database"] = json!(folder.join("none/db.sqlite"))));
    assert!(no_folder.contains("/none` is not there: make it"), "{no_folder}");
    let no_folder = words(check(|it, folder| it["database"] = json!(folder.join("key/db.sqlite"))));
    assert!(no_folder.contains("/key` is no folder"), "{no_folder}");
    let a_folder = words(check(|it, folder| it["database"] = json!(folder)));
    assert!(a_folder.contains("is a folder"), "{a_folder}");
    let no_password = words(check(|it, folder| {
        it["database"] = json!("postgresql:///fleet?host=/run/postgresql");
        it["databasePassword"] = json!(folder.join("nothing"));
    }));
    assert!(no_password.contains("nothing"), "{no_password}");
    let open = words(check(|it, folder| {
        let key = folder.join("key");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        it["fleet"] = json!("home");
    }));
    assert!(open.contains("everybody on this machine may open `"), "{open}");
    let pipe = words(check(|it, folder| {
        let pipe = folder.join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        it["hostKey"] = json!(pipe);
    }));
    assert!(pipe.contains("it is no file"), "{pipe}");
    let nameless = words(check(|it, _| it["fleet"] = json!("")));
    assert!(nameless.contains("`fleet` is empty"), "{nameless}");
    let mut plane = Plane::start();
    plane.kill();
    // Another program has the port.
    let taken = std::net::TcpListener::bind(&plane.address).unwrap();
    let ended = String::from_utf8(plane.ends().stderr).unwrap();
    assert!(ended.contains("`ss -ltnp` names the program that listens there"), "{ended}");
    drop(taken);
    // What is no socket is not taken away.
    std::fs::remove_file(plane.folder.join("socket")).unwrap();
    std::fs::write(plane.folder.join("socket"), "mine").unwrap();
    let ended = String::from_utf8(plane.ends().stderr).unwrap();
    assert!(ended.contains("/socket` is there, and no socket: move it away"), "{ended}");
    assert_eq!(std::fs::read_to_string(plane.folder.join("socket")).unwrap(), "mine");
    // A service that is stopped.
    let stopped = words(check(|it, _| it["hostKey"] = json!("/run/credentials/none.service/key")));
    assert!(stopped.contains("only while the service runs"), "{stopped}");
    assert!(!no_key.contains("only while the service runs"), "{no_key}");
}

#[test]
fn what_was_answered_before_the_end_is_known_after_it() {
    let fleet = fleet();
    let mut plane = Plane::start();
    assert!(plane.bring(&fleet.release(1)).0);
    let (is_over, (told, heard)) = (Arc::new(AtomicBool::new(false)), mpsc::channel());
    let speaking: Vec<_> = ["web-01", "web-02"]
        .map(|name| {
            let (mut host, told, is_over) =
                (Host::of(&plane, &fleet, name), told.clone(), is_over.clone());
            thread::spawn(move || {
                let mut last = 0;
                while !is_over.load(Ordering::Relaxed) {
                    host.said.report.tries += 1;
                    host.said.report.turn += 1;
                    host.said.report.phase = Phase::Fetching;
                    let body = serde_json::to_vec(&host.said).unwrap();
                    let reply = host.connection.ask(
                        "POST",
                        nixfleet_link::CHECK_IN,
                        &[],
                        &body,
                        64 * 1024,
                        common::LIMITS.answer,
                    );
                    match reply {
                        Ok(reply) if reply.status == 200 => last = host.said.report.tries,
                        _ => break,
                    }
                    let _ = told.send(());
                    thread::sleep(Duration::from_millis(5));
                }
                (name, last)
            })
        })
        .into();
    for _ in 0..20 {
        heard.recv_timeout(Duration::from_secs(10)).unwrap();
    }
    assert!(plane.stop());
    is_over.store(true, Ordering::Relaxed);
    plane.again();
    for host in speaking {
        let (name, last) = host.join().unwrap();
        let said = &plane.get(&format!("/v1/hosts/{name}"))["said"];
        assert!(last > 0 && said["tries"].as_u64() >= Some(last), "{name}: {last}, {said}");
    }
}

#[test]
fn the_log_is_the_same_in_pages_as_a_whole_as_json_and_as_csv() {
    let fleet = fleet();
    let plane = Plane::start();
    assert!(plane.bring(&fleet.release(1)).0);
    for number in 0..12 {
        let command = if number % 2 == 0 { "pause" } else { "resume" };
        assert!(plane.command(&json!({ "command": command })).0);
    }
    let whole = plane.get("/v1/log?limit=500")["events"].clone();
    let ids = |events: &Value| -> Vec<u64> {
        events.as_array().unwrap().iter().map(|it| it["id"].as_u64().unwrap()).collect()
    };
    let (mut paged, mut csv, mut before) = (Vec::new(), Vec::<u64>::new(), String::new());
    for round in 0.. {
        assert!(round < 20, "pages without end: {paged:?}");
        let page = plane.get(&format!("/v1/log?limit=5{before}"));
        paged.extend(ids(&page["events"]));
        let text = plane.call("GET", &format!("/v1/log.csv?limit=5{before}"), "").stdout;
        let rows = String::from_utf8(text).unwrap();
        csv.extend(
            rows.lines().skip(1).map(|it| it.split(',').next().unwrap().parse::<u64>().unwrap()),
        );
        let Some(next) = page["before"].as_u64() else { break };
        before = format!("&before={next}");
    }
    assert!(paged.len() >= 12);
    assert_eq!(paged, ids(&whole));
    assert_eq!(csv, paged);
}
