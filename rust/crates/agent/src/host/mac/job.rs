//! Inside a job of launchd: runs its command with its limit, and writes down how it ended. The command has a
//! process group of its own, so that it ends whole: also when the job is told to end, which launchd tells
//! this program alone.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nixfleet_nix::process;
use signal_hook::consts::SIGTERM;

use crate::host::ended;

/// What a command may take to end once it is told to: less than launchd gives this program (launchd.plist(5),
/// `ExitTimeOut`).
const ENDING: Duration = Duration::from_secs(10);

/// Runs a command for so long at most; how it ended is in `record` then, in systemd's words.
///
/// # Errors
/// When it cannot be started, or how it ended cannot be written.
pub fn run(record: &Path, limit: Duration, words: &[String]) -> Result<(), String> {
    let (program, rest) = words.split_first().ok_or("no command")?;
    let told = Arc::new(AtomicBool::new(false));
    let is_told = || told.load(Ordering::Relaxed);
    signal_hook::flag::register(SIGTERM, Arc::clone(&told)).map_err(|error| error.to_string())?;
    let mut child = process::start(Command::new(program).args(rest))
        .map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    let mut status = None;
    process::wait_until(limit, || {
        status = child.try_wait().ok().flatten();
        status.is_some() || is_told()
    });
    if status.is_none() {
        process::end(&mut child, ENDING);
    }
    ended::write(record, &said(status, is_told()))
}

fn said(status: Option<ExitStatus>, told: bool) -> [String; 3] {
    let (result, code, number) = match (status, status.and_then(|it| it.code())) {
        (None, _) if told => ("signal", "killed", SIGTERM),
        (None, _) => ("timeout", "killed", SIGTERM),
        (_, Some(0)) => ("success", "exited", 0),
        (_, Some(status)) => ("exit-code", "exited", status),
        (Some(status), None) => ("signal", "killed", status.signal().unwrap_or(0)),
    };
    [result.into(), code.into(), number.to_string()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::ended::Ended;

    #[test]
    fn each_end_is_written_down() {
        let folder = tempfile::tempdir().unwrap();
        let ended = |script: &str, seconds| {
            let record = folder.path().join("record");
            let words = ["sh", "-c", script].map(str::to_owned);
            run(&record, Duration::from_millis(seconds), &words).unwrap();
            ended::read(&record)
        };
        assert_eq!(ended("exit 0", 9_000), Ended::Exited(0));
        assert_eq!(ended("exit 3", 9_000), Ended::Exited(3));
        assert_eq!(ended("kill -9 $$", 9_000), Ended::Killed(9));
        assert_eq!(ended("sleep 60", 50), Ended::TimedOut);
        assert!(run(folder.path(), Duration::ZERO, &["/nowhere".into()]).is_err());
    }
}
