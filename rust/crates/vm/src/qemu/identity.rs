//! Which process is a VM's QEMU. A number in a file proves nothing: after a restart it may be that
//! of a stranger. So a process counts as ours only when it is a QEMU and its command line names
//! the VM's own control socket.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use nixfleet_nix::process;

/// The process id of the QEMU that a pid file names, when it runs and is that VM's.
#[must_use]
pub fn running(pid_file: &Path, socket: &Path) -> Option<i32> {
    let pid: i32 = fs::read_to_string(pid_file).ok()?.trim().parse().ok()?;
    (pid > 1 && is_ours(pid, socket)).then_some(pid)
}

/// Ends the QEMU that an earlier run left over; whether there was one.
#[must_use]
pub fn end_leftover(pid_file: &Path, socket: &Path) -> bool {
    let Some(pid) = running(pid_file, socket) else { return false };
    end(pid, socket);
    true
}

/// Ends a QEMU: asked first, which makes it write its images, then killed.
pub(super) fn end(pid: i32, socket: &Path) {
    for (signal, patience) in [(Signal::TERM, 5), (Signal::KILL, 5)] {
        let until = Instant::now() + Duration::from_secs(patience);
        // Looked at anew before each signal: the process may have ended, its number may be reused.
        if let (true, Some(process)) = (is_ours(pid, socket), Pid::from_raw(pid)) {
            let _ = kill_process(process, signal);
        }
        while is_ours(pid, socket) {
            if Instant::now() > until {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Whether the process is a QEMU that listens on the socket.
pub(super) fn is_ours(pid: i32, socket: &Path) -> bool {
    let Some(process) = Pid::from_raw(pid) else { return false };
    if test_kill_process(process).is_err() {
        return false;
    }
    let words = command_line(pid);
    // Quoted as in an option: commas twice. Ours never hold any.
    let socket = socket.to_string_lossy();
    words.first().is_some_and(|it| it.contains("qemu"))
        && words.iter().any(|it| it.contains(&*socket))
}

/// A process's words; empty when it is gone or a zombie.
fn command_line(pid: i32) -> Vec<String> {
    if let Ok(bytes) = fs::read(format!("/proc/{pid}/cmdline")) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        return text.split('\0').filter(|it| !it.is_empty()).map(str::to_owned).collect();
    }
    // macOS has no /proc.
    let mut command = Command::new("ps");
    command.args(["-ww", "-o", "command=", "-p", &pid.to_string()]);
    let output = process::output(&mut command, Duration::from_secs(5)).unwrap_or_default();
    output.stdout.raw().split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_with_the_number_of_a_pid_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let pid_file = folder.path().join("pid");
        let socket = folder.path().join("socket");
        let mut stranger = Command::new("sleep").arg("60").spawn().unwrap();
        fs::write(&pid_file, stranger.id().to_string()).unwrap();
        assert_eq!(running(&pid_file, &socket), None);
        assert!(!end_leftover(&pid_file, &socket));
        assert!(stranger.try_wait().unwrap().is_none());
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }

    #[test]
    fn nonsense_in_a_pid_file_names_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let pid_file = folder.path().join("pid");
        for text in ["", "x", "0", "-1", "99999999999"] {
            fs::write(&pid_file, text).unwrap();
            assert_eq!(running(&pid_file, Path::new("/s")), None, "{text}");
        }
    }
}
