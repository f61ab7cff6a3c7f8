//! Programs of this machine: found on PATH, run with a limit, and never left behind.

mod reader;

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_text::{Foreign, size};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use reader::{Keep, Reader};

/// How long a program that is asked to end may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a program that runs is looked at.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// What a program may write to standard output: more than any host has to say, and little beside
/// this machine's memory.
const ANSWER: usize = 64 << 20;

/// What is kept of standard error, its end.
const ERRORS: usize = 4 << 20;

/// What a program wrote, and how it ended.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// How it ended; `None` when it was killed because its time was over.
    pub status: Option<ExitStatus>,
    /// Standard output.
    pub stdout: Foreign,
    /// The end of standard error.
    pub stderr: Foreign,
}

/// What a program may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How long it may run; `None` for ever.
    pub time: Option<Duration>,
    /// How many bytes it may write to standard output.
    pub bytes: usize,
}

impl From<Duration> for Bounds {
    fn from(time: Duration) -> Self {
        Self { time: Some(time), bytes: ANSWER }
    }
}

/// The program on PATH, if it is there.
#[must_use]
pub fn find(program: impl AsRef<Path>) -> Option<PathBuf> {
    let runs = |path: &PathBuf| {
        fs::metadata(path).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
    };
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&program)).find(runs)
}

/// A command whose process ends when this one does, however this one ends.
///
/// Only Linux can do so, with `setpriv` of util-linux; elsewhere what is left over is found and
/// ended by the next command, which knows its QEMU by the lock that it holds.
#[must_use]
pub fn bound(program: impl AsRef<OsStr>) -> Command {
    let words = binding();
    // A program that is not there is missed by itself, and not in the words of another.
    let is_there = find(program.as_ref()).is_some();
    match words.split_first().filter(|_| is_there) {
        Some((setpriv, rest)) => {
            let mut command = Command::new(setpriv);
            command.args(rest).arg(program);
            command
        }
        None => Command::new(program),
    }
}

/// The words before a program that make it end with this process; none where that cannot be.
#[must_use]
pub fn binding() -> Vec<OsString> {
    match find("setpriv") {
        Some(setpriv) if cfg!(target_os = "linux") => {
            let mut words = vec![setpriv.into_os_string()];
            words.extend(["--pdeathsig", "TERM", "--"].map(OsString::from));
            words
        }
        _ => Vec::new(),
    }
}

/// Starts a command in a process group of its own, so that Ctrl-C at the terminal reaches this
/// process alone, which then ends its children in order.
///
/// # Errors
/// When it cannot be started.
pub fn start(command: &mut Command) -> io::Result<Child> {
    command.stdin(Stdio::null()).process_group(0).spawn()
}

/// Runs a command to its end, or kills it and all its children when the limit is over.
///
/// # Errors
/// When it cannot be started, or writes more than it may.
pub fn output(command: &mut Command, bounds: impl Into<Bounds>) -> io::Result<Output> {
    output_unless(command, bounds, || false)
}

/// Runs a command to its end, or kills it when the limit is over or `stop` says so.
///
/// # Errors
/// When it cannot be started, or writes more than it may.
pub fn output_unless(
    command: &mut Command,
    bounds: impl Into<Bounds>,
    stop: impl Fn() -> bool,
) -> io::Result<Output> {
    let child = start(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    collect(child, bounds.into(), stop)
}

/// Reads what a child writes to its pipes until it has ended, or ends it when it takes more than it
/// may or `stop` says so.
///
/// # Errors
/// When it writes more than it may, which is [`io::ErrorKind::FileTooLarge`].
pub fn collect(mut child: Child, bounds: Bounds, stop: impl Fn() -> bool) -> io::Result<Output> {
    let (ended, end_of_both) = channel();
    let stdout =
        child.stdout.take().map(|it| Reader::new(it, bounds.bytes, Keep::Start, ended.clone()));
    let stderr = child.stderr.take().map(|it| Reader::new(it, ERRORS, Keep::End, ended));
    let at_end = || [&stdout, &stderr].into_iter().flatten().all(Reader::is_at_end);
    let is_over = || stdout.as_ref().is_some_and(Reader::is_over);
    let longer = |pause: Duration| (pause * 2).clamp(Duration::from_millis(1), LONGEST_PAUSE);
    // A limit beyond what a clock can count is none.
    let mut end = bounds.time.and_then(|it| Instant::now().checked_add(it));
    let (mut pause, mut rest) = (Duration::from_millis(1), Duration::ZERO);
    let mut status = None;
    while status.is_none() || !at_end() {
        if end.is_some_and(|end| Instant::now() >= end) || is_over() || stop() {
            self::end(&mut child, PATIENCE);
            // What has left the process group may still hold the pipes, and is not waited for.
            wait_until(PATIENCE, at_end);
            break;
        }
        // Both pipes end as a rule when the program does, and nobody is to wait longer.
        if end_of_both.recv_timeout(pause) == Err(RecvTimeoutError::Disconnected) {
            thread::sleep(rest);
            rest = longer(rest);
        }
        pause = longer(pause);
        if status.is_none() {
            status = child.try_wait()?;
            // A program that has ended may have left another behind, which holds its pipes.
            let soon = Instant::now() + PATIENCE;
            end = status.map_or(end, |_| Some(end.map_or(soon, |end| end.min(soon))));
        }
    }
    if is_over() {
        let said = format!("it writes more than {}", size(bounds.bytes as u64));
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, said));
    }
    let text = |reader: Option<Reader>| reader.map(Reader::text).unwrap_or_default();
    Ok(Output { status, stdout: text(stdout), stderr: text(stderr) })
}

/// Ends a child and its process group: asked first, killed after a moment. One that has been left in our
/// own group, for the terminal's sake, is asked alone: what waits for a passphrase gives the terminal its
/// echo back when it is asked, and not when it is killed.
pub fn end(child: &mut Child, patience: Duration) {
    if !signal_group(child, Signal::TERM) && matches!(child.try_wait(), Ok(None)) {
        ask_to_end(child);
    }
    wait_until(patience, || !matches!(child.try_wait(), Ok(None)));
    kill(child);
}

/// Waits until something is so, at most so long; whether it is.
pub fn wait_until(patience: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + patience;
    loop {
        if is_so() {
            return true;
        }
        if Instant::now() >= end {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Kills a child and its process group, and waits for it.
pub fn kill(child: &mut Child) {
    signal_group(child, Signal::KILL);
    let _ = child.kill();
    let _ = child.wait();
}

/// Whether there is such a group. A child that leads its own keeps its number for as long as one member
/// lives, so no stranger is hit.
fn signal_group(child: &Child, signal: Signal) -> bool {
    kill_process_group(Pid::from_child(child), signal).is_ok()
}

/// Does what ends with a child that nobody has waited for yet, and asks it to end when `stop` says so; it
/// is killed after a moment, with its group, when it heeds nothing.
pub fn with_child<R>(child: &Child, stop: impl Fn() -> bool + Sync, work: impl FnOnce() -> R) -> R {
    let ((done, wait), stop) = (channel::<()>(), &stop);
    thread::scope(|scope| {
        scope.spawn(move || {
            while wait.recv_timeout(LONGEST_PAUSE) == Err(RecvTimeoutError::Timeout) {
                if stop() {
                    ask_to_end(child);
                    if wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                        signal_group(child, Signal::KILL);
                        let _ = kill_process(Pid::from_child(child), Signal::KILL);
                    }
                    return;
                }
            }
        });
        let result = work();
        drop(done);
        result
    })
}

fn ask_to_end(child: &Child) {
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
}

#[cfg(test)]
mod tests;
