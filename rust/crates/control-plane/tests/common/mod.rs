//! A control plane as it is installed, a fleet whose releases are signed, and hosts that speak to it.

// Each of the tests takes its part.
#![allow(dead_code)]

pub mod room;
pub mod server;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nixfleet_link::client_config;
use nixfleet_link::{
    Answer, CHECK_IN, CheckIn, Connection, HostKey, Known, Limits, Reply, VERSION,
};
use nixfleet_release::{Document, Entry, FORMAT, Hash, Head, Key, NAMESPACE, Signers, entry_file};
use nixfleet_rollout::{Phase, Report};
use serde_json::Value;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

/// Whether the control planes of these tests have their database on a server.
pub const ON_A_SERVER: bool = matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"postgres");

pub const LIMITS: Limits =
    Limits { connect: Duration::from_secs(10), answer: Duration::from_secs(20) };

pub fn private(seed: u8) -> PrivateKey {
    let pair = Ed25519Keypair::from_seed(&[seed; 32]);
    PrivateKey::new(KeypairData::Ed25519(pair), "test").unwrap()
}

pub fn public(seed: u8) -> Key {
    private(seed).public_key().to_openssh().unwrap().parse().unwrap()
}

/// The path of what a release has for a host.
pub fn system(host: &str, sequence: u64) -> String {
    format!(
        "/nix/store/{}-nixos-system-{host}-26.05.{sequence}",
        "0123456789abcdfghijklmnpqrsvwxyz"
            .chars()
            .cycle()
            .skip(usize::try_from(sequence % 32).unwrap())
            .take(32)
            .collect::<String>()
    )
}

/// A fleet: its hosts with their waves, in which each host's key follows from its place.
pub struct Fleet {
    pub hosts: Vec<(String, String)>,
    pub waves: Value,
    pub salt: String,
    /// The keys of hosts that have another.
    pub keys: BTreeMap<String, u8>,
    /// Who may make the next release, and the releases that changed that.
    pub signers: Vec<u8>,
    pub rotations: Vec<u64>,
}

impl Fleet {
    pub fn of(hosts: &[(&str, &str)], waves: Value) -> Self {
        let hosts = hosts.iter().map(|(name, wave)| ((*name).into(), (*wave).into())).collect();
        Self {
            hosts,
            waves,
            salt: "salt".into(),
            keys: BTreeMap::new(),
            signers: vec![1],
            rotations: vec![],
        }
    }

    pub fn seed(&self, host: &str) -> u8 {
        if let Some(key) = self.keys.get(host) {
            return *key;
        }
        100 + u8::try_from(self.hosts.iter().position(|it| it.0 == host).unwrap()).unwrap()
    }

    /// A release, signed by the key of seed 1.
    pub fn release(&self, sequence: u64) -> BTreeMap<String, String> {
        self.release_by(sequence, "home", 1)
    }

    pub fn release_by(&self, sequence: u64, fleet: &str, signer: u8) -> BTreeMap<String, String> {
        self.signed(sequence, fleet, &[signer])
    }

    pub fn signed(&self, sequence: u64, fleet: &str, by: &[u8]) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        let mut hashes = BTreeMap::new();
        for (name, wave) in &self.hosts {
            let entry = Entry {
                format: FORMAT,
                name: name.clone(),
                host_key: Some(public(self.seed(name))),
                platform: "x86_64-linux".into(),
                system: system(name, sequence).parse().unwrap(),
                closure: Hash::of(b"closure"),
                closure_size: None,
                wave: Some(wave.clone()),
                tags: vec![name.split('-').next().unwrap_or_default().to_owned()],
                salt: self.salt.clone(),
            };
            let document = Document::write(&entry).unwrap();
            hashes.insert(name.clone(), document.hash());
            files.insert(entry_file(name), String::from_utf8(document.bytes().to_vec()).unwrap());
        }
        let head = Head {
            format: FORMAT,
            fleet: fleet.into(),
            sequence,
            created: "2026-11-25T12:00:00Z".parse().unwrap(),
            expires: None,
            previous: None,
            revision: None,
            signers: Signers {
                keys: self.signers.iter().map(|it| public(*it)).collect(),
                threshold: 1,
            },
            rotations: self.rotations.clone(),
            caches: vec![],
            waves: serde_json::from_value(self.waves.clone()).unwrap(),
            budgets: vec![],
            on_failure: nixfleet_release::plan::OnFailure::default(),
            hosts: hashes,
        };
        let head = Document::write(&head).unwrap();
        let sign = |by: &u8| {
            let signature = private(*by).sign(NAMESPACE, HashAlg::Sha512, head.bytes()).unwrap();
            signature.to_pem(LineEnding::LF).unwrap()
        };
        files.insert("release.json.sig".into(), by.iter().map(sign).collect());
        files.insert("release.json".into(), String::from_utf8(head.bytes().to_vec()).unwrap());
        files
    }
}

