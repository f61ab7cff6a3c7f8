//! `nixfleet list`: the fleet as a table.

mod disks;

use clap::Args;
use nixfleet_inventory::Host;
use nixfleet_nix::{NixError, visible};
use nixfleet_vm::hypervisor::Status;
use nixfleet_vm::state::{Fleet, LastTest};
use nixfleet_vm::{Clock, SystemClock};
use serde::Serialize;

use crate::commands::{failure, fleet};
use crate::error::Error;
use crate::exit::Exit;
use crate::faults::eval::{MAX_MEMORY, default_jobs};
use crate::global::{Format, Global};
use crate::text::quote::{shorten, shorten_name, shorten_path};
use crate::text::table;
use disks::Disks;
use nixfleet_text::output::print;
use nixfleet_text::word;
use nixfleet_text::{Lines, json};

/// The arguments of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// Only this host; may be given several times
    #[arg(short = 'h', long = "host", value_name = "HOST")]
    hosts: Vec<String>,

    /// Also show the disks of each host, which Nix evaluates
    #[arg(long)]
    eval: bool,

    /// How many hosts to evaluate at a time [default: the processors, as far as memory goes]
    #[arg(long, value_name = "N", requires = "eval", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

/// A host of the list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    host: &'a str,
    platform: Option<&'a str>,
    class: Option<&'a str>,
    user: Option<&'a str>,
    address: Option<&'a str>,
    /// Null where it has none in its arguments, and modules that may bring some.
    keys: Option<usize>,
    /// Null where they were not evaluated.
    disks: Option<Disks>,
    vm: &'static str,
    /// What stopped the guest of a VM that runs.
    #[serde(skip)]
    stopped: Option<Status>,
    last_test: Option<LastTest>,
}

impl<'a> Entry<'a> {
    fn new(name: &'a str, host: &'a Host, vms: Option<&Fleet>) -> Self {
        let state = vms.and_then(|vms| Some(vms.host(name).ok()?.state())).unwrap_or_default();
        let vm = match (state.pid, state.built) {
            (Some(_), _) if state.stopped.is_some() => "stuck",
            (Some(_), _) => "running",
            (None, true) => "stopped",
            (None, false) => "none",
        };
        Self {
            vm,
            stopped: state.stopped,
            last_test: state.last_test,
            host: name,
            platform: host.text("platform"),
            class: host.text("class"),
            user: host.text("hostSpec.userName"),
            address: host.address(),
            keys: Some(host.ssh_keys().len()).filter(|keys| *keys > 0 || !host.has_modules()),
            disks: None,
        }
    }

    fn row(&self, with_disks: bool) -> Vec<String> {
        let text = |text: Option<&str>| shorten(text.unwrap_or("-"));
        let mut row = vec![
            shorten_name(self.host),
            text(self.platform),
            text(self.class),
            text(self.user),
            text(self.address),
            self.keys.map_or("?".to_owned(), |keys| keys.to_string()),
            self.vm.to_owned(),
            self.last_test.as_ref().map_or("-".to_owned(), tested),
        ];
        if with_disks {
            row.push(
                self.disks.as_ref().map_or("-".to_owned(), |it| shorten_path(&disks::describe(it))),
            );
        }
        row
    }
}

/// Writes one line a host.
pub fn run(global: &Global, args: &List) -> Result<Exit, Error> {
    let inventory = fleet::inventory(global)?;
    fleet::require(&inventory, &args.hosts)?;
    // Without a home folder there are no VMs either.
    let vms = Fleet::new(&fleet::flake(global)).ok();
    let chosen = fleet::wanted(&inventory, &args.hosts);
    let mut hosts: Vec<Entry> =
        chosen.iter().map(|(name, it)| Entry::new(name, it, vms.as_ref())).collect();
    let mut exit = Exit::Fine;
    if args.eval {
        for (entry, disks) in hosts.iter_mut().zip(evaluate(global, args, &chosen)) {
            entry.disks = disks.unwrap_or_else(|error| {
                exit = Exit::Lacking;
                complain(entry.host, &error);
                None
            });
        }
    }
    print(match global.format {
        Format::Json => json::render_list("hosts", &hosts),
        _ => human(&hosts, args.eval),
    });
    for entry in &hosts {
        stuck(entry);
    }
    Ok(exit)
}

/// Says why a VM that runs does not, and what to do.
fn stuck(entry: &Entry) {
    let reason = match &entry.stopped {
        None => return,
        Some(Status::DiskFull) => "no space is left for its disk".to_owned(),
        Some(Status::Failed(reason)) => reason.to_string(),
        Some(other) => format!("it is {other:?}"),
    };
    let host = visible(entry.host);
    failure::warn(format!(
        "the VM of {host} is stuck: {reason}; see to it, then `nixfleet start-vm -h {host}` lets it \
         go on"
    ));
}

fn human(hosts: &[Entry], with_disks: bool) -> Lines {
    let mut heading =
        vec!["HOST", "PLATFORM", "CLASS", "USER", "ADDRESS", "KEYS", "VM", "LAST TEST"];
    if with_disks {
        heading.push("DISKS");
    }
    let heading = heading.into_iter().map(str::to_owned).collect();
    let rows = hosts.iter().map(|entry| entry.row(with_disks));
    table::render(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}

fn evaluate(
    global: &Global,
    args: &List,
    hosts: &[(&str, &Host)],
) -> Vec<Result<Option<Disks>, NixError>> {
    let nix = fleet::nix(global).heap_limit(MAX_MEMORY);
    let jobs = args.jobs.map_or_else(|| default_jobs(MAX_MEMORY), usize::from);
    disks::of_hosts(&nix, &fleet::flake(global), hosts, jobs)
}

/// Says why a host's disks are not known; the rest of the list is.
fn complain(host: &str, error: &NixError) {
    let reason = error.to_string();
    let reason = reason.lines().next().unwrap_or_default();
    let command = format!("nixfleet validate --eval -h {}", visible(&word(host)));
    failure::warn(format!(
        "the disks of {} are not known: {}; `{command}` shows more",
        visible(host),
        visible(reason)
    ));
}

/// `passed, 3 hours ago`
fn tested(test: &LastTest) -> String {
    let result = if test.passed { "passed" } else { "failed" };
    let (count, unit) = match SystemClock::default().date().saturating_sub(test.finished) {
        seconds @ ..60 => (seconds, "second"),
        seconds @ ..3600 => (seconds / 60, "minute"),
        seconds @ ..86400 => (seconds / 3600, "hour"),
        seconds => (seconds / 86400, "day"),
    };
    format!("{result}, {count} {unit}{} ago", if count == 1 { "" } else { "s" })
}
