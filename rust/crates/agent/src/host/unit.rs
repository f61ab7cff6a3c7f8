//! What touches the system runs in a unit of its own, that PID 1 starts: outside the agent's
//! sandbox, and alive when the switch stops the agent.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nixfleet_nix::process;

use crate::folder::write_whole;

/// How long PID 1 may take to answer.
pub(super) const ASK: Duration = Duration::from_secs(60);

/// How a unit ended, as systemd says in its own words (systemd.exec(5), `$SERVICE_RESULT`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    Exited(i32),
    Killed(i32),
    TimedOut,
    /// It is not there, and left no word.
    Lost,
    /// It could not be started.
    NotStarted(String),
}

/// Runs a command as a transient unit and waits for it. `record` keeps how it ended, also when
/// nobody is there to see it: a second call finds it, and does not run the command again.
pub(super) fn run(
    name: &str,
    record: &Path,
    limit: Duration,
    words: &[&str],
    waited: &dyn Fn(),
) -> Ended {
    let is_new = !is_there(name) && !record.exists();
    if let Some(why) = is_new.then(|| start(name, record, limit, words).err()).flatten() {
        return Ended::NotStarted(why);
    }
    // systemd ends the unit at its limit; a little longer, for PID 1 to say so.
    let patience = limit + Duration::from_secs(120);
    process::wait_until(patience, || {
        waited();
        record.exists() || !is_there(name)
    });
    read(record)
}

fn start(name: &str, record: &Path, limit: Duration, words: &[&str]) -> Result<(), String> {
    // This program writes the record. A shell's line would not do: systemd quotes the properties of a
    // transient unit anew when it is reloaded in the middle of it.
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new("systemd-run");
    command
        .args(["--collect", "--no-ask-password", "--quiet", "--service-type=exec"])
        .arg(format!("--unit={name}"))
        .arg(format!("--property=RuntimeMaxSec={}", limit.as_secs()))
        .arg(format!("--property=ExecStopPost={} ended {}", program.display(), record.display()))
        .args(["--setenv=LOCALE_ARCHIVE", "--setenv=NIXOS_INSTALL_BOOTLOADER=0"])
        .arg("--")
        .args(words);
    let output = process::output(&mut command, ASK).map_err(|error| error.to_string())?;
    match output.status {
        Some(status) if status.success() => Ok(()),
        Some(_) => Err(output.stderr.excerpt()),
        None => Err("systemd did not answer in time".into()),
    }
}

/// Whether PID 1 knows a unit of this name.
pub(super) fn is_there(name: &str) -> bool {
    ask(&["show", "--property=LoadState,ActiveState", "--value", name])
        .is_some_and(|it| !it.starts_with("not-found") && !it.contains("\ninactive"))
}

/// What `systemctl` answers, whatever its status; `None` when it does not.
pub(super) fn ask(words: &[&str]) -> Option<String> {
    let output = process::output(Command::new("systemctl").args(words), ASK).ok()?;
    output.status.map(|_| output.stdout.into_raw())
}

/// Writes down how a unit ended, as systemd tells those that it runs after it (systemd.exec(5)).
///
/// # Errors
/// When it cannot be written.
pub fn record(to: &Path) -> Result<(), String> {
    let word = |name| std::env::var(name).unwrap_or_default();
    let words = ["SERVICE_RESULT", "EXIT_CODE", "EXIT_STATUS"].map(word).join(" ");
    write_whole(to, words.as_bytes(), 0o600).map_err(|error| error.to_string())
}

fn read(record: &Path) -> Ended {
    let text = fs::read_to_string(record).unwrap_or_default();
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        ["timeout", ..] => Ended::TimedOut,
        [_, "exited", status] => status.parse().map_or(Ended::Lost, Ended::Exited),
        [_, "killed" | "dumped", signal] => Ended::Killed(number(signal)),
        ["success"] => Ended::Exited(0),
        _ => Ended::Lost,
    }
}

/// A signal's number, from its name without `SIG` (systemd.exec(5), `$EXIT_STATUS`).
fn number(name: &str) -> i32 {
    match name {
        "HUP" => 1,
        "INT" => 2,
        "ABRT" => 6,
        "KILL" => 9,
        "SEGV" => 11,
        "PIPE" => 13,
        "TERM" => 15,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_systemd_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let record = folder.path().join("record");
        for (text, ended) in [
            ("success exited 0\n", Ended::Exited(0)),
            ("exit-code exited 4\n", Ended::Exited(4)),
            ("signal killed KILL\n", Ended::Killed(9)),
            ("timeout killed TERM\n", Ended::TimedOut),
            ("", Ended::Lost),
        ] {
            fs::write(&record, text).unwrap();
            assert_eq!(read(&record), ended, "{text}");
        }
    }
}
