//! A control plane that says what a test has it say.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_link::{
    Answer, CHECK_IN, CheckIn, HostKey, Known, Offered, RELEASE, VERSION, server_config,
};
use nixfleet_release::Hash;
use rustls::{ServerConnection, StreamOwned};

/// What a control plane says and has; it may be changed while it runs.
#[derive(Default)]
pub struct Script {
    pub files: BTreeMap<String, Vec<u8>>,
    pub wait: Option<String>,
    pub retry: Option<u64>,
    /// In place of an answer.
    pub nonsense: Option<Vec<u8>>,
    /// A hash in place of the release's own.
    pub other: Option<Hash>,
}

pub struct Server {
    pub address: String,
    pub script: Arc<Mutex<Script>>,
    pub said: Arc<Mutex<Vec<CheckIn>>>,
    pub fetched: Arc<AtomicUsize>,
}

pub fn server(script: Script) -> Server {
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
