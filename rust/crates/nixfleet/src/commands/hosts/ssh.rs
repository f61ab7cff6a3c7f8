//! The program `ssh`: one command on one host, bounded in time and bytes, that asks the terminal for
//! nothing and ends when the user wants the end.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_nix::{process, visible};
use nixfleet_vm::Cancel;

use super::Connection;
use crate::error::Trouble;

/// How long a host may take to be reached, in seconds.
const CONNECT: &str = "20";

/// A connection on which nothing is heard for three of these is lost, in seconds.
const ALIVE: &str = "10";

/// The most bytes of what a host writes that are looked at.
const MOST_BYTES: u64 = 1024 * 1024;

/// How often the user's wish and the limit are looked at while a host says nothing.
const GLANCE: Duration = Duration::from_millis(50);

/// How a command on a host ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Its exit status.
    pub status: i32,
    /// What it wrote.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

/// Why a command's end on a host is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// It does not answer, or the connection broke.
    Unreachable(String),
    /// It has another key than the one that is known.
    OtherKey,
    /// Its key is not known here.
    UnknownKey,
    /// It lets none of these users in.
    KeyRefused(Vec<String>),
    /// None of these users may become root.
    NoRoot(Vec<String>),
    /// It took too long.
    TimedOut(Duration),
    /// The user wanted the end.
    Interrupted,
}

/// `ssh`, and when it is to end.
#[derive(Clone)]
pub struct Ssh {
    /// Whether the user wants the end.
    pub cancel: Cancel,
}

impl Ssh {
    /// One that ends when the user wants the end.
    pub fn on_signals() -> Result<Self, Trouble> {
        let cancel = Cancel::on_signals().map_err(|error| Trouble::Program {
            program: "this machine".to_owned(),
            problem: format!("gives no signals: {error}"),
        })?;
        Ok(Self { cancel })
    }

    /// Runs a command on a host; each line that it writes is shown to `heard` as it comes.
    pub fn run(
        &self,
        connection: &Connection,
        command: &str,
        input: &[u8],
        limit: Duration,
        heard: &mut dyn FnMut(&str),
    ) -> Result<Ended, Lost> {
        let mut ssh = process::bound("ssh");
        ssh.args(["-T", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR"]);
        ssh.args(["-o", &format!("ConnectTimeout={CONNECT}")]);
        ssh.args(["-o", &format!("ServerAliveInterval={ALIVE}"), "-o", "ServerAliveCountMax=3"]);
        ssh.args(connection.options()).args(["--", &connection.address.host, command]);
        // Ctrl-C at the terminal reaches us alone, and we end it.
        ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = ssh.spawn().map_err(|error| {
            Lost::Unreachable(format!("the program `ssh` cannot be started here: {error}"))
        })?;
        feed(&mut child, input.to_vec());
        let lines = lines(child.stdout.take());
        let complaint = all(child.stderr.take());
        let stdout = self.listen(&mut child, &lines, limit, heard)?;
        let status = child.wait().ok().and_then(|it| it.code()).unwrap_or(255);
        let stderr = complaint.recv_timeout(Duration::from_secs(2)).unwrap_or_default();
        match status {
            255 => Err(lost(&stderr, connection)),
            status => Ok(Ended { status, stdout, stderr }),
        }
    }

    /// What the host writes, to its end.
    fn listen(
        &self,
        child: &mut Child,
        lines: &Receiver<String>,
        limit: Duration,
        heard: &mut dyn FnMut(&str),
    ) -> Result<String, Lost> {
        let end = Instant::now() + limit;
        let mut stdout = String::new();
        loop {
            match lines.recv_timeout(GLANCE) {
                Ok(line) => {
                    heard(&line);
                    stdout.push_str(&line);
                    stdout.push('\n');
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(stdout),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let over = if self.cancel.requested() {
                Lost::Interrupted
            } else if Instant::now() >= end {
                Lost::TimedOut(limit)
            } else {
                continue;
            };
            process::end(child, Duration::from_secs(1));
            return Err(over);
        }
    }
}

/// Writes to a command's input; one that does not read is not waited for.
fn feed(child: &mut Child, input: Vec<u8>) {
    if let Some(mut stdin) = child.stdin.take() {
        thread::spawn(move || stdin.write_all(&input));
    }
}

/// The lines that come, as they come.
fn lines(from: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let Some(from) = from else { return };
        let mut from = BufReader::new(from.take(MOST_BYTES));
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).trim_end_matches('\n').to_owned();
            if sender.send(text).is_err() {
                return;
            }
            line.clear();
        }
        // What comes beyond is read all the same: whoever writes would wait for ever.
        let _ = std::io::copy(&mut from.into_inner().into_inner(), &mut std::io::sink());
    });
    receiver
}

