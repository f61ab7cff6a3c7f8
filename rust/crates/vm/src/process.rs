//! Programs of this machine: found on PATH, run with a limit, and never left behind.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

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
pub fn find(program: &str) -> Option<PathBuf> {
    let runs = |path: &PathBuf| {
        fs::metadata(path).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
    };
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(runs)
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
    let stdout = child.stdout.take().map(reader);
    let stderr = child.stderr.take().map(reader);
    let end = Instant::now() + limit;
    let mut pause = Duration::from_millis(1);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if Instant::now() >= end || stop() {
            kill(&mut child);
            break None;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    };
    let text = |reader: Option<thread::JoinHandle<Vec<u8>>>| {
        let bytes = reader.and_then(|it| it.join().ok()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Ok(Output { status, stdout: text(stdout), stderr: text(stderr) })
}

fn reader(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

/// Ends a child and its process group: asked first, killed after a moment.
pub fn end(child: &mut Child, patience: Duration) {
    signal_group(child, Signal::TERM);
    let until = Instant::now() + patience;
    while Instant::now() < until {
        if !matches!(child.try_wait(), Ok(None)) {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    kill(child);
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
mod tests {
    use super::*;

    #[test]
    fn a_program_that_hangs_is_killed_with_its_children() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60 & echo $!; wait"]);
        let output = output(&mut command, Duration::from_millis(300)).unwrap();
        assert!(output.status.is_none());
        let child = output.stdout.trim().parse().ok().and_then(Pid::from_raw).unwrap();
        let gone = || rustix::process::test_kill_process(child).is_err() || is_zombie(child);
        let end = Instant::now() + Duration::from_secs(5);
        while !gone() && Instant::now() < end {
            thread::sleep(Duration::from_millis(10));
        }
        assert!(gone());
    }

    fn is_zombie(pid: Pid) -> bool {
        fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()))
            .is_ok_and(|stat| stat.contains(") Z "))
    }

    #[test]
    fn what_a_program_wrote_is_kept_apart() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let output = output(&mut command, Duration::from_secs(10)).unwrap();
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("out\n", "err\n"));
        assert_eq!(output.status.unwrap().code(), Some(3));
    }

    #[test]
    fn a_bound_program_ends_with_the_thread_that_started_it() {
        if binding().is_empty() {
            return;
        }
        let start = || {
            let child = bound("sleep").arg("60").spawn().unwrap();
            // `setpriv` must have become `sleep`: only then is it bound.
            let name =
                || fs::read_to_string(format!("/proc/{}/comm", child.id())).unwrap_or_default();
            let end = Instant::now() + Duration::from_secs(5);
            while name().trim() != "sleep" && Instant::now() < end {
                thread::sleep(Duration::from_millis(10));
            }
            child
        };
        let mut child = thread::spawn(start).join().unwrap();
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(10));
        }
        assert!(child.try_wait().unwrap().is_some());
    }

    #[test]
    fn programs_are_found_on_path_only() {
        assert!(find("sh").is_some());
        assert!(find("no-such-program").is_none());
    }
}
