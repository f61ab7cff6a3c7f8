//! `nixfleet status`: what each host runs, should run, and why it does not.

mod over_ssh;
mod plane;
mod show;

use std::io::{self, IsTerminal};
use std::time::Duration;

use clap::Args;
use nixfleet_nix::process::wait_until;
use nixfleet_vm::Cancel;

use crate::commands::control_plane::{self, Door, Patience};
use crate::commands::fleet;
use crate::commands::hosts::{Chosen, Reach};
use crate::error::{Error, Plane};
use crate::exit::Exit;
use crate::global::{Format, Global};
use crate::text::page::tell;
use over_ssh::OverSsh;
use show::Row;

/// The arguments of `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// The release that the hosts should run: the number of one that was made on this machine, or a
    /// place; the hosts themselves are asked then [default: the newest made here, or that of the
    /// control plane]
    #[arg(conflicts_with_all = ["control_plane", "socket"])]
    release: Option<String>,

    #[command(flatten)]
    chosen: Chosen,

    #[command(flatten)]
    reach: Reach,

    #[command(flatten)]
    place: control_plane::Place,

    /// Ask the hosts themselves, also where the fleet has a control plane that knows
    #[arg(long, conflicts_with_all = ["control_plane", "socket"])]
    over_ssh: bool,

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
    let by_hosts = args.over_ssh || args.release.is_some() || args.reach.is_said();
    let known = || Door::here().or_else(|| Door::of(&inventory)).filter(|_| !by_hosts);
    let door = args.place.named().or_else(known);
    let cancel = Cancel::on_signals().map_err(Plane::NoSignals)?;
    let hosts = match &door {
        None => Some(OverSsh::new(&inventory, &names, args, cancel.clone())?),
        Some(_) => None,
    };
    let look = || match (&door, &hosts) {
        (Some(door), _) => plane::look(door, &names).map(Some),
        (None, Some(hosts)) => hosts.look(),
        (None, None) => Ok(None),
    };
    let is_live = args.watch && io::stdout().is_terminal() && global.format == Format::Human;
    let mut patience = Patience::default();
    loop {
        if let Some(seen) = patience.seen(look())? {
            let Some(fleet) = seen else { return Ok(Exit::Interrupted) };
            show::fleet(global, &fleet, is_live);
            if !args.watch {
                return Ok(exit(&fleet.hosts));
            }
        }
        if wait_until(AGAIN, || cancel.requested()) {
            tell("interrupted: nobody looks on any more");
            return Ok(Exit::Interrupted);
        }
    }
}

/// A host that failed is a fault; one that could not be asked is something that is lacking.
fn exit(rows: &[Row]) -> Exit {
    let any = |states: &[&str]| rows.iter().any(|it| states.contains(&it.state));
    if any(&["failed", "refused"]) {
        Exit::Faults
    } else if any(&["offline", "stopped"]) {
        Exit::Lacking
    } else {
        Exit::Fine
    }
}
