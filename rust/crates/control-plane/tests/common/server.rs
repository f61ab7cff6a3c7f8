//! A real `PostgreSQL`, in a folder of its own, for as long as the tests last.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// It ends with its standard input, so also with a test that is killed; until then it is started again
/// whenever it ends. Nothing has to survive the machine here.
const SCRIPT: &str = r#"
  initdb --pgdata="$0/data" --username=nixfleet --auth=trust --no-sync --encoding=UTF8 --locale=C >"$0/initdb.log" 2>&1 || exit
  { while :; do
      while [ -e "$0/paused" ] && [ ! -e "$0/over" ]; do sleep 0.05; done
      [ ! -e "$0/over" ] || { touch "$0/gone"; exit; }
      # Of an option that is given twice the second holds.
      postgres -D "$0/data" -k "$0" -p "$1" -c listen_addresses= -c fsync=off -c max_connections=200 \
        $(cat "$0/options") 2>>"$0/log"
      sleep 0.05
    done; } </dev/null &
  cat >"$0/in"
  touch "$0/over"
  for _ in $(seq 200); do
    [ ! -e "$0/gone" ] || break
    kill -QUIT "$(head -n 1 "$0/data/postmaster.pid")"
    sleep 0.05
  done
  rm -rf "$0"
"#;

/// A server.
pub struct Server {
    pub folder: PathBuf,
    pub port: u16,
    databases: AtomicU32,
    // Its end is the server's.
    _running: Child,
}

impl Server {
    /// That of all tests of a program.
    pub fn shared() -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("nixfleet-pg-").tempdir().unwrap().keep();
        fs::write(folder.join("options"), "").unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("sh");
        command
            .args(["-c", SCRIPT])
            .arg(&folder)
            .arg(port.to_string())
            .env("PATH", path())
            .stdin(Stdio::piped());
        // Whoever reads what the tests say waits for nobody else.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.current_dir(&folder);
        if let Some((user, group)) = other_than_root() {
            chown(&folder, Some(user), Some(group)).unwrap();
            command.uid(user).gid(group);
        }
        let running = command.spawn().unwrap();
        let server = Self { folder, port, databases: AtomicU32::new(0), _running: running };
        server.ready();
        server
    }

    /// Waits until it answers.
    pub fn ready(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        while !self.asks("postgres", "SELECT 1").1 {
            let log = ["initdb.log", "log"].map(|it| fs::read_to_string(self.folder.join(it)));
            assert!(Instant::now() < until, "the database server does not begin: {log:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts it again with options besides.
    pub fn with(&self, options: &str) {
        fs::write(self.folder.join("options"), options).unwrap();
        self.crash();
    }

    /// Writes a file that the server alone may read.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        if let Some((user, group)) = other_than_root() {
            chown(&path, Some(user), Some(group)).unwrap();
        }
        path
    }

    /// Ends it as a crash would, and waits until it answers again.
    pub fn crash(&self) {
        self.signal();
        self.ready();
    }

    /// It answers nobody until it is resumed.
    pub fn pause(&self) {
        fs::write(self.folder.join("paused"), "").unwrap();
        self.signal();
    }

    pub fn resume(&self) {
        fs::remove_file(self.folder.join("paused")).unwrap();
        self.ready();
    }

    fn signal(&self) {
        let lock = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let pid = lock.lines().next().unwrap();
        assert!(Command::new("kill").args(["-QUIT", pid]).status().unwrap().success());
        // Until it is gone: what answers next is another.
        let until = Instant::now() + Duration::from_secs(10);
        while Path::new("/proc").join(pid).exists() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The address of a new database.
    pub fn database(&self) -> String {
        let name = format!("fleet_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        format!(
            "postgresql:///{name}?user=nixfleet&host={}&port={}",
            self.folder.display(),
            self.port
        )
    }

    /// Says something to the database of an address, and what it answers.
    pub fn at(address: &str, sql: &str) -> String {
        let name = address.strip_prefix("postgresql:///").unwrap().split('?').next().unwrap();
        Self::shared().sql(name, sql)
    }

    pub fn sql(&self, database: &str, sql: &str) -> String {
        let (answer, good) = self.asks(database, sql);
        assert!(good, "{sql}: {answer}");
        answer
    }

    fn asks(&self, database: &str, sql: &str) -> (String, bool) {
        let output = Command::new("psql")
            .args([
                "--no-psqlrc",
                "--quiet",
                "--tuples-only",
                "--no-align",
                "-v",
                "ON_ERROR_STOP=1",
            ])
            .args(["--username=nixfleet", "--dbname", database, "--command", sql, "--host"])
            .arg(&self.folder)
            .args(["--port", &self.port.to_string()])
            .env("PATH", path())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (String::from_utf8_lossy(&text).trim().to_owned(), output.status.success())
    }
}

/// Debian has the server's programs in a folder of each version.
fn path() -> String {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|it| it.path().join("bin"))
        .filter(|it| it.join("initdb").exists())
        .collect();
    versions.sort();
    let path = std::env::var("PATH").unwrap_or_default();
    let found = versions.last().map_or(String::new(), |it| format!("{}:", it.display()));
    let is_there = |folder: &str| Path::new(folder).join("initdb").exists();
    assert!(
        !found.is_empty() || path.split(':').any(is_there),
        "PostgreSQL is missing: `checks/bootstrap database` brings it"
    );
    format!("{found}{path}")
}

/// The server refuses to run as root.
fn other_than_root() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    ["postgres", "nobody"].iter().find_map(|name| {
        let line = users.lines().find(|it| it.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    })
}
