//! A control plane as people ask it: by its socket, on this machine or over SSH.
//!
//! Who may is who may log in there and open the socket: there is no key or token of its own.

mod patience;
mod status;

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;
use nixfleet_inventory::Inventory;
use nixfleet_nix::process::{self, Output};
use nixfleet_rollout::View;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::commands::hosts::{Address, nix_options, plain};
use crate::error::Plane;
use nixfleet_text::{Foreign, word};
pub use patience::Patience;
pub use status::Status;

/// Where the module has the socket.
const SOCKET: &str = "/run/nixfleet-control-plane/socket";

/// What an answer may take.
const ANSWER: Duration = Duration::from_secs(60);

/// The most bytes of an answer: fifty thousand hosts, each with its sentence.
const BYTES: u64 = 64 << 20;

/// Where the control plane is asked.
#[derive(Debug, Args)]
pub struct Place {
    /// The control plane's machine, asked over SSH [default: the one that the fleet's `release`
    /// names; on that machine itself its socket]
    #[arg(long, value_name = "[USER@]HOST[:PORT]", global = true)]
    control_plane: Option<Address>,

    /// The control plane's socket on this machine
    #[arg(long, value_name = "PATH", global = true, conflicts_with = "control_plane")]
    socket: Option<PathBuf>,
}

impl Place {
    /// What the command line names, if it names one.
    pub fn named(&self) -> Option<Door> {
        let socket = self.socket.clone().map(Door::Socket);
        socket.or_else(|| self.control_plane.clone().map(Door::Ssh))
    }
}

/// Where hosts ask it, `HOST:PORT`.
fn address(inventory: &Inventory) -> Option<&str> {
    inventory.release["controlPlane"]["address"].as_str()
}

/// How the control plane is asked.
pub enum Door {
    /// By its socket here.
    Socket(PathBuf),
    /// Over SSH.
    Ssh(Address),
}

impl Door {
    /// The socket of this machine, where a control plane runs here. One that was killed leaves its own,
    /// on which nobody listens.
    pub fn here() -> Option<Self> {
        let nobody = |it: &io::Error| {
            matches!(it.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused)
        };
        let runs = UnixStream::connect(SOCKET).map_or_else(|it| !nobody(&it), |_| true);
        runs.then(|| Self::Socket(SOCKET.into()))
    }

    /// The machine that the fleet names. Its port there is that of hosts.
    pub fn of(inventory: &Inventory) -> Option<Self> {
        let address = address(inventory)?;
        let machine = address.rsplit_once(':').map_or(address, |(machine, _)| machine);
        machine.parse().ok().map(Self::Ssh)
    }

    /// Reads something.
    pub fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, Plane> {
        let text = self.ask("GET", path, None)?;
        serde_json::from_str(&text)
            .map_err(|error| Plane::Garbled { place: self.place(), why: error.to_string() })
    }

    /// Reads a text.
    pub fn text(&self, path: &str) -> Result<String, Plane> {
        self.ask("GET", path, None)
    }

    /// What it says of itself.
    pub fn status(&self) -> Result<Status, Plane> {
        self.read("/v1/status")
    }

    /// The rollout as it is.
    pub fn view(&self) -> Result<View, Plane> {
        self.read("/v1/rollout")
    }

    /// Says something; who said so, as the control plane knows them, and what that met which was said before.
    pub fn say(
        &self,
        command: &nixfleet_rollout::Command,
    ) -> Result<(String, Option<String>), Plane> {
        let json = serde_json::to_string(command).unwrap_or_default();
        let answer = self.ask("POST", "/v1/commands", Some(&json))?;
        let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
        let by = nixfleet_text::visible(answer["by"].as_str().unwrap_or("you")).into_owned();
        let met = answer["met"].as_str().map(|it| Foreign::from(it).excerpt());
        Ok((by, met))
    }

    /// Where it is asked, as messages show it.
    pub fn place(&self) -> String {
        match self {
            Self::Socket(path) => format!("`{}`", path.display()),
            Self::Ssh(machine) => format!("`{}`", nixfleet_text::visible(&machine.to_string())),
        }
    }

    fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Result<String, Plane> {
        match self {
            Self::Socket(socket) => self.by_socket(socket, method, path, body.unwrap_or_default()),
            Self::Ssh(_) => self.over_ssh(method, path, body),
        }
    }

    /// Runs a shell's script where the control plane is.
    pub fn run(&self, script: &str) -> Result<Output, Plane> {
        let mut command: Command = match self {
            Self::Socket(_) => {
                let mut sh = process::bound("sh");
                sh.args(["-c", script]);
                sh
            }
            Self::Ssh(machine) => {
                let mut ssh = process::bound("ssh");
                ssh.args(nix_options()).args(["-o", "BatchMode=yes", "-o", "ConnectTimeout=15"]);
                ssh.args(machine.words()).arg(plain(script));
                ssh
            }
        };
        let output = process::output(&mut command, ANSWER);
        output.map_err(|error| self.unreached(&error.to_string()))
    }

    fn over_ssh(&self, method: &str, path: &str, body: Option<&str>) -> Result<String, Plane> {
        let call = format!("nixfleet-control-plane call {method} {}", word(path));
        let script = match body {
            Some(body) => format!("printf %s {} | {call}", word(body)),
            None => call,
        };
        let output = self.run(&script)?;
        let Some(status) = output.status else {
            return Err(Plane::Slow { place: self.place(), seconds: ANSWER.as_secs() });
        };
        let answer = output.stdout.raw();
        match (status.success(), refusal(answer)) {
            (true, _) => Ok(answer.to_owned()),
            (false, Some(why)) => Err(Plane::Refused(why)),
            (false, None) if status.code() == Some(127) => Err(self
                .unreached("there is no `nixfleet-control-plane` there: is it the right machine?")),
            (false, None) => {
                let said = output.stderr.raw().trim();
                let why = if said.is_empty() {
                    format!("`ssh` ended with {status}")
                } else {
                    said.into()
                };
                Err(self.unreached(&why))
            }
        }
    }

    fn by_socket(
        &self,
        socket: &Path,
        method: &str,
        path: &str,
        body: &str,
    ) -> Result<String, Plane> {
        let begun = Instant::now();
        let failed = |error: std::io::Error| match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                Plane::Slow { place: self.place(), seconds: ANSWER.as_secs() }
            }
            _ => self.unreached(&error.to_string()),
        };
        let mut stream = UnixStream::connect(socket).map_err(failed)?;
        stream.set_write_timeout(Some(ANSWER)).map_err(failed)?;
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.0\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        // One that refuses early does not read all.
        let _ = stream.write_all(format!("{head}{body}").as_bytes());
        let (mut answer, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
        loop {
            let left = ANSWER.saturating_sub(begun.elapsed()).max(Duration::from_millis(1));
            stream.set_read_timeout(Some(left)).map_err(failed)?;
            match stream.read(&mut buffer).map_err(failed)? {
                0 => break,
                read => answer.extend_from_slice(&buffer[..read]),
            }
            if answer.len() as u64 > BYTES {
                return Err(self.garbled("it is longer than any answer"));
            }
        }
        if answer.is_empty() {
            return Err(self.unreached("it ended before it had answered"));
        }
        let text = String::from_utf8_lossy(&answer);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return Err(self.garbled("it is not HTTP"));
        };
        let is_good = head.split(' ').nth(1).is_some_and(|it| it.starts_with('2'));
        match (is_good, refusal(body)) {
            (true, _) => Ok(body.to_owned()),
            (false, Some(why)) => Err(Plane::Refused(why)),
            (false, None) => Err(self.garbled("it refuses without a reason")),
        }
    }

    fn unreached(&self, why: &str) -> Plane {
        Plane::Unreached { place: self.place(), why: why.to_owned() }
    }

    fn garbled(&self, why: &str) -> Plane {
        Plane::Garbled { place: self.place(), why: why.to_owned() }
    }
}

/// Why it refuses, in its own words.
fn refusal(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    answer["error"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_its_own_words() {
        assert_eq!(refusal(r#"{"error": "no"}"#), Some("no".into()));
        assert_eq!(refusal("no"), None);
    }
}
