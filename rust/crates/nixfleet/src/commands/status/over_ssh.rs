//! What the hosts say themselves, over SSH, beside the release that is known here.

use nixfleet_inventory::Inventory;
use nixfleet_vm::Cancel;

use super::Status;
use super::show::{Fleet, Known, Row, Source};
use crate::commands::hosts::{KnownHosts, Login, Ssh, Target, ask, connection, judge};
use crate::commands::release;
use crate::error::Error;
use crate::side_by_side::each;

/// The hosts, and how each is reached.
pub struct OverSsh<'a> {
    inventory: &'a Inventory,
    release: Option<&'a str>,
    names: &'a [String],
    logins: Vec<Login>,
    /// The logins name its file, which goes with it.
    _known: KnownHosts,
    ssh: Ssh,
    jobs: usize,
}

impl<'a> OverSsh<'a> {
    /// Finds out how each host is reached.
    pub fn new(
        inventory: &'a Inventory,
        names: &'a [String],
        args: &'a Status,
        cancel: Cancel,
    ) -> Result<Self, Error> {
        let known = KnownHosts::of(inventory)?;
        let jobs = args.jobs.into();
        let logins = each(names, jobs, |name| connection(inventory, &args.reach, &known, name));
        let release = args.release.as_deref();
        Ok(Self { inventory, release, names, logins, _known: known, ssh: Ssh { cancel }, jobs })
    }

    /// Asks them all; nothing where the user wants the end.
    pub fn look(&self) -> Result<Option<Fleet>, Error> {
        // A release may be made while it is watched.
        let release = release::newest(self.inventory, self.release)?;
        let target = |name: &String| {
            let entry = release.as_ref()?.entries.get(name)?.value();
            let sequence = release.as_ref()?.number();
            Some(Target { sequence, system: entry.system.to_string() })
        };
        let said = each(&self.logins, self.jobs, |login| {
            login.first(|it| ask(&self.ssh, it), |_| false).map(|(_, said)| said)
        });
        if self.ssh.cancel.requested() {
            return Ok(None);
        }
        let row = |(name, said): (&String, Result<_, _>)| {
            let target = target(name);
            let standing = judge(target.as_ref(), &said);
            Row::said(name, target.as_ref(), said.ok(), &standing)
        };
        let hosts = self.names.iter().zip(said).map(row).collect();
        let release =
            release.map(|it| Known { number: it.number(), fleet: it.head.value().fleet.clone() });
        Ok(Some(Fleet { source: Source::Hosts, release, notes: Vec::new(), hosts }))
    }
}
