//! Releases that are brought too slowly, too large, in too many files or only in part: each is refused,
//! and keeps nobody from bringing another.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_link::RELEASE;
use serde_json::{Value, json};

use crate::common::{Fleet, LIMITS, Plane, Raw, raw};

const MIB: usize = 1024 * 1024;

fn fleet() -> Fleet {
    Fleet::of(&[("web-01", "all")], json!([{ "name": "all" }]))
}

fn head(length: usize) -> String {
    format!("POST {RELEASE} HTTP/1.1\r\nhost: fleet\r\ncontent-length: {length}\r\n\r\n")
}

/// Sends a byte now and then, until there is an answer.
fn drip(mut stream: Raw) -> (String, Duration) {
    let began = Instant::now();
    stream.sock.set_read_timeout(Some(Duration::from_millis(250))).unwrap();
    stream.write_all(head(100_000).as_bytes()).unwrap();
    let mut answer = [0; 1024];
    loop {
        assert!(began.elapsed() < Duration::from_secs(60), "it drips for ever");
        stream.write_all(b" ").unwrap();
        stream.flush().unwrap();
        match stream.read(&mut answer) {
            Ok(read) => {
                return (String::from_utf8_lossy(&answer[..read]).into_owned(), began.elapsed());
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn one_that_drips_is_given_up_and_strangers_keep_no_person_from_bringing_one() {
    let plane = Plane::start();
    let slow: Vec<_> = (0..3)
        .map(|it| {
            let stream = raw(&plane, 160 + it);
            thread::spawn(move || drip(stream))
        })
        .collect();
    thread::sleep(Duration::from_secs(1));
    let (good, answer) = plane.bring(&fleet().release(1));
    assert!(good, "{answer}");
    let mut answers: Vec<_> = slow.into_iter().map(|it| it.join().unwrap()).collect();
    answers.sort();
    let (slow, told) = (&answers[0], &answers[1..]);
    assert!(slow.0.starts_with("HTTP/1.1 408"), "{answers:?}");
    assert!(slow.0.contains("the release came too slowly: "), "{}", slow.0);
    for (busy, at_once) in told {
        assert!(busy.starts_with("HTTP/1.1 503") && busy.contains("retry-after: "), "{busy}");
        assert!(*at_once < slow.1);
    }
    // Its turn is another's.
    let mut stranger = raw(&plane, 170);
    let body = serde_json::to_string(&fleet().release(2)).unwrap();
    stranger.write_all((head(body.len()) + &body).as_bytes()).unwrap();
    assert!(stranger.answer().starts_with("HTTP/1.1 200"));
}

#[test]
fn one_that_is_too_large_is_refused_before_it_is_read_or_while_it_comes() {
    let plane = Plane::start();
    let mut stranger = raw(&plane, 160);
    stranger.write_all(head(64 * MIB + 1).as_bytes()).unwrap();
    let answer = stranger.answer();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");

    let refused = |(good, answer): (bool, Value)| {
        assert!(!good);
        answer["error"].as_str().unwrap().to_owned()
    };
    let large = json!({ "release.json": "x".repeat(65 * MIB) });
    assert!(refused(plane.post(RELEASE, &large)).contains("at most 67108864 bytes"));

    // One that does not say how large it is.
    let mut socket = UnixStream::connect(plane.folder.join("socket")).unwrap();
    socket.set_read_timeout(Some(LIMITS.answer)).unwrap();
    let head = format!("POST {RELEASE} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    socket.write_all(head.as_bytes()).unwrap();
    let chunk = format!("{MIB:x}\r\n{}\r\n", " ".repeat(MIB));
    let sent = (0..70).take_while(|_| socket.write_all(chunk.as_bytes()).is_ok()).count();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    assert!(sent <= 65, "{sent} MiB were taken");
    assert!(plane.bring(&fleet().release(1)).0);
}

#[test]
fn one_of_more_files_than_a_release_has_is_refused() {
    let plane = Plane::start();
    let files: serde_json::Map<String, Value> =
        (0..60_000).map(|it| (format!("hosts/{it}.json"), json!(""))).collect();
    let (good, answer) = plane.post(RELEASE, &files.into());
    assert!(!good);
    assert!(answer["error"].as_str().unwrap().contains("at most 50130 files"), "{answer}");
    let twice = br#"{"release.json": "one", "release.json": "another"}"#;
    let output = plane.call("POST", RELEASE, std::str::from_utf8(twice).unwrap());
    let answer = String::from_utf8(output.stdout).unwrap();
    assert!(answer.contains("`release.json` is there twice"), "{answer}");
    assert!(plane.bring(&fleet().release(1)).0);
}

#[test]
fn one_that_is_cut_in_the_middle_changes_nothing_and_gives_its_turn_back() {
    let plane = Plane::start();
    assert!(plane.bring(&fleet().release(1)).0);
    let body = serde_json::to_string(&fleet().release(2)).unwrap();
    for number in 0..4 {
        let mut stranger = raw(&plane, 160 + number);
        stranger.write_all(head(body.len()).as_bytes()).unwrap();
        stranger.write_all(&body.as_bytes()[..body.len() / 2]).unwrap();
        stranger.flush().unwrap();
        drop(stranger);
        let whole = raw_until_taken(&plane, &body[..body.len() - 1]);
        assert!(whole.starts_with("HTTP/1.1 400"), "{whole}");
    }
    assert_eq!(plane.get("/v1/status")["release"]["sequence"], json!(1));
    assert!(raw_until_taken(&plane, &body).starts_with("HTTP/1.1 200"));
}

/// What is answered to a body, once it is somebody's turn.
fn raw_until_taken(plane: &Plane, body: &str) -> String {
    let until = Instant::now() + LIMITS.answer;
    loop {
        let mut stream = raw(plane, 200);
        stream.write_all((head(body.len()) + body).as_bytes()).unwrap();
        let answer = stream.answer();
        if !answer.starts_with("HTTP/1.1 503") {
            return answer;
        }
        assert!(Instant::now() < until, "{answer}");
        thread::sleep(Duration::from_millis(20));
    }
}
