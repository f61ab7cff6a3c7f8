//! What an operator says on the host itself.

mod serve;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};

use nixfleet_text::output::{self, print};
use nixfleet_text::{Foreign, Lines, json};

use crate::config::Config;
use crate::core::{self, Command, Event, Moment, State, Step};
use crate::finding::Status;
use crate::folder::{Folder, FolderError};
use crate::host::Host;
use crate::report::{self, Report};
use crate::run;
use crate::wake::{self, Request, Wake};

/// Brings this host to what the fleet's signed release says, or back.
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
pub struct Arguments {
    /// The agent's configuration.
    #[arg(long, value_name = "FILE", default_value = "/etc/nixfleet/agent.json")]
    config: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Look for releases and bring the host to them, for ever: what the service does.
    Run,
    /// Say where this host stands.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say whether this host could take a release and come back from it: sources, signers, room, the
    /// boot loader. It touches nothing.
    Check {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take a release from a folder at once, and wait for how it ends.
    Apply {
        /// The folder: `release.json`, `release.json.sig` and `hosts/`.
        release: PathBuf,
        /// Minutes to wait for the end.
        #[arg(long, default_value_t = 60)]
        within: u64,
    },
    /// Try again what failed here.
    Retry,
    /// Begin nothing new.
    Hold {
        /// Why, for those who wonder.
        reason: String,
    },
    /// Go on after a hold.
    Resume,
    /// Go back to the system before: what the guard does.
    #[command(hide = true)]
    Revert,
    /// Say what does not hold, by this configuration: what the agent before asks its successor.
    #[command(hide = true)]
    Probe,
    /// Run a command and write down how it ended: what a job of launchd is made of.
    #[command(hide = true)]
    Job {
        /// Where.
        record: PathBuf,
        /// What it may take, in seconds.
        limit: u64,
        /// The command.
        #[arg(last = true, required = true)]
        words: Vec<String>,
    },
    /// Write down how a unit ended: what systemd runs after it.
    #[command(hide = true)]
    Ended {
        /// Where.
        record: PathBuf,
    },
}

/// Does what is asked.
#[must_use]
pub fn main(arguments: Arguments) -> ExitCode {
    let done = match &arguments.what {
        What::Ended { record } => Some(crate::host::record(record)),
        What::Job { record, limit, words } => {
            Some(crate::host::run_job(record, Duration::from_secs(*limit), words))
        }
        _ => None,
    };
    if let Some(done) = done {
        return ended(done.map(|()| ExitCode::SUCCESS));
    }
    ended(Config::read(&arguments.config).and_then(|config| match arguments.what {
        What::Run => serve::serve(config, arguments.config),
        What::Status { json } => status(&config, json),
        What::Check { json } => check(config, arguments.config, json),
        What::Apply { release, within } => {
            apply(config, arguments.config, &release, Duration::from_secs(within * 60))
        }
        What::Retry => tell(&config, Command::Retry),
        What::Hold { reason } => tell(&config, Command::Hold(reason)),
        What::Resume => tell(&config, Command::Resume),
        What::Revert => serve::revert(config, arguments.config),
        What::Probe => probe(config, arguments.config),
        What::Ended { .. } | What::Job { .. } => Ok(ExitCode::SUCCESS),
    }))
}

fn ended(done: Result<ExitCode, String>) -> ExitCode {
    // What was done may have been told to nobody.
    let done = done.and_then(|code| output::failure().map_or(Ok(code), Err));
    done.unwrap_or_else(|why| {
        let mut text = Lines::line("nixfleet-agent: ");
        output::tell(text.append(&Lines::block(&Foreign::from(why))).clone());
        ExitCode::from(3)
    })
}

fn probe(config: Config, path: PathBuf) -> Result<ExitCode, String> {
    let folder = Folder::look(&config.state);
    let failing = host(config, path, folder)?.failing();
    print(json::line(&failing));
    Ok(ExitCode::SUCCESS)
}

fn check(config: Config, path: PathBuf, json: bool) -> Result<ExitCode, String> {
    let folder = Folder::look(&config.state);
    let findings = host(config, path, folder)?.check();
    if json {
        print(json::line(&serde_json::json!({ "apiVersion": 1, "findings": findings })));
    } else {
        for finding in &findings {
            print(finding.lines());
        }
    }
    let lacks = findings.iter().any(|it| it.status == Status::Lacking);
    Ok(if lacks { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn host(config: Config, path: PathBuf, folder: Folder) -> Result<Host, String> {
    let wake = Wake::new().map_err(|error| format!("cannot listen to signals: {error}"))?;
    Ok(Host::new(config, path, folder, wake))
}

fn status(config: &Config, json: bool) -> Result<ExitCode, String> {
    let report = known(config)?;
    if json {
        print(json::line(&report));
    } else {
        print(format!("{}: {}", report.host, report.sentence));
        if let Some(denied) = &report.denied {
            print(format!("  not tried again: {}", denied.system));
            let mut why = Lines::default();
            print(why.add_block("  ", &denied.why.as_str().into()).clone());
            print("  `nixfleet-agent retry` lifts it");
        }
        if let Some(why) = &report.hold {
            print(format!("  held: {why}"));
            print("  `nixfleet-agent resume` lifts it");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What the running agent shows; where none runs, what was written down.
fn known(config: &Config) -> Result<Report, String> {
    match Folder::take(&config.state) {
        Ok(folder) => Ok(Report::of(
            &config.host_name,
            &folder.state().map_err(|error| error.to_string())?,
            None,
        )),
        Err(FolderError::Held(_)) => {
            let path = report::path();
            let text = fs::read(&path)
                .map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
            serde_json::from_slice(&text)
                .map_err(|error| format!("`{}` is no report: {error}", path.display()))
        }
        Err(error) => Err(error.to_string()),
    }
}

fn tell(config: &Config, command: Command) -> Result<ExitCode, String> {
    match Folder::take(&config.state) {
        Ok(folder) => {
            let state = folder.state().map_err(|error| error.to_string())?;
            let now = Moment { since_boot: 0, window_open: true };
            let (state, _) = core::step(state, Event::Command(command), now, &config.settings());
            folder.keep(&state).map_err(|error| error.to_string())?;
        }
        Err(FolderError::Held(_)) => {
            wake::ask(&config.state, &Request::Command(command))?;
        }
        Err(error) => return Err(error.to_string()),
    }
    Ok(ExitCode::SUCCESS)
}

/// By the running agent, where one runs; else here and now.
fn apply(
    config: Config,
    path: PathBuf,
    release: &Path,
    within: Duration,
) -> Result<ExitCode, String> {
    let release = fs::canonicalize(release)
        .map_err(|error| format!("cannot read `{}`: {error}", release.display()))?;
    if !release.join(nixfleet_release::HEAD_FILE).is_file() {
        return Err(format!("`{}` holds no `{}`", release.display(), nixfleet_release::HEAD_FILE));
    }
    let release = release.display().to_string();
    match Folder::take(&config.state) {
        Ok(folder) => {
            let settings = config.settings();
            let mut host = host(config, path, folder)?;
            host.bring(release);
            let state = host.state().map_err(|error| error.to_string())?;
            let asked = std::cell::Cell::new(0);
            let is_over = |_: &Host, state: &State| {
                asked.set(asked.get() + u32::from(state.step == Step::Idle));
                asked.get() > 1 || matches!(state.step, Step::Restart(_))
            };
            let state = run::run(&mut host, state, None, &settings, is_over)?;
            print(run::sentence(&state));
            Ok(verdict(&Report::of("", &state, None)))
        }
        Err(FolderError::Held(_)) => {
            let request = wake::ask(&config.state, &Request::Apply(release))?;
            follow(&request, within)
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Follows the running agent from when it has taken a request until it rests.
fn follow(request: &Path, within: Duration) -> Result<ExitCode, String> {
    let until = Instant::now() + within;
    let mut shown = String::new();
    loop {
        let report: Option<Report> = was_taken(request)
            .then(|| fs::read(report::path()).ok())
            .flatten()
            .and_then(|it| serde_json::from_slice(&it).ok());
        if let Some(report) = report {
            if report.sentence != shown {
                print(report.sentence.as_str());
                shown.clone_from(&report.sentence);
            }
            if report.step == "idle" || report.step == "restart" {
                return Ok(verdict(&report));
            }
        }
        if Instant::now() > until {
            return Ok(ExitCode::from(4));
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// Whether the agent has taken a request and has reported since: the folder changes when the
/// request is taken out of it, and the report is written when it was looked at.
fn was_taken(request: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|it| it.modified()).ok();
    let taken = request.parent().and_then(changed);
    !request.exists() && taken.is_some() && changed(&report::path()) > taken
}

fn verdict(report: &Report) -> ExitCode {
    if report.is_fine() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
