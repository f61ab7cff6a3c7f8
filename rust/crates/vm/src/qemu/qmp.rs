//! QEMU's control protocol, QMP: one JSON object a line over a socket.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Cancel;

/// How long QEMU may take to answer. Its main loop answers at once unless it hangs.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How often who waits looks whether the user wants the end. One that is well has answered by then.
const TICK: Duration = Duration::from_millis(100);

/// A connection to a running QEMU.
#[derive(Debug)]
pub struct Qmp {
    socket: UnixStream,
    lines: Receiver<Value>,
    events: Vec<Value>,
    cancel: Cancel,
}

impl Qmp {
    /// Connects, and waits so long for the greeting: QEMU talks to one at a time. Of one that does not
    /// answer, then or later, nothing is waited for by who wants the end.
    pub fn connect(path: &Path, patience: Duration, cancel: &Cancel) -> io::Result<Self> {
        let socket = UnixStream::connect(path)?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let reader = BufReader::new(socket.try_clone()?);
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in reader.lines().map_while(Result::ok) {
                let Ok(value) = serde_json::from_str(&line) else { continue };
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        let mut qmp = Self { socket, lines, events: Vec::new(), cancel: cancel.clone() };
        qmp.receive(|it| it.get("QMP").is_some(), patience)?;
        qmp.execute("qmp_capabilities", None)?;
        Ok(qmp)
    }

    /// Executes a command and returns what it returns.
    pub fn execute(&mut self, command: &str, arguments: Option<Value>) -> io::Result<Value> {
        let mut request = json!({ "execute": command });
        if let Some(arguments) = arguments {
            request["arguments"] = arguments;
        }
        let mut line = request.to_string();
        line.push('\n');
        self.socket.write_all(line.as_bytes())?;
        let answer =
            self.receive(|it| it.get("return").is_some() || it.get("error").is_some(), PATIENCE)?;
        match answer.get("error") {
            Some(error) => Err(io::Error::other(
                error["desc"].as_str().unwrap_or("QEMU refused the command").to_owned(),
            )),
            None => Ok(answer["return"].clone()),
        }
    }

    /// The events that came since the last call.
    pub fn events(&mut self) -> Vec<Value> {
        self.events.extend(self.lines.try_iter().filter(|it| it.get("event").is_some()));
        std::mem::take(&mut self.events)
    }

    /// The events up to the end of a QEMU that has ended: they may come a moment after it.
    pub fn last_events(&mut self) -> Vec<Value> {
        let end = Instant::now() + Duration::from_secs(1);
        while let Ok(value) = self.lines.recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            self.events.push(value);
        }
        self.events()
    }

    fn receive(&mut self, wanted: impl Fn(&Value) -> bool, limit: Duration) -> io::Result<Value> {
        let end = Instant::now() + limit;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left.min(TICK)) {
                Ok(value) if wanted(&value) => return Ok(value),
                Ok(value) => self.events.push(value),
                Err(RecvTimeoutError::Timeout) if self.cancel.requested() => {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                Err(RecvTimeoutError::Timeout) if left <= TICK => {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
    }
}

impl Drop for Qmp {
    fn drop(&mut self) {
        // Ends the reading thread.
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    /// A QEMU that sends an event before each answer, as a real one may.
    fn serve(listener: &UnixListener) {
        let (mut socket, _) = listener.accept().unwrap();
        let reader = BufReader::new(socket.try_clone().unwrap());
        writeln!(socket, r#"{{"QMP": {{"version": {{}}}}}}"#).unwrap();
        for line in reader.lines().map_while(Result::ok) {
            let request: Value = serde_json::from_str(&line).unwrap();
            writeln!(socket, r#"{{"event": "STOP", "data": {{}}}}"#).unwrap();
            let answer = match request["execute"].as_str().unwrap() {
                "query-status" => json!({ "return": { "status": "running" } }),
                "qmp_capabilities" => json!({ "return": {} }),
                _ => json!({ "error": { "class": "CommandNotFound", "desc": "no such command" } }),
            };
            writeln!(socket, "{answer}").unwrap();
        }
    }

    #[test]
    fn answers_and_events_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let listener = UnixListener::bind(&path).unwrap();
        let server = thread::spawn(move || serve(&listener));
        let mut qmp = Qmp::connect(&path, PATIENCE, &Cancel::default()).unwrap();
        assert_eq!(qmp.execute("query-status", None).unwrap()["status"], "running");
        assert_eq!(qmp.execute("nonsense", None).unwrap_err().to_string(), "no such command");
        assert_eq!(qmp.events().len(), 3);
        drop(qmp);
        server.join().unwrap();
    }
}
