//! Which process is a VM's QEMU. A number in a file proves nothing: after a restart it may be that
//! of a stranger. But QEMU holds a lock on its pid file for as long as it lives (`qemu_write_pidfile`
//! in its `util/oslib-posix.c`), and the kernel says who holds a lock. That holds whatever folder
//! the sockets lie in, and wherever the command was started from.

use std::fs::{self, File};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Flock, FlockType, Pid, Signal, fcntl_getlk, kill_process};

/// The process id of the QEMU that runs and has a pid file. It is 0 where the process is one that
/// this one cannot see: of another container that shares the folder.
#[must_use]
pub fn running(pid_file: &Path) -> Option<i32> {
    let file = File::open(pid_file).ok()?;
    let holder = fcntl_getlk(&file, &Flock::from(FlockType::ReadLock)).ok()??;
    Some(holder.pid.map_or(0, |it| it.as_raw_nonzero().get()))
}

/// Ends the QEMU that an earlier run left over; whether there was one.
#[must_use]
pub fn end_leftover(pid_file: &Path) -> bool {
    let Some(pid) = running(pid_file) else { return false };
    end(pid, pid_file);
    true
}

/// Ends a QEMU: asked first, which makes it write its images, then killed.
pub(super) fn end(pid: i32, pid_file: &Path) {
    for (signal, patience) in [(Signal::TERM, 5), (Signal::KILL, 5)] {
        let until = Instant::now() + Duration::from_secs(patience);
        // Looked at anew before each signal: the process may have ended, its number may be reused.
        if let (true, Some(process)) = (is_ours(pid, pid_file), Pid::from_raw(pid)) {
            let _ = kill_process(process, signal);
        }
        while is_ours(pid, pid_file) {
            if Instant::now() > until {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
    if running(pid_file).is_none() {
        // One that was killed could not remove it.
        let _ = fs::remove_file(pid_file);
    }
}

/// Whether the process is the QEMU of the pid file.
pub(super) fn is_ours(pid: i32, pid_file: &Path) -> bool {
    running(pid_file) == Some(pid)
}

/// A process that holds a pid file as QEMU does, for tests: this program, started as the test below.
#[cfg(test)]
pub(crate) mod holder {
    use std::io::{BufRead, BufReader};
    use std::path::Path;
    use std::process::{Child, Command, Stdio};

    const FILE: &str = "NIXFLEET_TEST_PID_FILE";

    /// Starts one; it ends when it is asked to, or after two minutes.
    pub fn hold(pid_file: &Path) -> Child {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--ignored", "--nocapture"])
            .arg("qemu::identity::holder::holds")
            .env(FILE, pid_file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines().map_while(Result::ok);
        assert!(lines.into_iter().any(|it| it.contains("held")), "it holds no lock");
        child
    }

    #[test]
    #[ignore = "is no test: it is started by others"]
    fn holds() {
        use rustix::fs::{FlockOperation, fcntl_lock};

        let Some(path) = std::env::var_os(FILE) else { return };
        std::fs::write(&path, std::process::id().to_string()).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
        println!("held");
        std::thread::sleep(std::time::Duration::from_secs(120));
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn who_holds_the_pid_file_is_ours_wherever_one_looks_from() {
        let folder = tempfile::tempdir().unwrap();
        let pid_file = folder.path().join("pid");
        let mut child = holder::hold(&pid_file);
        let pid = i32::try_from(child.id()).unwrap();
        assert_eq!(running(&pid_file), Some(pid));
        std::os::unix::fs::symlink(folder.path(), folder.path().join("link")).unwrap();
        assert_eq!(running(&folder.path().join("link/pid")), Some(pid));
        // Whatever the file says.
        fs::write(&pid_file, "1").unwrap();
        assert_eq!(running(&pid_file), Some(pid));
        let waiter = thread::spawn(move || child.wait());
        assert!(end_leftover(&pid_file));
        waiter.join().unwrap().unwrap();
        assert_eq!(running(&pid_file), None);
        assert!(!end_leftover(&pid_file) && !pid_file.exists());
    }

    #[test]
    fn a_stranger_with_the_number_of_a_pid_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let pid_file = folder.path().join("pid");
        let mut stranger = Command::new("sleep").arg("60").spawn().unwrap();
        fs::write(&pid_file, stranger.id().to_string()).unwrap();
        assert_eq!(running(&pid_file), None);
        assert!(!end_leftover(&pid_file));
        assert!(stranger.try_wait().unwrap().is_none());
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }

    #[test]
    fn nonsense_in_a_pid_file_names_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let pid_file = folder.path().join("pid");
        assert_eq!(running(&pid_file), None);
        for text in ["", "x", "0", "-1", "99999999999"] {
            fs::write(&pid_file, text).unwrap();
            assert_eq!(running(&pid_file), None, "{text}");
        }
    }
}