/// A control plane that runs.
pub struct Plane {
    pub folder: PathBuf,
    /// Where its database is.
    pub database: String,
    /// The file with its password.
    pub password: Option<PathBuf>,
    pub address: String,
    pub page: String,
    /// Where it runs, if its disk can be full.
    pub inside: Option<room::Room>,
    /// How many files it may have open; as many as this program, if not said.
    pub files: Option<u64>,
    /// Who may make a release, by its configuration.
    pub signers: Vec<u8>,
    child: Option<Child>,
    _temporary: Option<tempfile::TempDir>,
}

impl Plane {
    /// One over a new database: of the kind that this program's tests are about.
    pub fn start() -> Self {
        Self::over(ON_A_SERVER.then(|| server::Server::shared().database()))
    }

    /// One over this database; over a file of its own without any.
    pub fn over(database: Option<String>) -> Self {
        let mut plane = Self::down(database);
        plane.again();
        plane
    }

    /// One over a new database, whose disk can be full.
    pub fn with_little_room() -> Self {
        if ON_A_SERVER {
            return Self::start();
        }
        let mut plane = Self::down(None);
        let disk = plane.folder.join("disk");
        fs::create_dir(&disk).unwrap();
        plane.database = disk.join("db.sqlite").display().to_string();
        plane.inside = Some(room::Room::over(&disk));
        plane.again();
        plane
    }

    /// There is no room for anything more.
    pub fn fill(&self) {
        if let Some(room) = &self.inside {
            return room.fill();
        }
        let full = "CREATE FUNCTION nixfleet.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
            END $$";
        server::Server::at(&self.database, full);
        for table in ["release", "host", "event", "seen"] {
            let trigger = format!(
                "CREATE TRIGGER full_ BEFORE INSERT OR UPDATE ON nixfleet.{table}
                FOR EACH ROW EXECUTE FUNCTION nixfleet.full()"
            );
            server::Server::at(&self.database, &trigger);
        }
    }

    /// There is room again.
    pub fn empty(&self) {
        if let Some(room) = &self.inside {
            return room.empty();
        }
        server::Server::at(&self.database, "DROP FUNCTION nixfleet.full CASCADE");
    }

    /// One that may have so many files open.
    pub fn with_files(files: u64) -> Self {
        let mut plane = Self::down(None);
        plane.files = Some(files);
        plane.again();
        plane
    }

