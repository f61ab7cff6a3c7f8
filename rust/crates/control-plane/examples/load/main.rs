//! Ten thousand hosts at one control plane, for `checks/bench`: prints what it took as JSON.
//!
//!     load CONTROL-PLANE HOSTS [pages]
//!
//! With `pages`, what people's pages take, and nothing else.

mod pages;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use nixfleet_link::{Answer, CHECK_IN, CheckIn, HostKey, PublicKey, VERSION, client_config};
use nixfleet_release::{Document, Entry, FORMAT, Hash, Head, Key, NAMESPACE, Signers, entry_file};
use rustls::pki_types::ServerName;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const ADDRESS: &str = "127.0.0.1:17250";
const PAGE: &str = "127.0.0.1:17251";
/// How often and for how long check-ins are counted, before and after a million more. From one time to
/// the next a machine differs by a fifth, whatever was before.
const TIMES: usize = 9;
const COUNTED: Duration = Duration::from_secs(2);
const MORE: u64 = 1_000_000;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn seed(number: usize) -> [u8; 32] {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&(number as u64).to_le_bytes());
    seed
}

fn private(number: usize) -> Result<PrivateKey, ssh_key::Error> {
    PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed(number))), "")
}

fn public(number: usize) -> Result<Key, Failure> {
    Ok(private(number)?.public_key().to_openssh()?.parse()?)
}

fn name(number: usize) -> String {
    format!("web-{number:05}")
}

