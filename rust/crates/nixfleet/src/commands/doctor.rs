//! `nixfleet doctor`: what this machine lacks, and whether a target can be installed.

mod agent;
mod control_plane;
mod finding;
mod fleet;
mod hosts;
mod local;
mod nix;
mod target;
mod vms;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};
use nixfleet_vm::preflight::ThisMachine;

use crate::commands::control_plane::Door;
use crate::commands::hosts::Address as Machine;
use crate::commands::hosts::nix_options;
use crate::commands::{fleet as fleets, release};
use crate::error::{Error, Plane};
use crate::exit::Exit;
use crate::faults::source::Tree;
use crate::global::{Format, Global};
use crate::text::page::page;
use crate::text::quote::quote;
use finding::{Finding, Status};
use nixfleet_text::output::print;
use nixfleet_text::{Lines, json};
use target::{Address, Meant, Target};

/// How long reading the fleet may take: thousands of hosts take seconds.
const READING: Duration = Duration::from_secs(30);

/// The arguments of `doctor`.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group(ArgGroup::new("machine").args(["target", "agent"])))]
pub struct Doctor {
    /// A machine to be installed: `root@192.168.1.10`, `root@192.168.1.10:2222`, or a name of your
    /// SSH configuration
    #[arg(long, value_name = "USER@ADDRESS")]
    target: Option<String>,

    /// A host that runs, by its address: whether its agent could take a release and come back from it
    #[arg(long, value_name = "USER@ADDRESS", conflicts_with = "host")]
    agent: Option<String>,

    /// The fleet's control plane, or that of this machine, asked over SSH: whether it answers, has the
    /// key that the fleet pins, the time, room to write and the newest release, and which hosts it
    /// has not seen
    #[arg(long, value_name = "[USER@]HOST[:PORT]", num_args = 0..=1,
        conflicts_with_all = ["target", "agent", "host"])]
    #[allow(clippy::option_option, reason = "so clap has a flag that may have a value")]
    control_plane: Option<Option<Machine>>,

    /// The same by the control plane's socket on this machine
    #[arg(long, value_name = "PATH",
        conflicts_with_all = ["target", "agent", "host", "control_plane"])]
    socket: Option<PathBuf>,

    /// The host that is meant for the target, or of which to say whether it can be tested here
    #[arg(short = 'h', long = "host", value_name = "HOST")]
    host: Option<String>,

    /// The target's SSH port [default: that of your SSH configuration, else 22]
    #[arg(short, long, visible_alias = "ssh-port", requires = "machine")]
    port: Option<u16>,

    /// A private key outside `~/.ssh`; may be given several times
    #[arg(short, long = "identity", value_name = "FILE")]
    identities: Vec<PathBuf>,
}

impl Doctor {
    fn machine(&self, address: &str, options: Vec<String>) -> Target {
        let address = Address::parse(address, self.port);
        Target { address, identities: self.identities.clone(), options }
    }
}

/// Looks at this machine, or at a target, and writes a line for each thing looked at.
pub fn run(global: &Global, args: &Doctor) -> Result<Exit, Error> {
    let findings = match (&args.target, &args.agent) {
        (Some(target), _) => of_target(global, args, target)?,
        // It is reached as `deploy` reaches it.
        (None, Some(host)) => agent::findings(&args.machine(host, nix_options())),
        (None, None) if args.control_plane.is_some() || args.socket.is_some() => {
            of_control_plane(global, args)?
        }
        (None, None) => this_machine(global, args)?,
    };
    print(match global.format {
        Format::Json => json::render_list("findings", &findings),
        _ => page(findings.iter().fold(Lines::default(), |mut text, finding| {
            finding.tell(&mut text);
            text
        })),
    });
    let lacking = findings.iter().any(|finding| finding.status == Status::Lacking);
    Ok(if lacking { Exit::Lacking } else { Exit::Fine })
}

fn this_machine(global: &Global, args: &Doctor) -> Result<Vec<Finding>, Error> {
    let (mut findings, answers) = nix::findings();
    // What is lacking may be why the fleet cannot be read.
    let by_nix = global.inventory.is_none();
    let inventory = (answers || !by_nix)
        .then(|| fleets::inventory_by(global, &fleets::nix(global).patience(READING)));
    if let (Some(Ok(inventory)), Some(host)) = (&inventory, &args.host) {
        fleets::require(inventory, std::slice::from_ref(host))?;
    }
    let tree = Tree::new(&fleets::flake(global));
    let here = ThisMachine::new(args.identities.clone());
    let read = inventory.as_ref().and_then(|it| it.as_ref().ok());
    findings.extend(local::findings());
    findings.extend(vms::findings(read, &here));
    let asked =
        read.filter(|_| answers).map(|it| vms::without_builder(it, &fleets::nix_of_stores(global)));
    findings.extend(asked.into_iter().flatten());
    let hosts = read.map(|it| hosts::findings(global, it, args.host.as_ref(), &here));
    if let Some(inventory) = inventory {
        findings.extend(fleet::findings(inventory, &tree));
    }
    findings.extend(hosts.into_iter().flatten());
    Ok(findings)
}

/// Beside what the fleet says of it; one that is named is asked also where no fleet can be read.
fn of_control_plane(global: &Global, args: &Doctor) -> Result<Vec<Finding>, Error> {
    let socket = args.socket.clone().map(Door::Socket);
    let machine = args.control_plane.clone().flatten();
    let named = socket.or_else(|| machine.map(Door::Ssh));
    let (inventory, unread) = match fleets::inventory(global) {
        Ok(inventory) => (Some(inventory), None),
        Err(error) if named.is_some() => (None, Some(error)),
        Err(error) => return Err(error),
    };
    let door = named.or_else(Door::here).or_else(|| Door::of(inventory.as_ref()?));
    let door = door.ok_or(Plane::Unnamed)?;
    let newest = |it| Some(release::newest(it, None).ok()??.number());
    let known = inventory.as_ref().map(|it| control_plane::Known::of(it, newest(it)));
    let mut findings = control_plane::findings(&door, &known.unwrap_or_default());
    findings.extend(unread.map(|error| {
        let help = "name the fleet's folder with `--flake`, to have it compared";
        Finding::note("fleet", format!("it is not compared: {error}"), help)
    }));
    Ok(findings)
}

fn of_target(global: &Global, args: &Doctor, target: &str) -> Result<Vec<Finding>, Error> {
    let target = args.machine(target, Vec::new());
    let (nix, flake) = (fleets::nix(global), fleets::flake(global));
    let Some(name) = &args.host else {
        return Ok(target::findings(&target, None));
    };
    let inventory = fleets::inventory(global)?;
    fleets::require(&inventory, std::slice::from_ref(name))?;
    let host = &inventory.hosts[name];
    if !host.is_nixos() {
        let text = format!("{} is a Mac, which nixos-anywhere does not install", quote(name));
        let help = "nix-darwin is installed on it by hand, there";
        return Ok(vec![Finding::lacking("install", text, help)]);
    }
    let meant = Meant { name, host, inventory: &inventory, flake: &flake, nix: &nix };
    Ok(target::findings(&target, Some(&meant)))
}
