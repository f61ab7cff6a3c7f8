//! Ctrl-C asks for an orderly end, which takes seconds at most. Another one changes nothing.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::Error;

/// Whether the user wants the work to end. Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A token that SIGINT, SIGTERM and SIGHUP set: Ctrl-C, a supervisor, a terminal that is gone;
    /// but for SIGHUP where whoever started us wants it ignored, as `nohup` does. A shell without job
    /// control has what it starts with `&` ignore SIGINT as well; who sends it one means it.
    ///
    /// # Errors
    /// When the signals cannot be watched.
    pub fn on_signals() -> io::Result<Self> {
        let cancel = Self::default();
        let watcher = cancel.clone();
        let mut heeded = vec![SIGINT, SIGTERM];
        if !is_ignored(SIGHUP) {
            heeded.push(SIGHUP);
        }
        let mut signals = Signals::new(heeded)?;
        thread::spawn(move || {
            for _ in signals.forever() {
                watcher.request();
            }
        });
        Ok(cancel)
    }

    /// Asks for the end.
    pub fn request(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// An error when the end was asked for.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub fn check(&self) -> Result<(), Error> {
        if self.requested() { Err(Error::Interrupted) } else { Ok(()) }
    }
}

/// Whether this process was started to ignore a signal. Linux alone says so without being asked by a
/// call that is unsafe: a mask, whose lowest bit is signal 1 (`proc_pid_status(5)`).
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|it| u64::from_str_radix(it.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
