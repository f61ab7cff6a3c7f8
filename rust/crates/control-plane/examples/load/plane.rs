//! A control plane that runs, and what it takes of the machine.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nixfleet_link::{HostKey, PublicKey};
use ssh_key::LineEnding;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::Failure;
use crate::fleet::{private, public, seed};

/// A control plane that runs until it is dropped.
pub struct Plane {
    pub address: String,
    pub page: String,
    /// By what its hosts know it.
    pub pin: PublicKey,
    folder: tempfile::TempDir,
    child: Child,
}

impl Plane {
    /// One for so many hosts, over a database, or over a file of its own.
    pub async fn begin(
        program: &str,
        hosts: usize,
        database: Option<&str>,
    ) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let path = |name: &str| folder.path().join(name);
        fs::write(path("key"), private(hosts + 1)?.to_openssh(LineEnding::LF)?.as_bytes())?;
        let (address, page) = (free()?, free()?);
        let config = serde_json::json!({
            "fleet": "load", "keys": [public(hosts)?.line()], "threshold": 1, "listen": [address],
            "page": page, "socket": path("socket"), "hostKey": path("key"),
            "database": database.map_or_else(|| path("db.sqlite"), PathBuf::from),
        });
        fs::write(path("config.json"), config.to_string())?;
        let mut command = Command::new(program);
        command.arg("--config").arg(path("config.json")).arg("run").stdout(Stdio::null());
        let pin = HostKey::of_seed(&seed(hosts + 1)).ok_or("no key")?.public();
        let plane = Self { address, page, pin, child: command.spawn()?, folder };
        for _ in 0..1000 {
            if UnixStream::connect(plane.socket()).await.is_ok() {
                return Ok(plane);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err("the control plane does not begin".into())
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Brings it a release.
    pub async fn bring(&self, body: &[u8]) -> Result<(), Failure> {
        let mut stream = UnixStream::connect(self.socket()).await?;
        let head = format!("POST /v1/release HTTP/1.0\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        if answer.contains(" 200 ") { Ok(()) } else { Err(answer.into()) }
    }

    /// The memory that it has, in kB.
    pub fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        line.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
    }

    /// The seconds of a processor that it has taken.
    pub fn processor(&self) -> f64 {
        processor(&self.child.id().to_string())
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The seconds of a processor that a process has taken (proc(5): `stat` has them in hundredths, whatever
/// the kernel counts by); none of one that is gone.
pub fn processor(process: &str) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name before it may have spaces.
    let fields = stat.rsplit_once(") ").map_or("", |it| it.1);
    let ticks = fields.split(' ').skip(11).take(2).filter_map(|it| it.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

fn free() -> Result<String, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
