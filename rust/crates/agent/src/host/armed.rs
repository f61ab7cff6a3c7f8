//! The try that a guard stands for, beside the state's file: of this boot alone, in memory, so that
//! the way back is known on a host whose disk is full, read-only or wiped.

use std::fs;
use std::path::PathBuf;

use crate::core::Attempt;
use crate::folder::{FILE_BYTES, write_whole};
use crate::report;

fn path() -> PathBuf {
    report::path().with_file_name("armed.json")
}

pub(super) fn write(attempt: &Attempt) -> Result<(), String> {
    let json = serde_json::to_vec(attempt).map_err(|error| error.to_string())?;
    write_whole(&path(), &json, 0o600).map_err(|error| error.to_string())
}

pub(super) fn remove() {
    let _ = fs::remove_file(path());
}

/// The try, if a guard was set in this start of the machine, `boot`, and not taken away.
pub(super) fn read(boot: &str) -> Option<Attempt> {
    let small = fs::metadata(path()).is_ok_and(|it| it.len() <= FILE_BYTES);
    if !small {
        return None;
    }
    let attempt: Attempt = serde_json::from_slice(&fs::read(path()).ok()?).ok()?;
    (attempt.boot == boot).then_some(attempt)
}
