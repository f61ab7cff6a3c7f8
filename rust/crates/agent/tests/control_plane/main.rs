//! A host and its control plane: one that says when, one that lies, and one that is gone.

mod host;
mod release;
mod server;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_agent::core::{Action, Command, Event, Poll, State};
use nixfleet_agent::run::World;
use nixfleet_link::CheckIn;
use nixfleet_release::Hash;
use serde_json::json;

use host::{host, looked, may_go, polled, until};
use release::release;
use server::{Script, server};

#[test]
fn a_host_waits_without_fetching_anything_until_it_may_go() {
    let server = server(Script {
        files: release(4, 1, "web-01"),
        wait: Some("wave `rest` waits for web-02".into()),
        ..Script::default()
    });
    let folder = tempfile::tempdir().unwrap();
    let mut host = host(folder.path(), &server.address, &[]);
    let Poll::Wait(why) = polled(&mut host) else { panic!() };
    assert_eq!(why, "release 4: wave `rest` waits for web-02");
    assert_eq!(server.fetched.load(Ordering::Relaxed), 0);
    // By the plan's own times it would be 10 days; the control plane says now, and is heard at once.
    server.script.lock().unwrap().wait = None;
    until(&mut host, may_go);
    // And it may stop again.
    server.script.lock().unwrap().wait = Some("paused by ops".into());
    let stopped =
        |it: &Poll| matches!(it, Poll::Offer(it) if it.wait.as_deref() == Some("paused by ops"));
    until(&mut host, stopped);
}

#[test]
fn an_answer_is_known_once_nothing_is_begun_by_an_earlier_one() {
    let server = server(Script { files: release(4, 1, "web-01"), ..Script::default() });
    let folder = tempfile::tempdir().unwrap();
    let mut host = host(folder.path(), &server.address, &[]);
    let known = || server.said.lock().unwrap().iter().any(|it| it.known.is_some());
    let end = Instant::now() + Duration::from_secs(10);
    // It looked, and has not said what it makes of it.
    while !may_go(&looked(&mut host)) {
        assert!(Instant::now() < end);
    }
    thread::sleep(Duration::from_millis(300));
    assert!(!known());
    host.show(&State::default());
    while !known() {
        assert!(Instant::now() < end);
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_control_plane_that_lies_chooses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(Script { files: release(4, 1, "web-01"), ..Script::default() });
    let mut host = host(folder.path(), &server.address, &[]);
    until(&mut host, may_go);
    let offers = |files: BTreeMap<String, Vec<u8>>| server.script.lock().unwrap().files = files;
    let mut refused = |words: &str| {
        until(&mut host, |it| matches!(it, Poll::Failed(why) if why.contains(words)));
    };
    offers(release(5, 9, "web-01"));
    refused("not signed by enough");
    offers(release(3, 1, "web-01"));
    refused("release 3 is older than 4");
    offers(release(6, 1, "web-02"));
    refused("is of the host `web-02`");
    let mut changed = release(7, 1, "web-01");
    changed
        .insert("hosts/web-01.json".into(), release(7, 1, "web-02")["hosts/web-01.json"].clone());
    offers(changed);
    refused("is not the one of release 7");
    let mut large = release(8, 1, "web-01");
    large.insert("release.json".into(), vec![b' '; 5 * 1024 * 1024]);
    offers(large);
    refused("bytes, and 4194304 are the most");
    server.script.lock().unwrap().nonsense = Some(vec![b'['; 100_000]);
    refused("100000 bytes, and 16384 are the most");
    server.script.lock().unwrap().nonsense = Some(b"[[[[".to_vec());
    refused("gives no answer that is one");
    // It says go for what it does not have: the files are judged, and no leave was given for them.
    let mut script = server.script.lock().unwrap();
    script.nonsense = None;
    script.files = release(9, 1, "web-01");
    script.other = Some(Hash::of(b"something else"));
    drop(script);
    let poll = until(&mut host, |it| matches!(it, Poll::Offer(_)));
    let Poll::Offer(offer) = poll else { panic!() };
    assert_eq!(offer.wait.as_deref(), Some("the control plane has yet to say when"));
}

#[test]
fn a_word_to_try_again_is_followed_once_and_not_too_often() {
    let server =
        server(Script { files: release(4, 1, "web-01"), retry: Some(7), ..Script::default() });
    let folder = tempfile::tempdir().unwrap();
    let mut host = host(folder.path(), &server.address, &[]);
    let end = Instant::now() + Duration::from_secs(5);
    while host.act(&Action::Poll { after: 0 }) != Event::Command(Command::Retry) {
        assert!(Instant::now() < end);
        thread::sleep(Duration::from_millis(20));
    }
    for word in 8..12 {
        server.script.lock().unwrap().retry = Some(word);
        host.show(&State::default());
        thread::sleep(Duration::from_millis(50));
        assert!(matches!(host.act(&Action::Poll { after: 0 }), Event::Polled(_)));
    }
    host.show(&State::default());
    let said_so = || server.said.lock().unwrap().iter().any(|it| it.retried == Some(7));
    while !said_so() {
        assert!(Instant::now() < end);
        host.show(&State { hold: Some("lunch".into()), ..State::default() });
    }
}

#[test]
fn what_a_host_says_anew_is_said_at_once_and_when_it_is_gone_others_are_asked() {
    let server = server(Script {
        files: release(4, 1, "web-01"),
        wait: Some("not yet".into()),
        ..Script::default()
    });
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("release");
    for (name, bytes) in release(4, 1, "web-01") {
        let path = files.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut host = host(folder.path(), &server.address, &[files.to_str().unwrap()]);
    until(&mut host, |it| matches!(it, Poll::Wait(_)));
    thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    host.show(&State { hold: Some("lunch".into()), ..State::default() });
    let held = |it: &CheckIn| serde_json::to_value(it).unwrap()["phase"] == json!("held");
    while !server.said.lock().unwrap().iter().any(held) {
        assert!(began.elapsed() < Duration::from_secs(1));
        thread::sleep(Duration::from_millis(5));
    }
    // Gone: the folder has the release, and what was said last holds.
    server.script.lock().unwrap().nonsense = Some(b"gone".to_vec());
    let poll = until(&mut host, |it| matches!(it, Poll::Offer(_)));
    let Poll::Offer(offer) = poll else { panic!() };
    assert_eq!(offer.wait.as_deref(), Some("not yet"));
}
