//! The control plane over a file of its own.

mod common;
mod doors;

use std::thread;
use std::time::{Duration, Instant};

use common::{Host, Plane};
use doors::{begun, two_waves};
use serde_json::json;

#[test]
fn a_damaged_database_is_set_aside_and_a_newer_one_left_alone() {
    let fleet = two_waves();
    let (mut plane, _) = begun(&fleet);
    plane.kill();
    let mut bytes = std::fs::read(&plane.database).unwrap();
    bytes.iter_mut().skip(100).for_each(|it| *it = 0xff);
    std::fs::write(&plane.database, bytes).unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", plane.database));
    }
    plane.again();
    assert_eq!(plane.get("/v1/status")["release"], json!(null));
    let aside = std::fs::read_dir(&plane.folder).unwrap().flatten();
    assert!(aside.into_iter().any(|it| it.file_name().to_string_lossy().contains("damaged-")));
    assert!(plane.bring(&fleet.release(2)).0);

    // One that a later program wrote is left as it is, and said.
    plane.kill();
    let database = rusqlite::Connection::open(&plane.database).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let before = std::fs::read(&plane.database).unwrap();
    let ended = plane.ends();
    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("is of version 99, and this control plane reads 1"), "{said}");
    assert_eq!(std::fs::read(&plane.database).unwrap(), before);
}

/// A file that is read-only, say: whoever starts it looks then, and not when a host has something to say.
#[test]
fn one_that_can_write_nothing_from_the_start_says_so_at_once() {
    let fleet = two_waves();
    let (mut plane, _) = begun(&fleet);
    assert!(plane.command(&json!({ "command": "pause" })).0);
    plane.kill();
    let other = rusqlite::Connection::open(&plane.database).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    plane.again();
    let trouble = plane.get("/v1/status")["trouble"].clone();
    assert!(trouble.as_str().unwrap_or_default().contains("is locked"), "{trouble}");
    other.execute_batch("ROLLBACK").unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while !plane.get("/v1/status")["trouble"].is_null() {
        assert!(Instant::now() < until, "{}", plane.get("/v1/status"));
        thread::sleep(Duration::from_millis(50));
    }
}

/// A disk that the kernel has made read-only, say, after which the machine restarts.
#[cfg(target_os = "linux")]
#[test]
fn on_a_file_system_that_is_read_only_it_reads_and_holds_hosts_until_it_is_not() {
    let fleet = two_waves();
    for is_killed in [true, false] {
        let mut plane = Plane::with_little_room();
        assert!(plane.bring(&fleet.release(1)).0);
        let mut host = Host::of(&plane, &fleet, "web-01");
        host.may_soon();
        if is_killed {
            plane.kill();
        } else {
            assert!(plane.stop());
        }
        plane.inside.as_ref().unwrap().remount("ro");
        plane.again();
        let status = plane.get("/v1/status");
        assert_eq!(status["release"]["sequence"], json!(1), "{status}");
        let trouble = status["trouble"].as_str().unwrap_or_default();
        assert!(trouble.contains("readonly"), "{status}");
        assert!(plane.call("GET", "/v1/log", "").status.success());
        let mut other = Host::of(&plane, &fleet, "web-02");
        assert_eq!(other.ask().status, 503, "what it says cannot be written down");
        assert!(!plane.command(&json!({ "command": "pause" })).0);

        plane.inside.as_ref().unwrap().remount("rw");
        let until = Instant::now() + Duration::from_secs(60);
        while !plane.get("/v1/status")["trouble"].is_null() {
            assert!(Instant::now() < until, "{}", plane.get("/v1/status"));
            thread::sleep(Duration::from_millis(50));
        }
        assert!(plane.command(&json!({ "command": "pause" })).0);
    }
}

/// Each would let hosts go, and know nothing of the other.
#[test]
fn a_file_is_for_one_control_plane() {
    let fleet = two_waves();
    let (mut plane, _) = begun(&fleet);
    let mut other = Plane::start();
    other.kill();
    other.database.clone_from(&plane.database);
    other.configure(|it| it["database"] = json!(plane.database));
    let ended = other.ends();
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let said = String::from_utf8(ended.stderr).unwrap();
    let words =
        format!("another control plane runs on `{}`, and a file is for one", plane.database);
    assert!(said.contains(&words), "{said}");
    assert!(plane.bring(&fleet.release(2)).0);
    // However the first ends, the file is free then.
    plane.kill();
    other.again();
    assert_eq!(other.get("/v1/status")["release"]["sequence"], json!(2));
}
