//! What touches the system runs in a unit of its own, that PID 1 starts: outside the agent's
//! sandbox, and alive when the switch stops the agent.

use std::process::{Command, ExitStatus};
use std::time::Duration;

use nixfleet_nix::process;

use super::ended::{self, Ended};
use super::platform::Job;
use super::words::last_line;

/// How long PID 1 may take to answer.
pub(super) const ASK: Duration = Duration::from_secs(60);

/// Runs a command as a transient unit and waits for it.
pub(super) fn run(job: &Job) -> Ended {
    let name = format!("nixfleet-{}.service", job.name);
    // Where PID 1 does not answer, its start says so: not begun is no end of what was begun.
    let is_new = is_there(&name) != Some(true) && !job.record.exists();
    if let Some(why) = is_new.then(|| start(&name, job).err()).flatten() {
        return Ended::NotStarted(why);
    }
    // systemd ends the unit at its limit; a little longer, for PID 1 to say so.
    let patience = job.limit + Duration::from_secs(120);
    process::wait_until(patience, || {
        crate::notify::alive();
        job.record.exists() || is_there(&name) == Some(false)
    });
    ended::read(job.record)
}

fn start(name: &str, job: &Job) -> Result<(), String> {
    // This program writes the record. A shell's line would not do: systemd quotes the properties of a
    // transient unit anew when it is reloaded in the middle of it.
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new("systemd-run");
    command
        .args(["--collect", "--no-ask-password", "--quiet", "--service-type=exec"])
        .arg(format!("--unit={name}"))
        .arg(format!("--property=RuntimeMaxSec={}", job.limit.as_secs()))
        .arg(format!(
            "--property=ExecStopPost={} ended {}",
            program.display(),
            job.record.display()
        ))
        .args(["--setenv=LOCALE_ARCHIVE", "--setenv=NIXOS_INSTALL_BOOTLOADER=0"])
        .arg("--")
        .args(job.words);
    let output = process::output(&mut command, ASK).map_err(|error| error.to_string())?;
    match output.status {
        Some(status) if status.success() => Ok(()),
        // `--quiet` keeps back what became of the start itself.
        Some(_) => Err(last_line(&output.stderr)),
        None => Err("systemd did not answer in time".into()),
    }
}

/// Whether PID 1 knows a unit of this name; `None` when it does not answer.
pub(super) fn is_there(name: &str) -> Option<bool> {
    let said = look(&["show", "--property=LoadState,ActiveState", "--value", name])?;
    Some(!said.starts_with("not-found") && !said.contains("\ninactive"))
}

/// What `systemctl` answers to a question that PID 1 always has an answer to; `None` when it does not, as
/// while it starts itself anew or reads all its units again.
pub(super) fn look(words: &[&str]) -> Option<String> {
    let (status, said) = answer(words)?;
    status.success().then_some(said)
}

/// The same whatever its status.
pub(super) fn ask(words: &[&str]) -> Option<String> {
    answer(words).map(|it| it.1)
}

fn answer(words: &[&str]) -> Option<(ExitStatus, String)> {
    let output = process::output(Command::new("systemctl").args(words), ASK).ok()?;
    Some((output.status?, output.stdout.into_raw()))
}
