//! A host and its control plane: one that says when, one that lies, and one that is gone.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_agent::config::Config;
use nixfleet_agent::core::{Action, Command, Event, Poll, State};
use nixfleet_agent::folder::Folder;
use nixfleet_agent::host::Host;
use nixfleet_agent::run::World;
use nixfleet_agent::wake::Wake;
use nixfleet_link::{
    Answer, CHECK_IN, CheckIn, HostKey, Known, Offered, RELEASE, VERSION, server_config,
};
use nixfleet_release::plan::OnFailure;
use nixfleet_release::{Document, Entry, FORMAT, Hash, Head, Key, NAMESPACE, Signers};
use rustls::{ServerConnection, StreamOwned};
use serde_json::json;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

fn private(seed: u8) -> PrivateKey {
    let pair = Ed25519Keypair::from_seed(&[seed; 32]);
    PrivateKey::new(KeypairData::Ed25519(pair), "test").unwrap()
}

fn public(seed: u8) -> Key {
    private(seed).public_key().to_openssh().unwrap().parse().unwrap()
}

/// A release for the host `web-01`, whose key is of seed 3: the signer's seed, and its name in it.
fn release(sequence: u64, signer: u8, name: &str) -> BTreeMap<String, Vec<u8>> {
    let entry = Document::write(&Entry {
        format: FORMAT,
        name: name.into(),
        host_key: Some(public(3)),
        platform: "x86_64-linux".into(),
        system: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos".parse().unwrap(),
        closure: Hash::of(b"closure"),
        closure_size: None,
        wave: Some("rest".into()),
        tags: vec![],
        salt: "salt".into(),
    })
    .unwrap();
    let wave = |name| json!({ "name": name, "soak": "10d" });
    let head = Document::write(&Head {
        format: FORMAT,
        fleet: "home".into(),
        sequence,
        created: "2100-01-01T00:00:00Z".parse().unwrap(),
        expires: None,
        previous: None,
        revision: None,
        signers: Signers { keys: vec![public(1)], threshold: 1 },
        rotations: vec![],
        caches: vec![],
        waves: serde_json::from_value(json!([wave("canary"), wave("rest")])).unwrap(),
        budgets: vec![],
        on_failure: OnFailure::Halt,
        hosts: [("web-01".to_owned(), entry.hash())].into(),
    })
    .unwrap();
    let signature = private(signer).sign(NAMESPACE, HashAlg::Sha512, head.bytes()).unwrap();
    [
        ("release.json".to_owned(), head.bytes().to_vec()),
        ("release.json.sig".to_owned(), signature.to_pem(LineEnding::LF).unwrap().into_bytes()),
        ("hosts/web-01.json".to_owned(), entry.bytes().to_vec()),
    ]
    .into()
}

/// What a control plane says and has; it may be changed while it runs.
#[derive(Default)]
struct Script {
    files: BTreeMap<String, Vec<u8>>,
    wait: Option<String>,
    retry: Option<u64>,
    /// In place of an answer.
    nonsense: Option<Vec<u8>>,
    /// A hash in place of the release's own.
    other: Option<Hash>,
}

struct Server {
    address: String,
    script: Arc<Mutex<Script>>,
    said: Arc<Mutex<Vec<CheckIn>>>,
    fetched: Arc<AtomicUsize>,
}

fn server(script: Script) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = Server {
        address: listener.local_addr().unwrap().to_string(),
        script: Arc::new(Mutex::new(script)),
        said: Arc::default(),
        fetched: Arc::default(),
    };
    let (script, said, fetched) =
        (server.script.clone(), server.said.clone(), server.fetched.clone());
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let (script, said, fetched) = (script.clone(), said.clone(), fetched.clone());
            thread::spawn(move || {
                let key = HostKey::of_seed(&[2; 32]).unwrap();
                let tls = ServerConnection::new(server_config(&key).unwrap()).unwrap();
                let mut stream = StreamOwned::new(tls, socket);
                while let Some((path, body)) = request(&mut stream) {
                    let (status, body) = if path == CHECK_IN {
                        let it: CheckIn = serde_json::from_slice(&body).unwrap();
                        said.lock().unwrap().push(it.clone());
                        (200, answer(&script, &it))
                    } else {
                        fetched.fetch_add(1, Ordering::Relaxed);
                        let name = path.strip_prefix(&format!("{RELEASE}/")).unwrap_or_default();
                        let found = script.lock().unwrap().files.get(name).cloned();
                        found.map_or((404, Vec::new()), |it| (200, it))
                    };
                    let head =
                        format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", body.len());
                    if stream.write_all(&[head.as_bytes(), &body].concat()).is_err() {
                        break;
                    }
                }
            });
        }
    });
    server
}

