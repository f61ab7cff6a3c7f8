//! `nixfleet list`: the fleet as a table.

use nixfleet_inventory::Host;
use nixfleet_vm::state::{Fleet, LastTest};
use nixfleet_vm::{Clock, SystemClock};
use serde::Serialize;

use crate::cli::{Format, Global};
use crate::error::Error;
use crate::exit::Exit;
use crate::output::print;
use crate::{fleet, json, table};

/// A host of the list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    host: &'a str,
    platform: Option<&'a str>,
    class: Option<&'a str>,
    user: Option<&'a str>,
    address: Option<&'a str>,
    keys: usize,
    vm: &'static str,
    last_test: Option<LastTest>,
}

impl<'a> Entry<'a> {
    fn new(name: &'a str, host: &'a Host, vms: Option<&Fleet>) -> Self {
        let state = vms.and_then(|vms| Some(vms.host(name).ok()?.state())).unwrap_or_default();
        let vm = match (state.pid, state.built) {
            (Some(_), _) => "running",
            (None, true) => "stopped",
            (None, false) => "none",
        };
        Self {
            vm,
            last_test: state.last_test,
            host: name,
            platform: host.text("platform"),
            class: host.text("class"),
            user: host.text("hostSpec.userName"),
            address: host.text("hostSpec.networking.address"),
            keys: host.ssh_keys().len(),
        }
    }

    fn row(&self) -> Vec<String> {
        let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
        let platform = text(self.platform);
        vec![
            self.host.to_owned(),
            platform,
            text(self.user),
            text(self.address),
            self.keys.to_string(),
            self.vm.to_owned(),
            self.last_test.as_ref().map_or("-".to_owned(), tested),
        ]
    }
}

/// Writes one line a host.
pub fn run(global: &Global) -> Result<Exit, Error> {
    let inventory = fleet::inventory(global)?;
    // Without a home folder there are no VMs either.
    let vms = Fleet::new(&fleet::flake(global)).ok();
    let hosts: Vec<Entry> =
        inventory.hosts.iter().map(|(name, it)| Entry::new(name, it, vms.as_ref())).collect();
    if global.format == Format::Json {
        print(&json::render("hosts", &hosts));
    } else {
        let heading = ["HOST", "PLATFORM", "USER", "ADDRESS", "KEYS", "VM", "LAST TEST"]
            .map(str::to_owned)
            .to_vec();
        let rows: Vec<_> = std::iter::once(heading).chain(hosts.iter().map(Entry::row)).collect();
        print(&table::render(&rows));
    }
    Ok(Exit::Fine)
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