/// All that comes, once it has.
fn all(from: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut from) = from {
            let _ = (&mut from).take(MOST_BYTES).read_to_end(&mut bytes);
            let _ = std::io::copy(&mut from, &mut std::io::sink());
        }
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver
}

/// Why `ssh` itself ended, by its words: it has one exit status for all of them.
fn lost(said: &str, connection: &Connection) -> Lost {
    if said.contains("REMOTE HOST IDENTIFICATION HAS CHANGED") {
        return Lost::OtherKey;
    }
    if said.contains("Host key verification failed") || said.contains("host key is known for") {
        // With the fleet's own list of keys, no other key is good.
        return if connection.known_hosts.is_some() { Lost::OtherKey } else { Lost::UnknownKey };
    }
    if said.contains("Permission denied (") || said.contains("Too many authentication failures") {
        return Lost::KeyRefused(vec![connection.user.clone()]);
    }
    let last = said.lines().rev().map(str::trim).find(|it| !it.is_empty());
    Lost::Unreachable(visible(last.unwrap_or("the connection was lost")).into_owned())
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "it could not be reached: {why}"),
            Self::OtherKey => f.write_str(
                "it has another SSH host key than the one that is known, so it may be another \
                 machine; where it was installed anew, bring `hostKey` or `known_hosts` up to date",
            ),
            Self::UnknownKey => f.write_str(
                "its SSH host key is not known here: write it as the host's `hostKey`, or log in \
                 once by `ssh`",
            ),
            Self::KeyRefused(users) => write!(
                f,
                "it lets no key of yours in, as {}: see `nixfleet keys`, and `--user`",
                list(users)
            ),
            Self::NoRoot(users) => write!(
                f,
                "{} may not use `sudo` without a password there, and only root speaks to the agent: \
                 log in as another by `--user`",
                list(users)
            ),
            Self::TimedOut(limit) => write!(f, "it did not answer in {} s", limit.as_secs()),
            Self::Interrupted => f.write_str("it was not asked to the end: interrupted"),
        }
    }
}

fn list(users: &[String]) -> String {
    let quoted: Vec<String> = users.iter().map(|it| format!("`{}`", visible(it))).collect();
    quoted.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::super::Address;
    use super::*;

    fn connection(known: bool) -> Connection {
        Connection {
            address: Address::of_name("web-01"),
            name: "web-01".into(),
            user: "ops".into(),
            known_hosts: known.then(|| "/known".into()),
            identities: Vec::new(),
            options: Vec::new(),
        }
    }

    #[test]
    fn ssh_tells_by_its_words_why_it_ended() {
        let lost = |said: &str, known| lost(said, &connection(known));
        let failed = "No ED25519 host key is known for web-01\r\nHost key verification failed.\r\n";
        assert_eq!((lost(failed, false), lost(failed, true)), (Lost::UnknownKey, Lost::OtherKey));
        let refused = "ops@web-01: Permission denied (publickey).\n";
        assert_eq!(lost(refused, true), Lost::KeyRefused(vec!["ops".into()]));
        let timed = "ssh: connect to host web-01 port 22: Connection timed out\n\n";
        assert!(lost(timed, true).to_string().contains("Connection timed out"));
        assert_eq!(lost("", true), Lost::Unreachable("the connection was lost".into()));
    }
}
