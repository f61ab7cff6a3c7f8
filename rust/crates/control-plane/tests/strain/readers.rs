//! Many who read: a door has its limits, each is told so, and the others are served.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Fleet, LIMITS, Plane};

const READERS: usize = 256;
const CONNECTIONS: usize = 512;

fn connect(plane: &Plane) -> TcpStream {
    let stream = TcpStream::connect(&plane.page).unwrap();
    stream.set_read_timeout(Some(LIMITS.answer)).unwrap();
    stream
}

/// One who waits for news, and the head of the answer.
fn reader(plane: &Plane) -> (BufReader<TcpStream>, String) {
    let mut stream = connect(plane);
    stream.write_all(b"GET /v1/events HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let (mut stream, mut head) = (BufReader::new(stream), String::new());
    while !head.ends_with("\r\n\r\n") {
        assert!(stream.read_line(&mut head).unwrap() > 0, "{head}");
    }
    (stream, head)
}

/// The next news: its number, and what it says.
fn news(stream: &mut BufReader<TcpStream>) -> (u64, Value) {
    let (mut id, mut line) = (None, String::new());
    loop {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "no more news");
        if let Some(told) = line.strip_prefix("id:") {
            id = Some(told.trim().parse().unwrap());
        } else if let Some(told) = line.strip_prefix("data:") {
            return (id.expect("news have a number"), serde_json::from_str(told.trim()).unwrap());
        }
    }
}

fn fleet() -> Fleet {
    Fleet::of(&[("web-01", "canary")], json!([{ "name": "canary" }]))
}

#[test]
fn all_who_wait_hear_the_same_news_and_one_too_many_is_told_to_come_again() {
    let plane = Plane::start();
    let mut readers: Vec<_> = (0..READERS).map(|_| reader(&plane)).collect();
    assert!(readers.iter().all(|it| it.1.starts_with("HTTP/1.1 200")));
    for (stream, _) in &mut readers {
        assert_eq!(news(stream).1["release"], Value::Null);
    }
    let refused = plane.ask_page("GET /v1/events HTTP/1.0\r\nhost: localhost\r\n\r\n");
    assert!(refused.starts_with("HTTP/1.0 503"), "{refused}");
    assert!(refused.contains("retry-after: 10"), "{refused}");
    assert!(refused.contains("256 people wait for news here, and that is the most"), "{refused}");

    // Those who do not wait are served, as are those at the other door.
    let page = plane.ask_page("GET / HTTP/1.0\r\nhost: localhost\r\n\r\n");
    assert!(page.starts_with("HTTP/1.0 200"), "{page}");
    assert!(plane.bring(&fleet().release(1)).0);
    let mut told: Vec<_> = readers.iter_mut().map(|it| news(&mut it.0)).collect();
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].1["release"]["sequence"], json!(1));

    // One who goes leaves a place.
    readers.pop();
    let until = Instant::now() + LIMITS.answer;
    while !reader(&plane).1.starts_with("HTTP/1.1 200") {
        assert!(Instant::now() < until, "the place is not free");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_door_has_so_many_connections_and_what_is_beyond_them_is_told_so() {
    let plane = Plane::start();
    let open: Vec<_> = (0..CONNECTIONS).map(|_| connect(&plane)).collect();
    let status = "GET /v1/status HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let refused = plane.ask_page(status);
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    assert!(refused.contains("retry-after: 10"), "{refused}");
    assert!(refused.contains("512 connections are open here, and that is the most"), "{refused}");
    assert!(plane.call("GET", "/v1/status", "").status.success(), "the other door is open");

    drop(open);
    let until = Instant::now() + LIMITS.answer;
    while !plane.ask_page(status).starts_with("HTTP/1.1 200") {
        assert!(Instant::now() < until, "the places are not free");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    let plane = Plane::start();
    let mut stream = connect(&plane);
    let long = format!("GET /?{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "x".repeat(64 * 1024));
    let _ = stream.write_all(long.as_bytes());
    let mut answer = String::new();
    // One that is refused before it was read may find the connection closed.
    if stream.read_to_string(&mut answer).is_ok() {
        assert!(answer.starts_with("HTTP/1.1 431") || answer.is_empty(), "{answer}");
    }
    assert!(plane.call("GET", "/v1/status", "").status.success());
}
