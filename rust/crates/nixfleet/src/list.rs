//! `nixfleet list`: the fleet as a table.

use nixfleet_inventory::Host;
use serde::Serialize;

use crate::cli::{Format, Global};
use crate::error::Error;
use crate::exit::Exit;
use crate::output::print;
use crate::{fleet, json, table};

/// A host of the list.
#[derive(Serialize)]
struct Entry<'a> {
    host: &'a str,
    platform: Option<&'a str>,
    class: Option<&'a str>,
    user: Option<&'a str>,
    address: Option<&'a str>,
    keys: usize,
}

impl<'a> Entry<'a> {
    fn new(name: &'a str, host: &'a Host) -> Self {
        Self {
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
        ]
    }
}

/// Writes one line a host.
pub fn run(global: &Global) -> Result<Exit, Error> {
    let inventory = fleet::inventory(global)?;
    let hosts: Vec<Entry> = inventory.hosts.iter().map(|(name, it)| Entry::new(name, it)).collect();
    if global.format == Format::Json {
        print(&json::render("hosts", &hosts));
    } else {
        let heading = ["HOST", "PLATFORM", "USER", "ADDRESS", "KEYS"].map(str::to_owned).to_vec();
        let rows: Vec<_> = std::iter::once(heading).chain(hosts.iter().map(Entry::row)).collect();
        print(&table::render(&rows));
    }
    Ok(Exit::Fine)
}
