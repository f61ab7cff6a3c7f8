//! The service itself: the agent at its work, and the way back that its guard takes.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use super::host;
use crate::config::Config;
use crate::core::{Event, State, Step};
use crate::folder::{Folder, FolderError};
use crate::host::{Host, armed_try, await_start};
use crate::report;
use crate::run;

/// How long the guard waits for an agent to let go of the folder before it ends it.
const LETTING_GO: Duration = Duration::from_secs(20);

/// What cannot be written down is not begun; a try that is under way is gone back from, which needs
/// no paper.
pub(super) fn serve(config: Config, path: PathBuf) -> Result<ExitCode, String> {
    make_runtime_folder()?;
    await_start(&config);
    let folder = Folder::take(&config.state);
    if let Err(held @ FolderError::Held(_)) = &folder {
        // The guard, at its work: it is not to be disturbed, and systemd starts this one again.
        return Err(held.to_string());
    }
    let served = folder
        .map_err(|error| error.to_string())
        .and_then(|folder| keep_serving(config.clone(), path.clone(), folder));
    if let Err(why) = &served
        && armed_try(&config).is_some()
    {
        // Going back may take longer than a start may.
        crate::notify::ready();
        go_back(config, path, Event::Unwritable(why.clone()))?;
    }
    served
}

/// launchd, other than systemd, makes none.
fn make_runtime_folder() -> Result<(), String> {
    let folder = report::folder();
    let made = fs::DirBuilder::new().recursive(true).mode(0o755).create(&folder);
    made.map_err(|error| format!("cannot make `{}`: {error}", folder.display()))
}

fn keep_serving(config: Config, path: PathBuf, folder: Folder) -> Result<ExitCode, String> {
    let settings = config.settings();
    let mut host = host(config, path, folder)?;
    let state = host.state_or_anew().map_err(|error| error.to_string())?;
    // Other sources are asked none the less, and the reason is among those that are shown.
    let _ = host.speak();
    crate::notify::ready();
    // After a switch that brought another agent, or other words for this one, systemd starts that.
    let is_over = |host: &Host, state: &State| state.step == Step::Idle && host.is_replaced();
    run::run(&mut host, state, None, &settings, is_over)?;
    Ok(ExitCode::SUCCESS)
}

/// The guard's work: the agent is dead, or stuck. What it wrote down says what to go back to.
pub(super) fn revert(config: Config, path: PathBuf) -> Result<ExitCode, String> {
    go_back(config, path, Event::Overdue)
}

fn go_back(config: Config, path: PathBuf, cause: Event) -> Result<ExitCode, String> {
    let settings = config.settings();
    let until = Instant::now() + LETTING_GO;
    let folder = loop {
        match Folder::take_to_go_back(&config.state) {
            Ok(folder) => break folder,
            Err(FolderError::Held(_)) if Instant::now() < until => {
                thread::sleep(Duration::from_millis(500));
            }
            Err(FolderError::Held(_)) => end_the_holder(&config.state),
            Err(error) => return Err(error.to_string()),
        }
    };
    await_start(&config);
    let armed = armed_try(&config);
    let mut host = host(config, path, folder)?;
    let written = host.state().ok().filter(|it| it.step.attempt().is_some());
    let armed = armed.map(|it| State { step: Step::Test(it), ..State::default() });
    let Some(state) = written.or(armed) else {
        return Ok(ExitCode::SUCCESS);
    };
    let is_over = |_: &Host, state: &State| {
        matches!(state.step, Step::Idle | Step::Stage(_) | Step::Restart(_))
    };
    run::run(&mut host, state, Some(cause), &settings, is_over)?;
    Ok(ExitCode::SUCCESS)
}

fn end_the_holder(state: &Path) {
    let pid = fs::read_to_string(state.join("pid")).ok().and_then(|it| it.trim().parse().ok());
    if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
    thread::sleep(Duration::from_millis(200));
}
