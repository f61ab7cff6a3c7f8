//! `nixfleet deploy`: a release, taken to hosts over SSH, in the waves of its plan.

mod args;
mod copy;
mod course;
mod host;
mod outcome;
mod show;
mod waves;

use nixfleet_nix::process;
use nixfleet_release::Entry;

use crate::commands::hosts::{KnownHosts, Ssh, Target, connection};
use crate::commands::{fleet, release};
use crate::error::{Error, Trouble};
use crate::exit::Exit;
use crate::global::Global;
use crate::side_by_side::{each, processors};
use crate::text::progress::Progress;
pub use args::Deploy;
use copy::Copy;
use course::Course;
use host::{Host, Taking};
use waves::{Member, Plan};

/// Takes the release to the hosts that are meant.
pub fn run(global: &Global, args: &Deploy) -> Result<Exit, Error> {
    let inventory = fleet::inventory(global)?;
    let names = args.chosen.names(&inventory)?;
    args.reach.check(&inventory)?;
    for program in ["ssh", "tar"] {
        if process::find(program).is_none() {
            let problem = "is not on PATH, and hosts are reached by it".to_owned();
            return Err(Trouble::Program { program: format!("`{program}`"), problem }.into());
        }
    }
    let ready = release::ready(&inventory, args.release.as_deref())?;
    let head = ready.release.head.value();
    let entries = &ready.release.entries;
    let is_meant = |it: &String| entries.contains_key(it) || !args.chosen.is_every();
    let names: Vec<String> = names.into_iter().filter(is_meant).collect();
    if let Some(host) = names.iter().find(|it| !entries.contains_key(*it)) {
        let (number, host) = (head.sequence, host.clone());
        return Err(Trouble::NotInRelease { number, host }.into());
    }
    let known = KnownHosts::of(&inventory)?;
    let host = |name: &String| {
        let entry = entries[name].value();
        Ok(Host {
            name: name.clone(),
            wave: entry.wave.clone(),
            login: connection(&inventory, &args.reach, &known, name),
            target: Target { sequence: head.sequence, system: entry.system.to_string() },
            parcel: ready.parcel(name)?,
        })
    };
    // `ssh` and `tar` are asked something for each.
    let hosts = each(&names, processors(), host);
    let hosts = hosts.into_iter().collect::<Result<Vec<Host>, Trouble>>()?;
    let member =
        |entry: &Entry| Member { wave: place(&head.waves, entry), tags: entry.tags.clone() };
    let plan = Plan {
        waves: head.waves.clone(),
        budgets: head.budgets.clone(),
        members: hosts.iter().map(|it| member(entries[&it.name].value())).collect(),
        fleet: entries.values().map(|it| member(it.value())).collect(),
        jobs: args.jobs.into(),
        heedless: args.order.ignore_waves,
        soak: !args.order.no_soak,
    };
    let taking = Taking {
        ssh: Ssh::on_signals()?,
        folder: format!("{}-{}", head.sequence, short(&ready)),
        retry: args.retry,
        within: args.within.get(),
        copy: args.copy.then_some(Copy { caches: &head.caches }),
    };
    let progress = Progress::new();
    let course = Course { taking, plan: &plan, hosts: &hosts, progress: &progress };
    let ended = course.run();
    drop(progress);
    show::result(global, &ready.release, &plan, &hosts, &ended);
    Ok(outcome::exit(&ended.outcomes, ended.interrupted))
}

/// The place of a host's wave; a host in no wave goes with the last.
fn place(waves: &[nixfleet_release::plan::Wave], entry: &Entry) -> usize {
    let named = waves.iter().position(|it| Some(&it.name) == entry.wave.as_ref());
    named.unwrap_or(waves.len().saturating_sub(1))
}

/// Tells releases of one number apart.
fn short(ready: &release::Ready) -> String {
    let hash = ready.release.head.hash();
    let [a, b, c, d, ..] = *hash.as_bytes();
    format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
}
