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
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use reader::Reader;

/// How long a program that is asked to end may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a program wrote, and how it ended.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// How it ended; `None` when it was killed because its time was over.
    pub status: Option<ExitStatus>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
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
/// ended by the next command, which knows its QEMU by its control socket.
#[must_use]
pub fn bound(program: impl AsRef<OsStr>) -> Command {
    let words = binding();
    match words.split_first() {
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
/// When it cannot be started.
pub fn output(command: &mut Command, limit: Duration) -> io::Result<Output> {
    output_unless(command, limit, || false)
}

/// Runs a command to its end, or kills it when the limit is over or `stop` says so.
///
/// # Errors
/// When it cannot be started.
pub fn output_unless(
    command: &mut Command,
    limit: Duration,
    stop: impl Fn() -> bool,
) -> io::Result<Output> {
    let mut child = start(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let stdout = child.stdout.take().map(Reader::new);
    let stderr = child.stderr.take().map(Reader::new);
    let at_end = || [&stdout, &stderr].into_iter().flatten().all(Reader::is_at_end);
    let mut end = Instant::now() + limit;
    let mut pause = Duration::from_millis(1);
    let mut status = None;
    while status.is_none() || !at_end() {
        if Instant::now() >= end || stop() {
            self::end(&mut child, PATIENCE);
            // What has left the process group may still hold the pipes, and is not waited for.
            wait_until(PATIENCE, at_end);
            break;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
        if status.is_none() {
            status = child.try_wait()?;
            // A program that has ended may have left another behind, which holds its pipes.
            end = status.map_or(end, |_| end.min(Instant::now() + PATIENCE));
        }
    }
    let text = |reader: Option<Reader>| reader.map(Reader::text).unwrap_or_default();
    Ok(Output { status, stdout: text(stdout), stderr: text(stderr) })
}

/// Ends a child and its process group: asked first, killed after a moment.
pub fn end(child: &mut Child, patience: Duration) {
    signal_group(child, Signal::TERM);
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

/// The child was started as the leader of its own group, whose number stays its own for as long as
/// one member lives, so no stranger is hit.
fn signal_group(child: &Child, signal: Signal) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(pid, signal);
    }
}

#[cfg(test)]
mod tests;
