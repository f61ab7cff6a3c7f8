//! The connection that all shares that is asked of a guest.

use std::io;
use std::process::Stdio;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::client::{command, judge, run};
use super::{Connection, SshError, Target};
use crate::Cancel;
use nixfleet_assertion::Ran;
use nixfleet_nix::process::{self, Bounds, Output};

/// The connection that others share: an `ssh` that lets them in.
pub struct Shared {
    master: Option<JoinHandle<io::Result<Output>>>,
    /// Set when the connection is to end.
    over: Cancel,
    target: Target,
    limit: Duration,
    cancel: Cancel,
}

impl Shared {
    /// Begins to log in.
    pub fn start(target: &Target, limit: Duration, cancel: Cancel) -> Self {
        let over = Cancel::default();
        let master = target.shared.as_deref().and_then(|socket| {
            let _ = std::fs::remove_file(socket);
            let mut command = command(&["-M", "-N"], target, limit);
            command.stdout(Stdio::null()).stderr(Stdio::piped());
            let child = process::start(&mut command).ok()?;
            let over = over.clone();
            let bounds = Bounds { time: None, bytes: 0 };
            Some(thread::spawn(move || process::collect(child, bounds, || over.requested())))
        });
        Self { master, over, target: target.clone(), limit, cancel }
    }

    /// Whether `ssh` lets others in, which it does once the guest has admitted it.
    fn is_open(&self) -> bool {
        self.target.shared.as_ref().is_some_and(|it| it.exists())
    }

    /// Ends it; how it has ended.
    fn end(&mut self) -> Option<Output> {
        self.over.request();
        self.master.take()?.join().ok()?.ok()
    }
}

impl Connection for Shared {
    fn wait(&mut self) -> Result<(), SshError> {
        let end = Instant::now() + self.limit;
        while self.master.as_ref().is_some_and(|it| !it.is_finished()) {
            if self.is_open() {
                return Ok(());
            }
            let given_up = self.cancel.requested() || self.target.lost.requested();
            if given_up || Instant::now() >= end {
                self.end();
                return Err(SshError::TimedOut(self.limit));
            }
            thread::sleep(Duration::from_millis(20));
        }
        if let Some(Output { status, stdout, stderr }) = self.end() {
            judge(status.and_then(|it| it.code()).unwrap_or(255), stdout, stderr)?;
        }
        // What keeps it from letting others in is no fault of the guest: each call then connects by itself.
        let left = end.saturating_duration_since(Instant::now());
        match run(&self.target, "true", left, &self.cancel)? {
            Ran { status: 255, stderr, .. } => Err(SshError::Unreachable(stderr.last_line())),
            _ => Ok(()),
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_that_does_not_come_about_ends_and_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let login = |target: &Target, limit| Shared::start(target, limit, Cancel::default()).wait();
        let target = |port| Target {
            port,
            user: "root".into(),
            identity: "/k".into(),
            known_hosts: folder.path().join("known"),
            shared: Some(folder.path().join("socket")),
            lost: Cancel::default(),
        };
        // Nobody listens on it: the kernel gives it to nobody.
        let nobody = login(&target(0), Duration::from_secs(20));
        assert!(matches!(nobody, Err(SshError::Unreachable(_))), "{nobody:?}");

        // A server that says nothing, until the guest is known to be gone.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let silent = target(listener.local_addr().unwrap().port());
        let begun = Instant::now();
        // Whoever tells it first, `ssh` or we.
        assert!(login(&silent, Duration::from_secs(1)).is_err());
        silent.lost.request();
        let limit = Duration::from_secs(20);
        assert_eq!(login(&silent, limit), Err(SshError::TimedOut(limit)));
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}
