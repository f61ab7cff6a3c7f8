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
use nixfleet_vm::Cancel;

use crate::commands::hosts::{KnownHosts, Ssh, Target, connection};
use crate::commands::{fleet, release};
use crate::error::{Error, Trouble};
use crate::exit::Exit;
use crate::global::Global;
use crate::text::progress::Progress;
pub use args::Deploy;
use copy::Copy;
use course::{Course, Host};
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
    let meant = names.iter().filter(|it| entries.contains_key(*it) || !args.chosen.is_every());
    let known = KnownHosts::of(&inventory)?;
    let mut hosts = Vec::new();
    for name in meant {
        let lacking = || Trouble::NotInRelease { number: head.sequence, host: name.clone() };
        let entry = entries.get(name).ok_or_else(lacking)?.value();
        hosts.push(Host {
            name: name.clone(),
            wave: entry.wave.clone(),
            login: connection(&inventory, &args.reach, &known, name),
            target: Target { sequence: head.sequence, system: entry.system.to_string() },
            parcel: ready.parcel(name)?,
        });
    }
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
    let cancel = Cancel::on_signals().map_err(|error| Trouble::Program {
        program: "this machine".to_owned(),
        problem: format!("gives no signals: {error}"),
    })?;
    let copy = Copy { caches: &head.caches };
    let progress = Progress::new();
    let course = Course {
        ssh: Ssh { cancel },
        plan: &plan,
        hosts: &hosts,
        folder: format!("{}-{}", head.sequence, short(&ready)),
        retry: args.retry,
        within: args.within.get(),
        copy: args.copy.then_some(&copy),
        progress: &progress,
    };
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