/// A release: the keys of people and of the control plane are those behind the hosts'.
fn release(hosts: usize, sequence: u64) -> Result<Vec<u8>, Failure> {
    let (mut files, mut hashes) = (BTreeMap::new(), BTreeMap::new());
    for number in 0..hosts {
        let entry = Document::write(&Entry {
            format: FORMAT,
            name: name(number),
            host_key: Some(public(number)?),
            platform: "x86_64-linux".into(),
            system: format!("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-{sequence}")
                .parse()?,
            closure: Hash::of(b"closure"),
            closure_size: None,
            wave: Some(if number == 0 { "canary" } else { "rest" }.into()),
            tags: vec!["web".into()],
            salt: "salt".into(),
        })?;
        hashes.insert(name(number), entry.hash());
        files.insert(entry_file(&name(number)), String::from_utf8(entry.bytes().to_vec())?);
    }
    let head = Document::write(&Head {
        format: FORMAT,
        fleet: "load".into(),
        sequence,
        created: jiff::Timestamp::now(),
        expires: None,
        previous: None,
        revision: None,
        signers: Signers { keys: vec![public(hosts)?], threshold: 1 },
        rotations: vec![],
        caches: vec![],
        waves: serde_json::from_value(
            serde_json::json!([{ "name": "canary" }, { "name": "rest" }]),
        )?,
        budgets: vec![],
        on_failure: nixfleet_release::plan::OnFailure::Halt,
        hosts: hashes,
    })?;
    let signature = private(hosts)?.sign(NAMESPACE, HashAlg::Sha512, head.bytes())?;
    files.insert("release.json.sig".into(), signature.to_pem(LineEnding::LF)?);
    files.insert("release.json".into(), String::from_utf8(head.bytes().to_vec())?);
    Ok(serde_json::to_vec(&files)?)
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn begin(program: &str, folder: &Path, hosts: usize) -> Result<Running, Failure> {
    fs::write(folder.join("key"), private(hosts + 1)?.to_openssh(LineEnding::LF)?.as_bytes())?;
    let config = serde_json::json!({
        "fleet": "load", "keys": [public(hosts)?.line()], "threshold": 1, "listen": [ADDRESS],
        "page": PAGE, "socket": folder.join("socket"), "hostKey": folder.join("key"),
        "database": folder.join("db.sqlite"),
    });
    fs::write(folder.join("config.json"), config.to_string())?;
    let mut command = Command::new(program);
    command.arg("--config").arg(folder.join("config.json")).arg("run").stdout(Stdio::null());
    let running = Running(command.spawn()?);
    while UnixStream::connect(folder.join("socket")).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(running)
}

async fn bring(folder: &Path, body: &[u8]) -> Result<(), Failure> {
    let mut stream = UnixStream::connect(folder.join("socket")).await?;
    let head = format!("POST /v1/release HTTP/1.0\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    if answer.contains(" 200 ") { Ok(()) } else { Err(answer.into()) }
}

struct Host {
    stream: TlsStream<TcpStream>,
    said: CheckIn,
}

impl Host {
    async fn connect(number: usize, pin: PublicKey) -> Result<Self, Failure> {
        let key = HostKey::of_seed(&seed(number)).ok_or("no key")?;
        let connector = TlsConnector::from(client_config(&key, pin)?);
        let socket = TcpStream::connect(ADDRESS).await?;
        socket.set_nodelay(true)?;
        let stream = connector.connect(ServerName::try_from("load")?, socket).await?;
        let said = CheckIn { version: VERSION, machine: name(number), ..CheckIn::default() };
        Ok(Self { stream, said })
    }

    async fn check_in(&mut self) -> Result<Answer, Failure> {
        let body = serde_json::to_vec(&self.said)?;
        let head = format!(
            "POST {CHECK_IN} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.stream.write_all(&[head.as_bytes(), &body].concat()).await?;
        let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            let read = self.stream.read(&mut buffer).await?;
            answer.extend_from_slice(&buffer[..read]);
            let Some(end) = answer.windows(4).position(|it| it == b"\r\n\r\n") else { continue };
            if read == 0 {
                return Err("closed".into());
            }
            // The answer is one object, sent at once.
            match serde_json::from_slice(&answer[end + 4..]) {
                Ok(answer) => return Ok(answer),
                Err(error) if error.is_eof() => {}
                Err(_) => return Err(String::from_utf8_lossy(&answer).into_owned().into()),
            }
        }
    }
}

fn memory(running: &Running) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", running.0.id())).unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
    line.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// Check-ins a second, of all hosts, for so long or until there are so many.
async fn rate(hosts: &mut Vec<Host>, time: Duration, most: u64) -> Result<f64, Failure> {
    let (count, began) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let mut tasks = Vec::new();
    for mut host in hosts.drain(..) {
        let count = count.clone();
        tasks.push(tokio::spawn(async move {
            while began.elapsed() < time && count.load(Ordering::Relaxed) < most {
                host.check_in().await?;
                count.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, Failure>(host)
        }));
    }
    for task in tasks {
        hosts.push(task.await??);
    }
    #[allow(clippy::cast_precision_loss)]
    let count = count.load(Ordering::Relaxed) as f64;
    Ok(count / began.elapsed().as_secs_f64())
}

/// The middle of several rates.
async fn usual_rate(hosts: &mut Vec<Host>) -> Result<f64, Failure> {
    let mut rates = Vec::new();
    for _ in 0..TIMES {
        rates.push(rate(hosts, COUNTED, u64::MAX).await?);
    }
    rates.sort_by(f64::total_cmp);
    Ok(rates[TIMES / 2])
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().ok_or("load CONTROL-PLANE HOSTS")?;
    let hosts: usize = arguments.next().ok_or("load CONTROL-PLANE HOSTS")?.parse()?;
    let folder = tempfile::tempdir()?;
    let running = begin(&program, folder.path(), hosts).await?;
    bring(folder.path(), &release(hosts, 1)?).await?;
    let before = memory(&running);
    let pin = HostKey::of_seed(&seed(hosts + 1)).ok_or("no key")?.public();

    // A herd: all at once, none known yet.
    let began = Instant::now();
    let tasks: Vec<_> = (0..hosts)
        .map(|number| {
            tokio::spawn(async move {
                let mut host = Host::connect(number, pin).await?;
                host.check_in().await?;
                Ok::<_, Failure>(host)
            })
        })
        .collect();
    let mut all = Vec::with_capacity(hosts);
    for task in tasks {
        all.push(task.await??);
    }
    let herd = began.elapsed().as_secs_f64();

    if arguments.next().is_some_and(|it| it == "pages") {
        println!("{}", serde_json::to_string(&pages::measure(hosts).await?)?);
        return Ok(());
    }

    let first = usual_rate(&mut all).await?;
    rate(&mut all, Duration::from_secs(600), MORE).await?;
    let after = usual_rate(&mut all).await?;

    // All wait; then there is a release.
    let body = release(hosts, 2)?;
    let mut tasks = Vec::new();
    for mut host in all {
        host.said.known = Some(host.check_in().await?.mark);
        host.said.wait = 200;
        tasks.push(tokio::spawn(async move {
            host.check_in().await?;
            Ok::<_, Failure>(Instant::now())
        }));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    #[allow(clippy::cast_precision_loss)]
    let each = (memory(&running) - before) / hosts as f64;
    // From before it is brought: it is judged and written down first, all its entries.
    let published = Instant::now();
    bring(folder.path(), &body).await?;
    let mut last = published;
    for task in tasks {
        last = last.max(task.await??);
    }
    let told = last.duration_since(published).as_secs_f64();
    println!(
        "{}",
        serde_json::json!({ "herd": herd, "first": first, "after": after, "memory": each, "heard": told })
    );
    Ok(())
}
