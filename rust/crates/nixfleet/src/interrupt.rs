//! Ctrl-C in a command that takes minutes: it ends in order, says so and what stands, and leaves nothing.

use std::process;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use nixfleet_vm::Cancel;

use crate::exit::Exit;
use crate::text::page::tell;

/// How long a command may take to its end; then it ends where it stands. That is as if it were killed,
/// which nothing suffers from: files are written whole under their names or not at all, a release's folder
/// among them, and of what is published the head comes last (`files::save`, `History::add`, `Place::put`).
const PATIENCE: Duration = Duration::from_secs(10);

/// How often the user's wish is looked at.
const GLANCE: Duration = Duration::from_millis(100);

static CANCEL: OnceLock<Cancel> = OnceLock::new();

/// From now on Ctrl-C is heeded by the command, and no longer by the system, which ends it at once.
pub fn heed() {
    // Where it cannot be watched for, the system goes on to heed it.
    let Ok(cancel) = Cancel::on_signals() else { return };
    let cancel = CANCEL.get_or_init(|| cancel);
    thread::spawn(move || {
        while !cancel.requested() {
            thread::sleep(GLANCE);
        }
        thread::sleep(PATIENCE);
        tell("error: interrupted");
        process::exit(Exit::Interrupted as i32);
    });
}

/// Whether the user wants the end.
pub fn is_wanted() -> bool {
    CANCEL.get().is_some_and(Cancel::requested)
}