/// An answer; one that is known is held for a moment, as long as nothing changes.
fn answer(script: &Mutex<Script>, said: &CheckIn) -> Vec<u8> {
    let until = Instant::now() + Duration::from_secs(if said.wait > 0 { 2 } else { 0 });
    loop {
        let it = script.lock().unwrap();
        if let Some(nonsense) = &it.nonsense {
            return nonsense.clone();
        }
        let head = it.files.get("release.json");
        let sequence = head.and_then(|it| {
            serde_json::from_slice::<serde_json::Value>(it).ok()?["sequence"].as_u64()
        });
        let hash = it.other.or(head.map(|it| Hash::of(it)));
        let offered = hash.map(|hash| Offered {
            release: Known { sequence: sequence.unwrap_or(1), hash },
            wait: it.wait.clone(),
            retry: it.retry,
        });
        let mark = format!("{:?}{:?}{:?}", hash, it.wait.is_none(), it.retry);
        drop(it);
        if said.known.as_ref() != Some(&mark) || Instant::now() >= until {
            let answer = Answer { version: VERSION, mark, offered, again: 0 };
            return serde_json::to_vec(&answer).unwrap();
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn request(stream: &mut impl Read) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        if let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |it| it.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                let path = head.split(' ').nth(1).unwrap().to_owned();
                return Some((path, bytes[end + 4..end + 4 + length].to_vec()));
            }
        }
        let read = stream.read(&mut buffer).ok().filter(|it| *it > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    }
}

fn host(folder: &Path, address: &str, sources: &[&str]) -> Host {
    let key = private(3).to_openssh(LineEnding::LF).unwrap();
    std::fs::write(folder.join("key"), key.as_bytes()).unwrap();
    std::fs::write(folder.join("key.pub"), public(3).line()).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(include_str!("agent.json")).unwrap();
    value["hostName"] = "web-01".into();
    value["floor"] = 1.into();
    value["window"] = json!(null);
    value["keys"] = json!([public(1).line()]);
    value["source"] = json!(sources);
    value["hostKeyFiles"] = json!([folder.join("key.pub")]);
    value["state"] = json!(folder.join("state"));
    value["metrics"] = json!(null);
    value["controlPlane"] =
        json!({ "address": address, "key": public(2).line(), "hostKey": folder.join("key") });
    let path = folder.join("agent.json");
    std::fs::write(&path, value.to_string()).unwrap();
    let config = Config::read(&path).unwrap();
    let folder = Folder::take(&config.state).unwrap();
    let mut host = Host::new(config, path, folder, Wake::new().unwrap());
    host.speak().unwrap();
    host.show(&State::default());
    host
}

fn looked(host: &mut Host) -> Poll {
    match host.act(&Action::Poll { after: 0 }) {
        Event::Polled(poll) => poll,
        other => panic!("{other:?}"),
    }
}

/// A look, and that nothing is begun by what there is.
fn polled(host: &mut Host) -> Poll {
    let poll = looked(host);
    host.show(&State::default());
    poll
}

/// What a poll comes to, once it is that.
fn until(host: &mut Host, is_it: impl Fn(&Poll) -> bool) -> Poll {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let poll = polled(host);
        if is_it(&poll) {
            return poll;
        }
        assert!(Instant::now() < end, "{poll:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn may_go(poll: &Poll) -> bool {
    matches!(poll, Poll::Offer(it) if it.wait.is_none())
}

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
