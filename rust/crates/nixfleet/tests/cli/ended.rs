//! What a test starts ends within a limit, and meets signals as nobody else has set them.

use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once, mpsc};
use std::thread;
use std::time::Duration;

use nixfleet_nix::process::wait_until;
use rustix::process::{Pid, Signal, kill_process};

/// No command of a test works for so long, however busy the machine is.
const LIMIT: Duration = Duration::from_secs(240);

/// The end of a command that was started.
pub trait Ended {
    /// What it wrote to its pipes, and how it ended.
    fn output_of(self) -> Output;
}

impl Ended for Child {
    #[track_caller]
    fn output_of(self) -> Output {
        let pid = Pid::from_child(&self);
        let (ended, end) = mpsc::channel();
        thread::spawn(move || ended.send(self.wait_with_output()));
        end.recv_timeout(LIMIT).map_or_else(
            |_| {
                let _ = kill_process(pid, Signal::KILL);
                panic!("process {} ran longer than {LIMIT:?}", pid.as_raw_nonzero());
            },
            Result::unwrap,
        )
    }
}

impl Ended for &mut Command {
    #[track_caller]
    fn output_of(self) -> Output {
        let piped = self.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        piped.spawn().unwrap().output_of()
    }
}

/// How a child ends whose pipes nobody reads to their end.
#[track_caller]
pub fn status_of(child: &mut Child) -> ExitStatus {
    let mut status = None;
    let is_over = wait_until(LIMIT, || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    if !is_over {
        let _ = child.kill();
    }
    status.unwrap_or_else(|| panic!("process {} ran longer than {LIMIT:?}", child.id()))
}

/// Has what is started from now on heed SIGHUP, though these tests may run under `nohup`: a signal
/// that a process catches is at its default in what it starts.
pub fn heed_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let caught = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal_hook::consts::SIGHUP, caught).unwrap();
    });
}
