//! How a command ended that ran outside of the agent, and the file that says so.

use std::fs;
use std::path::Path;

use crate::folder::write_whole;

/// How a command ended, as systemd says in its own words (systemd.exec(5), `$SERVICE_RESULT`).
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

/// Writes down how a unit ended, as systemd tells those that it runs after it (systemd.exec(5)).
///
/// # Errors
/// When it cannot be written.
pub fn record(to: &Path) -> Result<(), String> {
    let word = |name| std::env::var(name).unwrap_or_default();
    write(to, &["SERVICE_RESULT", "EXIT_CODE", "EXIT_STATUS"].map(word))
}

/// Writes down how a command ended, in three words.
pub(super) fn write(to: &Path, words: &[String; 3]) -> Result<(), String> {
    write_whole(to, words.join(" ").as_bytes(), 0o600).map_err(|error| error.to_string())
}

pub(super) fn read(record: &Path) -> Ended {
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

/// A signal's number, from its name without `SIG` (systemd.exec(5), `$EXIT_STATUS`), or as it is.
fn number(name: &str) -> i32 {
    match name {
        "HUP" => 1,
        "INT" => 2,
        "ABRT" => 6,
        "KILL" => 9,
        "SEGV" => 11,
        "PIPE" => 13,
        "TERM" => 15,
        number => number.parse().unwrap_or(0),
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
            ("signal killed 15", Ended::Killed(15)),
            ("timeout killed TERM\n", Ended::TimedOut),
            ("", Ended::Lost),
        ] {
            fs::write(&record, text).unwrap();
            assert_eq!(read(&record), ended, "{text}");
        }
    }
}
