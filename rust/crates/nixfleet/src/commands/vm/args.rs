//! The arguments of the VM commands.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use nixfleet_vm::extra_files;
use nixfleet_vm::lifecycle::Start;
use nixfleet_vm::run::Options;
use nixfleet_vm::state::{Folder, Role};
use nixfleet_vm::{Phase, launch};

/// The most memory of a VM, in MiB: 16 TiB, more than a machine has.
const MEMORY: i64 = 16 << 20;

/// The largest disk, in GiB: 64 TiB, where ext4 and qcow2 end as a rule.
const DISK: i64 = 64 << 10;

/// The most virtual processors: as many as QEMU's machine for x86 takes (`pc_q35.c`, `max_cpus`).
const CPUS: i64 = 4096;

/// Which hosts a command is for.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Hosts {
    /// The host; may be given several times
    #[arg(short = 'h', long = "host", value_name = "HOST")]
    pub hosts: Vec<String>,

    /// Every host
    #[arg(long)]
    pub all: bool,
}

/// What installing takes.
#[derive(Debug, Args)]
pub struct Build {
    #[command(flatten)]
    pub hosts: Hosts,

    /// A private key to look at before those in `~/.ssh` and the agent; may be given several times
    #[arg(long, value_name = "FILE")]
    pub identity: Vec<PathBuf>,

    /// Install anew, even when nothing has changed
    #[arg(long)]
    pub rebuild: bool,

    /// Size of each disk in GiB, in place of the host's `vmTest.diskSize`
    #[arg(long, value_name = "GIB", value_parser = clap::value_parser!(u32).range(1..=DISK))]
    pub disk_size: Option<u32>,

    /// Memory in MiB, in place of the host's `vmTest.memory`
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(64..=MEMORY))]
    pub memory: Option<u32>,

    /// Virtual processors, in place of the host's `vmTest.cores`
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=CPUS))]
    pub cpus: Option<u32>,

    /// Files to put onto the new system, as `nixos-anywhere --extra-files` does; `{host}` in the folder's
    /// path stands for the host's name
    #[arg(long, value_name = "DIR", value_parser = folder)]
    pub extra_files: Option<PathBuf>,

    /// Hosts at a time [default: what cores and memory allow]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,

    /// Let guests reach nothing outside, nor what listens on this machine's own loopback
    #[arg(long)]
    pub offline: bool,

    /// Seconds that a phase may take, such as `install=600`; may be given several times
    #[arg(long, value_name = "PHASE=SECONDS", value_parser = limit)]
    pub limit: Vec<(Phase, Duration)>,
}

impl Build {
    fn options(&self) -> Options {
        Options {
            memory: self.memory,
            cores: self.cpus,
            disk_size: self.disk_size,
            rebuild: self.rebuild,
            extra_files: self.extra_files.clone(),
            offline: self.offline,
            limits: self.limit.iter().copied().collect::<HashMap<_, _>>(),
            ..Options::default()
        }
    }
}

fn folder(text: &str) -> Result<PathBuf, String> {
    // A name that begins with a dash would be an option to what copies it.
    let folder = std::path::absolute(text).map_err(|error| error.to_string())?;
    // Which hosts there are is known once the fleet is read.
    let trouble = Some(&folder).filter(|_| !text.contains(extra_files::HOST));
    trouble.and_then(|it| extra_files::trouble(it)).map_or(Ok(folder), Err)
}

/// The longest that a phase may be given: what is longer is no limit, and a clock's end is nearer.
const YEAR: u64 = 365 * 24 * 60 * 60;

fn limit(text: &str) -> Result<(Phase, Duration), String> {
    let (phase, seconds) = text.split_once('=').ok_or("write `PHASE=SECONDS`")?;
    let phase = Phase::parse(phase).filter(|it| it.waits()).ok_or_else(|| {
        let phases = Phase::ALL.into_iter().filter(|it| it.waits()).map(Phase::word);
        let phases: Vec<_> = phases.collect();
        format!("no phase of that name waits for anything; there are {}", phases.join(", "))
    })?;
    let whole = || "seconds are a whole number, from 1 to 31536000, a year".to_owned();
    let seconds: u64 = seconds.parse().map_err(|_| whole())?;
    if !(1..=YEAR).contains(&seconds) {
        return Err(whole());
    }
    Ok((phase, Duration::from_secs(seconds)))
}

/// `build-vm`.
#[derive(Debug, Args)]
pub struct BuildVm {
    #[command(flatten)]
    pub build: Build,
}

impl BuildVm {
    /// What the user chose.
    pub fn options(&self) -> Options {
        self.build.options()
    }
}

/// `test-vm`.
#[derive(Debug, Args)]
pub struct TestVm {
    #[command(flatten)]
    pub build: Build,

    /// Leave the VM running when its test has ended, and say how to log in
    #[arg(long)]
    pub keep: bool,

    /// Reboot the host, and report what was lost that should stay, and the reverse
    #[arg(long)]
    pub survival: bool,

    /// Boot all the hosts in one private network, where they know each other by name
    #[arg(long, conflicts_with = "jobs")]
    pub together: bool,

    /// Write a report for CI systems, in JUnit's XML
    // The help is for people: no backticks in it.
    #[allow(clippy::doc_markdown)]
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,

    /// Write a page with phases, assertions, logs and screenshots
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
}

impl TestVm {
    /// What the user chose.
    pub fn options(&self) -> Options {
        Options { keep: self.keep, survival: self.survival, ..self.build.options() }
    }
}

/// `start-vm`.
#[derive(Debug, Args)]
pub struct StartVm {
    #[command(flatten)]
    pub hosts: Hosts,

    /// The private key to log in with, in place of that which installed the host
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,

    /// What shows the screen
    #[arg(long, value_enum, default_value_t)]
    pub display: Display,

    /// Wait until SSH answers
    #[arg(long)]
    pub wait: bool,

    /// Log in when the VM is up
    #[arg(long, conflicts_with = "all")]
    pub ssh: bool,

    /// Memory in MiB, in place of what the VM was built with
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(64..=MEMORY))]
    pub memory: Option<u32>,

    /// Virtual processors, in place of what the VM was built with
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=CPUS))]
    pub cpus: Option<u32>,

    /// Let the guest reach nothing outside, nor what listens on this machine's own loopback
    #[arg(long)]
    pub offline: bool,

    /// Hosts at a time [default: what cores and memory allow]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}

impl StartVm {
    /// How to start a VM.
    pub fn start(&self, folder: &Folder) -> Start {
        Start {
            display: match self.display {
                Display::None => launch::Display::None,
                Display::Gtk => launch::Display::Gtk,
                Display::Spice => launch::Display::Spice(folder.socket(Role::Vm, "spice")),
            },
            wait: self.wait || self.ssh,
            identity: self.identity.clone(),
            options: Options {
                memory: self.memory,
                cores: self.cpus,
                offline: self.offline,
                ..Options::default()
            },
        }
    }
}

/// What shows the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Display {
    /// Nothing
    #[default]
    None,
    /// A window
    Gtk,
    /// A SPICE server on a socket
    Spice,
}

/// `stop-vm`.
#[derive(Debug, Args)]
pub struct StopVm {
    #[command(flatten)]
    pub hosts: Hosts,

    /// Hosts at a time [default: all]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}

/// `clean-vm`.
#[derive(Debug, Args)]
pub struct CleanVm {
    #[command(flatten)]
    pub hosts: Hosts,

    /// Delete without asking
    #[arg(long)]
    pub yes: bool,

    /// Hosts at a time [default: all]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}
