//! Readers who take nothing of what they asked for: they hold little, and the others are served.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use serde_json::json;

use crate::common::{Fleet, LIMITS, Plane};

const READERS: usize = 300;
/// What the release of this fleet has, about.
const RELEASE: usize = 2 * 1024 * 1024;

fn fleet() -> Fleet {
    let names: Vec<String> = (0..100).map(|it| format!("web-{it:03}")).collect();
    let hosts: Vec<_> = names.iter().map(|it| (it.as_str(), "all")).collect();
    Fleet { salt: "x".repeat(RELEASE / 100), ..Fleet::of(&hosts, json!([{ "name": "all" }])) }
}

/// Asks, and reads no more than that it is answered.
fn begin(plane: &Plane, path: &str) -> UnixStream {
    let mut stream = UnixStream::connect(plane.folder.join("socket")).unwrap();
    stream.set_read_timeout(Some(LIMITS.answer)).unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 200", "{path}");
    stream
}

#[test]
fn who_reads_nothing_of_it_has_no_copy_of_its_own() {
    let plane = Plane::start();
    assert!(plane.bring(&fleet().release(1)).0);
    let before = plane.memory();
    let readers: Vec<_> = (0..READERS).map(|_| begin(&plane, "/v1/release")).collect();
    let more = plane.memory().saturating_sub(before);
    assert!(more < 40 * RELEASE, "{} MiB for {READERS} readers", more >> 20);
    drop(readers);

    let paths = ["/v1/events", "/metrics", "/v1/log", "/v1/log.csv", "/v1/rollout", "/v1/hosts"];
    let readers: Vec<_> = paths.iter().flat_map(|it| (0..40).map(|_| begin(&plane, it))).collect();
    // News come, and those who take them have them.
    assert!(plane.command(&json!({ "command": "pause" })).0);
    plane.until("/v1/status", |it| it["rollout"]["state"] == "paused");
    assert!(
        plane
            .ask_page("GET /metrics HTTP/1.0\r\nhost: localhost\r\n\r\n")
            .contains("nixfleet_hosts")
    );
    drop(readers);
}
