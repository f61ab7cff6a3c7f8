//! A machine that is to be installed.

mod address;
mod connection;
mod disks;
mod facts;
mod greeting;
mod login;

use std::path::PathBuf;

use nixfleet_inventory::keys::{Identity, identities};
use nixfleet_inventory::{Flake, Host, Inventory};
use nixfleet_nix::Nix;
use nixfleet_nix::process::Output;

pub use address::Address;
use address::Route;
use facts::{Facts, SCRIPT};
use login::Login;

use super::finding::{Finding, Status};
use crate::commands::keys::{Group, identities_here};
use nixfleet_text::word;

/// A machine, and how it is reached.
pub struct Target {
    /// Where it is.
    pub address: Address,
    /// Keys that the user named.
    pub identities: Vec<PathBuf>,
    /// Options of `ssh`, as what goes there later is given them.
    pub options: Vec<String>,
}

/// The host that a machine is meant for.
pub struct Meant<'a> {
    pub name: &'a str,
    pub host: &'a Host,
    pub inventory: &'a Inventory,
    pub flake: &'a Flake,
    pub nix: &'a dyn Nix,
}

/// What the target is like, as far as it lets itself be looked at.
pub fn findings(target: &Target, meant: Option<&Meant>) -> Vec<Finding> {
    let route = match target.address.route(&target.options) {
        Ok(route) => route,
        Err(reason) => return vec![no_route(reason)],
    };
    let mut here = identities_here(&target.identities);
    let mut findings = look(target, &route, meant);
    if let Some(meant) = meant {
        here.extend(identities(&route.identities));
        findings.push(meant.after_the_install(&here));
        if findings.iter().all(|finding| finding.status != Status::Lacking) {
            findings.push(meant.install(target));
        }
    }
    findings
}

/// What a machine says to a script, and what was found out on the way to it; its words where it let
/// us in.
pub fn ask(target: &Target, script: &str) -> (Vec<Finding>, Option<Output>) {
    match target.address.route(&target.options) {
        Ok(route) => reach(target, &route, script),
        Err(reason) => (vec![no_route(reason)], None),
    }
}

fn no_route(reason: String) -> Finding {
    let help = "install OpenSSH, or mend what it complains of in your SSH configuration";
    Finding::lacking("ssh", reason, help)
}

fn look(target: &Target, route: &Route, meant: Option<&Meant>) -> Vec<Finding> {
    let (mut findings, said) = reach(target, route, SCRIPT);
    if let Some(said) = said {
        let facts = Facts(said.stdout.raw());
        findings.extend(if facts.are_whole() {
            machine(&facts, meant)
        } else {
            vec![mute(&facts)]
        });
    }
    findings
}

fn reach(target: &Target, route: &Route, script: &str) -> (Vec<Finding>, Option<Output>) {
    let mut findings = Vec::new();
    // Behind a jump host only `ssh` gets there.
    if !route.proxied {
        match greeting::greeting(&route.host, route.port) {
            Ok(line) => findings.push(Finding::fine("SSH server", line)),
            Err(trouble) => {
                let finding = Finding::lacking("SSH server", trouble.to_string(), trouble.help());
                return (vec![finding], None);
            }
        }
    }
    let look = match connection::run(target, route, script) {
        Ok(look) => look,
        Err(error) => {
            // That it starts is known, so what fails is the writing of its files.
            let help = "`TMPDIR` has to be a folder that can be written";
            findings.push(Finding::lacking("ssh", error.to_string(), help));
            return (findings, None);
        }
    };
    let login = Login::new(route, &look);
    if route.proxied {
        findings.extend(login.greeting().map(|line| Finding::fine("SSH server", line)));
    }
    findings.extend(login.host_key());
    findings.push(login.finding());
    let is_in = login.is_in();
    (findings, is_in.then_some(look.output))
}

fn machine(facts: &Facts, meant: Option<&Meant>) -> Vec<Finding> {
    let mut findings = vec![facts.system(), facts.root()];
    let Some(meant) = meant else {
        findings.extend([facts.firmware(None), facts.architecture(None), facts.disks()]);
        return findings;
    };
    let configured = disks::of_host(meant);
    let firmware = configured.as_ref().ok().and_then(|it| it.firmware.as_deref());
    findings.push(facts.firmware(firmware));
    findings.extend(facts.identity(meant.inventory, meant.name));
    findings.push(facts.architecture(Some(meant.host)));
    findings.extend(match configured {
        Ok(configured) => facts.has_disks(&configured.disks()),
        Err(finding) => vec![finding],
    });
    findings
}

/// It lets in, and does not do what it is asked.
fn mute(facts: &Facts) -> Finding {
    let said = facts.0.lines().next().map_or(String::new(), |line| format!(": it says `{line}`"));
    Finding::lacking(
        "system",
        format!("it runs no script{said}"),
        "log in as a user with a shell, with a key that may run any command",
    )
}

impl Meant<'_> {
    /// Whether the host that will be installed lets anybody in from here.
    fn after_the_install(&self, here: &[Identity]) -> Finding {
        let group = Group::of_host(self.name, self.host, here);
        let name = self.name;
        if group.is_usable() {
            return Finding::fine("after the install", format!("a key of {name}'s is here"));
        }
        if group.in_modules {
            let text = format!("the keys of {name} stand in its modules, which are not evaluated");
            return Finding::fine("after the install", text);
        }
        Finding::lacking(
            "after the install",
            format!(
                "none of the `sshAuthorizedKeys` of {name} is here, so you would be locked out"
            ),
            format!("add yours to them: `nixfleet keys -h {}` shows what is here", word(name)),
        )
    }

    /// The command that installs it.
    fn install(&self, target: &Target) -> Finding {
        let mut words = vec!["nixos-anywhere".to_owned(), "--flake".to_owned()];
        words.push(self.flake.attr(self.name));
        if let Some(identity) = target.identities.first() {
            words.extend(["-i".to_owned(), identity.display().to_string()]);
        }
        if let Some(port) = target.address.port {
            words.extend(["-p".to_owned(), port.to_string()]);
        }
        words.push(target.address.destination.clone());
        let command = shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default();
        Finding::fine(
            "install",
            format!("`{command}` erases those disks and makes it {}", self.name),
        )
    }
}

impl Route {
    /// What the host is called in files of known hosts.
    fn known_name(&self) -> String {
        if self.port == 22 { self.host.clone() } else { format!("[{}]:{}", self.host, self.port) }
    }
}
