//! Inside a job of launchd: runs its command with its limit, and writes down how it ended.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use nixfleet_nix::process;

use crate::host::ended;

/// What a command may take to end once it is told to.
const ENDING: Duration = Duration::from_secs(10);

/// Runs a command for so long at most; how it ended is in `record` then, in systemd's words.
///
/// # Errors
/// When it cannot be started, or how it ended cannot be written.
pub fn run(record: &Path, limit: Duration, words: &[String]) -> Result<(), String> {
    let (program, rest) = words.split_first().ok_or("no command")?;
    let mut child = process::start(Command::new(program).args(rest))
        .map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    let mut status = None;
    process::wait_until(limit, || {
        status = child.try_wait().ok().flatten();
        status.is_some()
    });
    if status.is_none() {
        process::end(&mut child, ENDING);
    }
    ended::write(record, &said(status))
}

fn said(status: Option<ExitStatus>) -> [String; 3] {
    let (result, code, number) = match (status, status.and_then(|it| it.code())) {
        (None, _) => ("timeout", "killed", 15),
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
