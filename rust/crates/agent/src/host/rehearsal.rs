//! Rehearsing failures on a real machine: while a file names a moment, the agent stops at it, and can
//! be ended, or the machine's power cut, just there.
//!
//! `echo "commit before" > /run/nixfleet-agent/stop-at`; the agent says that it is there by the file
//! `stopped` beside it, and goes on once the first file is gone.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::report;

/// How often a stopped agent looks whether it may go on.
const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(super) fn stop_at(action: &str, when: &str) {
    let file = report::path().with_file_name("stop-at");
    let is_named =
        || fs::read_to_string(&file).is_ok_and(|it| it.trim() == format!("{action} {when}"));
    if !is_named() {
        return;
    }
    let stopped = file.with_file_name("stopped");
    let _ = fs::write(&stopped, "");
    while is_named() {
        thread::sleep(LOOK_EVERY);
    }
    let _ = fs::remove_file(&stopped);
}
