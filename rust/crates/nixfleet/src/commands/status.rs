//! `nixfleet status`: what each host runs, should run, and why it does not.

mod show;

use std::io::{self, IsTerminal};
use std::time::Duration;

use clap::Args;
use nixfleet_nix::process::wait_until;

use crate::commands::hosts::{
    Chosen, KnownHosts, Reach, Ssh, Standing, Target, ask, connection, judge,
};
use crate::commands::{fleet, release};
use crate::error::Error;
use crate::exit::Exit;
use crate::global::{Format, Global};
use crate::side_by_side::each;
use show::Row;

/// The arguments of `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// The release that the hosts should run: the number of one that was made on this machine, or a
    /// place [default: the newest made here]
    release: Option<String>,

    #[command(flatten)]
    chosen: Chosen,

    #[command(flatten)]
    reach: Reach,

    /// Show it again every few seconds, until Ctrl-C
    #[arg(long)]
    watch: bool,

    /// How many hosts are asked at a time
    #[arg(long, value_name = "COUNT", default_value_t = 32,
          value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
}

/// How long `--watch` waits before it asks again.
const AGAIN: Duration = Duration::from_secs(5);

/// Shows the hosts that are meant.
pub fn run(global: &Global, args: &Status) -> Result<Exit, Error> {
    let inventory = fleet::inventory(global)?;
    let names = args.chosen.names(&inventory)?;
    args.reach.check(&inventory)?;
    let known = KnownHosts::of(&inventory)?;
    let ssh = Ssh::on_signals()?;
    let jobs = args.jobs.into();
    let logins = each(&names, jobs, |name| connection(&inventory, &args.reach, &known, name));
    loop {
        // A release may be made while it is watched.
        let release = release::newest(&inventory, args.release.as_deref())?;
        let target = |name: &String| {
            let entry = release.as_ref()?.entries.get(name)?.value();
            let sequence = release.as_ref()?.number();
            Some(Target { sequence, system: entry.system.to_string() })
        };
        let said = each(&logins, jobs, |login| {
            login.first(|it| ask(&ssh, it), |_| false).map(|(_, said)| said)
        });
        if ssh.cancel.requested() {
            return Ok(Exit::Interrupted);
        }
        let rows: Vec<Row> = names
            .iter()
            .zip(said)
            .map(|(name, said)| {
                let target = target(name);
                let standing = judge(target.as_ref(), &said);
                Row::new(name, target.as_ref(), said.ok(), standing)
            })
            .collect();
        let is_live = args.watch && io::stdout().is_terminal() && global.format == Format::Human;
        show::rows(global, release.as_ref(), &rows, is_live);
        if !args.watch {
            return Ok(exit(&rows));
        }
        if wait_until(AGAIN, || ssh.cancel.requested()) {
            return Ok(Exit::Interrupted);
        }
    }
}

/// A host that failed is a fault; one that could not be asked is something that is lacking.
fn exit(rows: &[Row]) -> Exit {
    let any = |is: fn(&Standing) -> bool| rows.iter().any(|it| is(&it.standing));
    if any(|it| matches!(it, Standing::Failed(_) | Standing::Refused(_))) {
        Exit::Faults
    } else if any(|it| matches!(it, Standing::Offline(_) | Standing::Stopped)) {
        Exit::Lacking
    } else {
        Exit::Fine
    }
}
