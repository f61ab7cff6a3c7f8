//! Requests that no client sends: each is refused at either door, and the next is answered.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::common::{Fleet, Host, LIMITS, Plane, raw};

/// A request, and what may be answered to it; nothing, where the connection is closed.
fn requests() -> Vec<(&'static str, Vec<u8>, &'static [u16])> {
    let with =
        |head: &str| format!("POST /v1/check-in HTTP/1.1\r\nhost: localhost\r\n{head}\r\n\r\n");
    let many: Vec<String> = (0..300).map(|it| format!("x-{it}: 1")).collect();
    let texts = [
        ("a long header", with(&format!("x: {}", "x".repeat(64 * 1024))), &[0, 431][..]),
        ("many headers", with(&many.join("\r\n")), &[0, 431]),
        ("a long path", format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(64 * 1024)), &[0, 414, 431]),
        ("a length below zero", with("content-length: -1"), &[400]),
        ("a length without end", with("content-length: 18446744073709551616"), &[400]),
        ("two lengths", with("content-length: 1\r\ncontent-length: 2"), &[400]),
        ("an unknown coding", with("transfer-encoding: gzip"), &[400]),
        (
            "a length and a coding",
            with("content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0"),
            &[400, 404],
        ),
        ("a chunk that is none", with("transfer-encoding: chunked\r\n\r\nhello"), &[0, 400, 404]),
        ("a header without a name", with(": x"), &[400]),
        ("a header with a zero", with("x: a\0b"), &[400]),
        ("a header on two lines", with("x: a\r\n b"), &[400]),
        ("an old HTTP", "GET /\r\n\r\n".into(), &[400]),
        ("a newer HTTP", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), &[0, 400, 505]),
        ("no HTTP", "hello\r\n\r\n".into(), &[400]),
        (
            "another's address",
            "GET http://192.0.2.1/v1/check-in HTTP/1.1\r\nhost: localhost\r\n\r\n".into(),
            &[404, 405],
        ),
        ("no path", "OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n".into(), &[404, 405]),
        (
            "a path out of it",
            "GET /v1/release/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nhost: localhost\r\n\r\n".into(),
            &[403, 404],
        ),
        (
            "a path that is no text",
            "GET /v1/hosts/%ff%00 HTTP/1.1\r\nhost: localhost\r\n\r\n".into(),
            &[400, 404],
        ),
        (
            "a tunnel",
            "CONNECT 192.0.2.1:22 HTTP/1.1\r\nhost: localhost\r\n\r\n".into(),
            &[404, 405],
        ),
    ];
    let mut all: Vec<_> =
        texts.into_iter().map(|(what, text, may)| (what, text.into_bytes(), may)).collect();
    all.push(("TLS in TLS", vec![22, 3, 1, 0, 4, 1, 2, 3, 4, 13, 10, 13, 10], &[0, 400]));
    all.push((
        "bytes of no text",
        b"GET /\xff\xfe HTTP/1.1\r\nx: \xff\r\n\r\n".to_vec(),
        &[400, 403, 404],
    ));
    all
}

/// The status of an answer.
fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or_default()
}

#[test]
fn requests_that_no_client_sends_are_refused_at_both_doors() {
    let fleet = Fleet::of(&[("web-01", "all")], serde_json::json!([{ "name": "all" }]));
    let plane = Plane::start();
    assert!(plane.bring(&fleet.release(1)).0);
    let mut wrong = Vec::new();
    for (what, bytes, may) in requests() {
        let mut host = raw(&plane, fleet.seed("web-01"));
        let _ = host.write_all(&bytes);
        let at_hosts = status(&host.answer());
        let mut page = TcpStream::connect(&plane.page).unwrap();
        page.set_read_timeout(Some(LIMITS.answer)).unwrap();
        let _ = page.write_all(&bytes);
        let (mut head, mut read) = ([0; 16], 0);
        while let Ok(more @ 1..) = page.read(&mut head[read..]) {
            read += more;
        }
        let at_page = status(&String::from_utf8_lossy(&head[..read]));
        for (door, status) in [("hosts", at_hosts), ("people", at_page)] {
            if !may.contains(&status) {
                wrong.push(format!("{what}, at the door of {door}: {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(Host::of(&plane, &fleet, "web-01").ask().status, 200);
    assert!(plane.call("GET", "/v1/status", "").status.success());
}
