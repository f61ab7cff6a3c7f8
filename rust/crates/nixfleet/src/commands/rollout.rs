//! `nixfleet rollout`: the newest release's way to the hosts, and what a person says of it.

mod log;
mod say;
mod show;
mod wait;

use std::time::Duration;

use clap::{Args, Subcommand};
use nixfleet_release::plan::Span;
use nixfleet_rollout::Command;

use crate::commands::control_plane::{Door, Place};
use crate::commands::fleet;
use crate::error::{Error, Plane};
use crate::exit::Exit;
use crate::global::Global;

/// The arguments of `rollout`.
#[derive(Debug, Args)]
pub struct Rollout {
    #[command(flatten)]
    place: Place,

    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show where the release stands: its waves, and the hosts that something is to be said of
    Show(Show),
    /// Let no more hosts go; those on the way finish
    Pause,
    /// Go on after `pause`; with hosts, let those go that were held
    Resume {
        /// The hosts
        hosts: Vec<String>,
    },
    /// Let hosts stay as they are, in this rollout and the next, until `resume HOST`
    Hold(Hosts),
    /// Do without hosts in this rollout: nothing waits for them
    Skip(Hosts),
    /// Let hosts that failed try again
    Retry(Hosts),
    /// Take a wave, and those before it, as done: the next opens at once
    Promote {
        /// The wave [default: the one that is under way]
        wave: Option<String>,
    },
    /// End the rollout: no more hosts go, and a newer release begins anew
    Abort,
    /// Wait until the release is on all hosts (exit status 0), has failed or was stopped (1), or the
    /// time is over (4)
    Wait(Wait),
    /// Show what happened, newest first
    Log(Log),
}

/// The hosts of a command.
#[derive(Debug, Args)]
struct Hosts {
    /// The hosts
    #[arg(required = true, value_name = "HOST")]
    hosts: Vec<String>,
}

#[derive(Debug, Args)]
struct Show {
    /// The host, with all that is known of it; may be given several times
    #[arg(short = 'h', long = "host", value_name = "HOST")]
    hosts: Vec<String>,

    /// Every host, and not only those that something is to be said of
    #[arg(long, conflicts_with = "hosts")]
    all: bool,

    /// Show it again every few seconds, until it has come to its end
    #[arg(long)]
    watch: bool,
}

#[derive(Debug, Args)]
struct Wait {
    /// For how long at most, as `30m` or `2h`
    #[arg(long, value_name = "TIME", default_value = "1h")]
    timeout: Span,

    /// For the release of this number, also where it is not there yet [default: the newest]
    #[arg(long, value_name = "NUMBER")]
    release: Option<u64>,
}

#[derive(Debug, Args)]
struct Log {
    /// What this host did
    #[arg(short = 'h', long = "host", value_name = "HOST")]
    host: Option<String>,

    /// How many lines
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: usize,

    /// Comma-separated values, for a spreadsheet
    #[arg(long)]
    csv: bool,
}

/// Between two looks at what is watched or waited for.
const AGAIN: Duration = Duration::from_secs(3);

/// Does what is asked.
pub fn run(global: &Global, args: &Rollout) -> Result<Exit, Error> {
    let door = match args.place.named().or_else(Door::here) {
        Some(door) => door,
        None => Door::of(&fleet::inventory(global)?).ok_or(Plane::Unnamed)?,
    };
    let say = |hosts: &[String], command: fn(String) -> Command| say::of(&door, hosts, command);
    let done = match &args.what {
        What::Show(args) => return show::run(global, &door, args),
        What::Wait(args) => return wait::run(global, &door, args),
        What::Log(args) => return log::run(global, &door, args),
        What::Pause => say::all(&door, &Command::Pause)?,
        What::Abort => say::all(&door, &Command::Abort)?,
        What::Resume { hosts } if hosts.is_empty() => say::all(&door, &Command::Resume)?,
        What::Resume { hosts } => say(hosts, |host| Command::Release { host })?,
        What::Hold(Hosts { hosts }) => say(hosts, |host| Command::Hold { host })?,
        What::Skip(Hosts { hosts }) => say(hosts, |host| Command::Skip { host })?,
        What::Retry(Hosts { hosts }) => say(hosts, |host| Command::Retry { host })?,
        What::Promote { wave } => say::promote(&door, wave.as_deref())?,
    };
    show::after(global, &done);
    Ok(Exit::Fine)
}
