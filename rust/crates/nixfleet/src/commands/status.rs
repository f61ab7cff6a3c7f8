//! `nixfleet status`: what each host runs, should run, and why it does not.

mod show;

use std::io::{self, IsTerminal};
use std::thread;
use std::time::Duration;

use clap::Args;
use nixfleet_vm::Cancel;

use crate::commands::hosts::{
    Chosen, KnownHosts, Login, Lost, Reach, Said, Ssh, Standing, Target, ask, connection, judge,
};
use crate::commands::{fleet, release};
use crate::error::{Error, Trouble};
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

/// Where what is known of the hosts comes from.
trait Source {
    /// What each host says of itself, in the order of the names.
    fn ask(&self, names: &[String]) -> Vec<Result<Said, Lost>>;
}

/// The hosts themselves, over SSH.
struct OverSsh<'a> {
    ssh: Ssh,
    login: &'a (dyn Fn(&str) -> Login + Sync),
    jobs: usize,
}

impl Source for OverSsh<'_> {
    fn ask(&self, names: &[String]) -> Vec<Result<Said, Lost>> {
        each(names, self.jobs, |name| {
            let login = (self.login)(name);
            login.first(|it| ask(&self.ssh, it), |_| false).map(|(_, said)| said)
        })
    }
}

/// Shows the hosts that are meant.
pub fn run(global: &Global, args: &Status) -> Result<Exit, Error> {
    let inventory = fleet::inventory(global)?;
    let names = args.chosen.names(&inventory)?;
    args.reach.check(&inventory)?;
    let known = KnownHosts::of(&inventory)?;
    let cancel = Cancel::on_signals().map_err(|error| Trouble::Program {
        program: "this machine".to_owned(),
        problem: format!("gives no signals: {error}"),
    })?;
    let login = |name: &str| connection(&inventory, &args.reach, &known, name);
    let source =
        OverSsh { ssh: Ssh { cancel: cancel.clone() }, login: &login, jobs: args.jobs.into() };
    loop {
        // A release may be made while it is watched.
        let release = release::newest(&inventory, args.release.as_deref())?;
        let target = |name: &String| {
            let entry = release.as_ref()?.entries.get(name)?.value();
            let sequence = release.as_ref()?.number();
            Some(Target { sequence, system: entry.system.to_string() })
        };
        let said = source.ask(&names);
        if cancel.requested() {
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
        nixfleet_nix::process::wait_until(AGAIN, || {
            thread::sleep(Duration::from_millis(90));
            cancel.requested()
        });
        if cancel.requested() {
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