    fn down(database: Option<String>) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().to_owned();
        let key = private(2).to_openssh(LineEnding::LF).unwrap();
        fs::write(folder.join("key"), key.as_bytes()).unwrap();
        let file = || folder.join("db.sqlite").display().to_string();
        Self {
            database: database.unwrap_or_else(file),
            folder,
            password: None,
            address: free(),
            page: free(),
            inside: None,
            files: None,
            signers: vec![1],
            child: None,
            _temporary: Some(temporary),
        }
    }

    /// What the page's door answers to a request.
    pub fn ask_page(&self, request: &str) -> String {
        let mut stream = std::net::TcpStream::connect(&self.page).unwrap();
        stream.set_read_timeout(Some(LIMITS.answer)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Starts it once more, over the same folder.
    pub fn again(&mut self) {
        self.begin();
        self.ready();
    }

    /// Starts it, and does not wait for it.
    pub fn begin(&mut self) {
        let config = serde_json::json!({
            "fleet": "home",
            "keys": self.signers.iter().map(|it| public(*it).line().to_owned()).collect::<Vec<_>>(),
            "threshold": 1,
            "listen": [self.address],
            "page": self.page,
            "socket": self.folder.join("socket"),
            "hostKey": self.folder.join("key"),
            "database": self.database,
            "databasePassword": self.password,
        });
        let path = self.folder.join("control-plane.json");
        fs::write(&path, config.to_string()).unwrap();
        let program = env!("CARGO_BIN_EXE_nixfleet-control-plane");
        let mut command = match (&self.inside, self.files) {
            (Some(room), _) => room.command(program),
            (None, Some(files)) => with_files(files, program),
            (None, None) => Command::new(program),
        };
        let child = command
            .args(["--config", path.to_str().unwrap(), "run"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    /// What it says where it cannot begin: one that does begin is ended after a while.
    pub fn ends(&self) -> Output {
        let path = self.folder.join("control-plane.json");
        let mut child = Command::new(env!("CARGO_BIN_EXE_nixfleet-control-plane"))
            .args(["--config", path.to_str().unwrap(), "run"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let until = Instant::now() + Duration::from_secs(10);
        while child.try_wait().unwrap().is_none() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill();
        child.wait_with_output().unwrap()
    }

    pub fn ready(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        while !self.call("GET", "/v1/status", "").status.success() {
            assert!(Instant::now() < until, "the control plane does not begin");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its database is lost, while it is down.
    pub fn lose_database(&self) {
        if ON_A_SERVER {
            server::Server::at(&self.database, "DROP SCHEMA nixfleet CASCADE");
            return;
        }
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{suffix}", self.database));
        }
    }

    /// Something is done to its database.
    pub fn sql(&self, sql: &str) {
        if ON_A_SERVER {
            server::Server::at(&self.database, &format!("SET search_path TO nixfleet; {sql}"));
            return;
        }
        let database = rusqlite::Connection::open(&self.database).unwrap();
        assert!(database.execute(sql, []).unwrap() > 0, "{sql}");
    }

    pub fn runs(&mut self) -> bool {
        self.child.as_mut().is_some_and(|it| matches!(it.try_wait(), Ok(None)))
    }

    /// How many bytes of memory it has.
    pub fn memory(&self) -> usize {
        let path = format!("/proc/{}/status", self.child.as_ref().unwrap().id());
        let text = fs::read_to_string(path).unwrap();
        let line = text.lines().find_map(|it| it.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    }

    pub fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Tells it to end, and waits until it has.
    pub fn stop(&mut self) -> bool {
        let mut child = self.child.take().unwrap();
        let told = Command::new("kill").arg(child.id().to_string()).status().unwrap();
        told.success() && child.wait().unwrap().success()
    }

    pub fn call(&self, method: &str, path: &str, body: &str) -> Output {
        call(&self.folder.join("socket"), method, path, body)
    }

    pub fn get(&self, path: &str) -> Value {
        let output = self.call("GET", path, "");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{path}: {output:?}"))
    }

    /// The answer to something that is said, and whether it was a good one.
    pub fn post(&self, path: &str, body: &Value) -> (bool, Value) {
        let output = self.call("POST", path, &body.to_string());
        let value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{path}: {output:?}"));
        (output.status.success(), value)
    }

    pub fn bring(&self, files: &BTreeMap<String, String>) -> (bool, Value) {
        self.post("/v1/release", &serde_json::to_value(files).unwrap())
    }

    pub fn command(&self, command: &Value) -> (bool, Value) {
        self.post("/v1/commands", command)
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub fn call(socket: &Path, method: &str, path: &str, body: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_nixfleet-control-plane"))
        .args(["call", method, path, "--socket", socket.to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), body.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn with_files(files: u64, program: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n $0 && exec \"$@\"", &files.to_string(), program]);
    command
}

fn free() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// A host that speaks.
pub struct Host {
    pub connection: Connection,
    pub said: CheckIn,
}

impl Host {
    pub fn of(plane: &Plane, fleet: &Fleet, name: &str) -> Self {
        let said = CheckIn {
            version: VERSION,
            agent: "test".into(),
            machine: name.into(),
            report: Report { running: system(name, 0), boot: "boot".into(), ..Report::default() },
            ..CheckIn::default()
        };
        Self { connection: open(plane, fleet.seed(name)), said }
    }

    pub fn ask(&mut self) -> Reply {
        let body = serde_json::to_vec(&self.said).unwrap();
        self.connection.ask("POST", CHECK_IN, &[], &body, 64 * 1024, LIMITS.answer).unwrap()
    }

    pub fn check_in(&mut self) -> Answer {
        let reply = self.ask();
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        serde_json::from_slice(&reply.body).unwrap()
    }

    /// Whether it may go; none if it is offered nothing.
    pub fn may(&mut self) -> Option<bool> {
        self.said.known = None;
        self.said.wait = 0;
        self.check_in().offered.map(|it| it.wait.is_none())
    }

    /// Asks until it may go.
    pub fn may_soon(&mut self) {
        let until = Instant::now() + Duration::from_secs(5);
        while self.may() != Some(true) {
            assert!(Instant::now() < until, "it may not go");
            std::thread::sleep(Duration::from_millis(60));
        }
    }

    pub fn says(&mut self, phase: Phase, sequence: u64, name: &str) {
        let report = &mut self.said.report;
        if phase == Phase::Committed {
            report.running = system(name, sequence);
        }
        (report.phase, report.sequence) = (phase, Some(sequence));
        report.target = Some(system(name, sequence));
        report.tries = sequence;
        report.turn += 1;
        self.check_in();
    }

    pub fn knows(&mut self, sequence: u64) {
        self.said.release = Some(Known { sequence, hash: Hash::of(b"x") });
    }
}

pub fn open(plane: &Plane, seed: u8) -> Connection {
    let key = HostKey::of_seed(&[seed; 32]).unwrap();
    let pin = HostKey::of_seed(&[2; 32]).unwrap().public();
    Connection::open(&plane.address, &client_config(&key, pin).unwrap(), LIMITS).unwrap()
}

/// A connection on which anything can be sent.
pub struct Raw(rustls::StreamOwned<rustls::ClientConnection, std::net::TcpStream>);

impl Raw {
    /// What comes first.
    pub fn answer(&mut self) -> String {
        let (mut answer, mut read) = (vec![0; 64 * 1024], 0);
        let is_whole = |it: &[u8]| {
            let head = it.windows(4).position(|it| it == b"\r\n\r\n").map(|end| &it[..end + 4]);
            let is_empty =
                |head: &[u8]| String::from_utf8_lossy(head).contains("content-length: 0\r");
            head.is_some_and(|head| head.len() < it.len() || is_empty(head))
        };
        while !is_whole(&answer[..read]) {
            match self.read(&mut answer[read..]) {
                Ok(0) | Err(_) => break,
                Ok(more) => read += more,
            }
        }
        String::from_utf8_lossy(&answer[..read]).into_owned()
    }
}

impl std::ops::Deref for Raw {
    type Target = rustls::StreamOwned<rustls::ClientConnection, std::net::TcpStream>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl std::ops::DerefMut for Raw {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

pub fn raw(plane: &Plane, seed: u8) -> Raw {
    let key = HostKey::of_seed(&[seed; 32]).unwrap();
    let pin = HostKey::of_seed(&[2; 32]).unwrap().public();
    let name = rustls::pki_types::ServerName::try_from("control-plane").unwrap();
    let tls = rustls::ClientConnection::new(client_config(&key, pin).unwrap(), name).unwrap();
    let socket = std::net::TcpStream::connect(&plane.address).unwrap();
    socket.set_read_timeout(Some(LIMITS.answer)).unwrap();
    Raw(rustls::StreamOwned::new(tls, socket))
}
