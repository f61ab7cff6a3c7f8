//! A control plane as it is installed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use ssh_key::LineEnding;

use super::fleet::{Fleet, private, public};
use super::{LIMITS, ON_A_SERVER, room, server};

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
        fs::set_permissions(folder.join("key"), fs::Permissions::from_mode(0o600)).unwrap();
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

    /// Changes its configuration, until it is started the next time.
    pub fn configure(&self, change: impl FnOnce(&mut Value)) {
        let path = self.folder.join("control-plane.json");
        let mut config = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        change(&mut config);
        fs::write(&path, config.to_string()).unwrap();
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
    child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
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
