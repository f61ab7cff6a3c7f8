//! Waiting: for time to pass, or for an operator's word. Nothing wakes the agent but these.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::{Deserialize, Serialize};
use signal_hook::consts::SIGHUP;

use crate::core::Command;
use crate::folder::{Folder, write_whole};

/// The folder in which requests are left.
pub const REQUESTS: &str = "requests";
/// The most bytes of a request, and the most requests that are looked at.
const REQUEST_BYTES: u64 = 16 * 1024;
const MOST_REQUESTS: usize = 100;

/// The longest sleep in one go, in milliseconds, nearly 25 days: more is no time to `poll(2)` of macOS.
const LONGEST_SLEEP: u64 = i32::MAX as u64;

/// What an operator asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// A word to the core.
    Command(Command),
    /// A folder with a release, to be taken at once.
    Apply(String),
}

/// What can be waited for.
pub struct Wake {
    woken: UnixStream,
    sender: UnixStream,
}

/// Wakes the one that waits.
pub struct Waker(UnixStream);

impl Waker {
    /// Wakes it; one that is awake does not wait the next time.
    pub fn wake(&mut self) {
        // Full is as good: it wakes.
        let _ = self.0.write(&[1]);
    }
}

impl Wake {
    /// Begins to listen to `SIGHUP`, which says that there is a request.
    ///
    /// # Errors
    /// When the system gives no pipe or no signal.
    pub fn new() -> std::io::Result<Self> {
        let (woken, sender) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        sender.set_nonblocking(true)?;
        signal_hook::low_level::pipe::register(SIGHUP, sender.try_clone()?)?;
        Ok(Self { woken, sender })
    }

    /// What wakes it from another thread.
    ///
    /// # Errors
    /// When the system gives no handle.
    pub fn waker(&self) -> std::io::Result<Waker> {
        Ok(Waker(self.sender.try_clone()?))
    }

    /// Waits for so many milliseconds, or until there is a request. Of many hosts that were told
    /// the same time, each waits up to a tenth longer, as chance has it.
    pub fn wait(&mut self, after: u64, folder: &Folder) {
        if left(folder).is_empty() {
            let extra = u64::from(chance()) % (after / 10 + 1);
            self.sleep(after.saturating_add(extra));
        }
    }

    /// Waits for so many milliseconds.
    pub fn pause(&mut self, after: u64) {
        crate::notify::alive();
        self.sleep(after);
    }

    fn sleep(&mut self, after: u64) {
        if after == 0 {
            return;
        }
        let after = after.min(LONGEST_SLEEP);
        let limit = Timespec {
            tv_sec: i64::try_from(after / 1000).unwrap_or(i64::MAX),
            tv_nsec: i64::try_from(after % 1000 * 1_000_000).unwrap_or(0),
        };
        let _ = poll(&mut [PollFd::new(&self.woken, PollFlags::IN)], Some(&limit));
        let mut bytes = [0; 64];
        while self.woken.read(&mut bytes).is_ok_and(|read| read > 0) {}
    }
}

/// A number by chance.
pub(crate) fn chance() -> u32 {
    let number = RandomState::new().build_hasher().finish();
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default()
}

/// The oldest request, taken away.
pub(crate) fn next(folder: &Folder) -> Option<Request> {
    for path in left(folder) {
        let small = fs::metadata(&path).is_ok_and(|it| it.len() <= REQUEST_BYTES);
        let text = if small { fs::read(&path).unwrap_or_default() } else { Vec::new() };
        let _ = fs::remove_file(&path);
        if let Ok(request) = serde_json::from_slice(&text) {
            return Some(request);
        }
    }
    None
}

/// The requests that were left, the oldest first.
fn left(folder: &Folder) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder.join(REQUESTS)) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().take(MOST_REQUESTS).map(|it| it.path()).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == "json"));
    paths.sort();
    paths
}

/// Leaves a request for the agent that has the folder, and wakes it; the request's file, which the
/// agent takes away.
///
/// # Errors
/// When it cannot be written, or no agent is there to be woken.
pub fn ask(state: &Path, request: &Request) -> Result<PathBuf, String> {
    let requests = state.join(REQUESTS);
    fs::create_dir_all(&requests)
        .map_err(|error| format!("cannot make `{}`: {error}", requests.display()))?;
    let json = serde_json::to_vec(request).map_err(|error| error.to_string())?;
    let name = format!("{:020}.json", jiff::Timestamp::now().as_nanosecond());
    let file = requests.join(name);
    write_whole(&file, &json, 0o600).map_err(|error| error.to_string())?;
    let pid = fs::read_to_string(state.join("pid")).ok().and_then(|it| it.trim().parse().ok());
    let pid = pid.and_then(rustix::process::Pid::from_raw);
    let pid =
        pid.ok_or("the agent left no process to wake; it takes the request when it next looks")?;
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).map_err(|error| {
        format!("the agent could not be woken ({error}); it takes the request when it next looks")
    })?;
    Ok(file)
}
