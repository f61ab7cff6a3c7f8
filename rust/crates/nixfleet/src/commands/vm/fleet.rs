//! The fleet as the VM commands see it: hosts with their plans and folders.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nixfleet_nix::NixCli;
use nixfleet_text::nearest;
use nixfleet_vm::extra_files;
use nixfleet_vm::observer::{Observer, Silent};
use nixfleet_vm::preflight::{Plan, ThisMachine};
use nixfleet_vm::report::{HostReport, PhaseReport};
use nixfleet_vm::run::Options;
use nixfleet_vm::state::{Fleet, Folder};
use nixfleet_vm::together::{Member, Together};
use nixfleet_vm::{Accelerator, Cancel, Error as VmError, Phase, World, ports};

use super::args::{Build, Hosts};
use super::jobs::{self, Each};
use crate::commands::fleet as flakes;
use crate::commands::preflight::{self, Refusal};
use crate::commands::{builders, failure};
use crate::error::Error;
use crate::global::Global;
use crate::side_by_side::each;
use crate::text::progress::Progress;

/// Hosts that are to be installed.
pub struct VmFleet {
    /// The world.
    pub world: World,
    /// The hosts, each with its folder.
    pub hosts: Vec<(Plan, Folder)>,
    /// The same hosts, as they would meet in one network.
    members: Vec<Member>,
    /// Where their folders are.
    pub state: Fleet,
    /// What the user chose.
    pub options: Options,
    /// How long the preflight took.
    pub preflight: Duration,
}

/// Why a fleet's hosts cannot be installed.
pub enum Failure {
    /// The fleet cannot be read.
    Fleet(Error),
    /// The preflight found faults.
    Refused(Refusal),
    /// A folder cannot be had.
    Vm(VmError),
}

impl VmFleet {
    /// Reads the fleet and checks that its hosts can be installed here.
    pub fn open(global: &Global, args: &Build, mut options: Options) -> Result<Self, Failure> {
        options.room = jobs::room(args.jobs);
        let cancel = super::cancel();
        let nix = |phase| nix(global, &cancel, phase, &options);
        let inventory =
            flakes::inventory_by(global, &nix(Phase::Preflight)).map_err(Failure::Fleet)?;
        if inventory.by_hand {
            return Err(Failure::Fleet(Error::NoInstaller));
        }
        let begun = Instant::now();
        let hosts = match &args.hosts {
            Hosts { all: true, .. } => preflight::installable(&inventory),
            Hosts { hosts, .. } => {
                let named = |host: &&String| hosts.contains(host);
                let known = inventory.hosts.keys().filter(named);
                let strange = hosts.iter().filter(|it| !inventory.hosts.contains_key(*it));
                known.chain(strange).cloned().collect()
            }
        };
        let here = ThisMachine::new(args.identity.clone());
        let plans = preflight::check(global, &inventory, &hosts, &here);
        let plans = plans.map_err(Failure::Vm)?.map_err(Failure::Refused)?;
        tell_of_builders(global, &plans);
        let state = Fleet::new(&flakes::flake(global)).map_err(Failure::Vm)?;
        let folders = plans.into_iter().map(|plan| {
            let folder = state.host(&plan.host)?;
            Ok((plan, folder))
        });
        let hosts = folders.collect::<Result<Vec<_>, VmError>>().map_err(Failure::Vm)?;
        extra_files(&hosts, &options).map_err(Failure::Vm)?;
        let members = hosts.iter().map(|(plan, _)| Member::of(&inventory, &plan.host)).collect();
        let nix = Arc::new(nix(Phase::Build));
        options.share = jobs::share(at_a_time(&hosts, args.jobs, &options));
        let preflight = begun.elapsed();
        let observer: Arc<dyn Observer> =
            if super::is_json(global) { Arc::new(Silent) } else { Arc::new(Progress::new()) };
        for (plan, _) in &hosts {
            observer.begin(&plan.host, Phase::Preflight);
            observer.end(&plan.host, Phase::Preflight, preflight, true);
            if let Some(reason) = &plan.accelerator.reason {
                observer.note(
                    &plan.host,
                    &format!("{}: {reason}", plan.accelerator.accelerator).into(),
                );
            }
        }
        let world = World::new(flakes::flake(global), nix, observer, cancel);
        Ok(Self { world, hosts, members, state, options, preflight })
    }

    /// Puts all hosts into one network; returns how many at a time that makes: all.
    pub fn join(&mut self) -> Option<u16> {
        let members = self.members.clone();
        let count = u16::try_from(members.len()).ok();
        // Networks of other runs on this machine have other ports.
        let port = ports::free(None).unwrap_or(4746);
        self.options.together = Some(Arc::new(Together::new(members, port)));
        self.options.room = None;
        self.options.share = jobs::share(self.hosts.len());
        count
    }

    /// Does the work for each host; the reports have the order of the hosts.
    pub fn each(
        &self,
        jobs: Option<u16>,
        work: impl Fn(&Plan, &Folder) -> HostReport + Sync,
    ) -> Vec<HostReport> {
        let jobs = at_a_time(&self.hosts, jobs, &self.options);
        each(&self.hosts, jobs, |(plan, folder)| {
            let mut report = work(plan, folder);
            let seconds = self.preflight.as_secs_f64();
            report.seconds += seconds;
            report.phases.insert(0, PhaseReport { phase: Phase::Preflight, seconds, held: true });
            report
        })
    }
}

/// Checks the files that are to go onto each host.
fn extra_files(hosts: &[(Plan, Folder)], options: &Options) -> Result<(), VmError> {
    let Some(path) = &options.extra_files else { return Ok(()) };
    hosts.iter().try_for_each(|(Plan { host, .. }, _)| {
        let folder = extra_files::of(path, host);
        let trouble = extra_files::trouble(&folder);
        trouble.map_or(Ok(()), |reason| {
            Err(VmError::ExtraFiles { host: host.clone(), folder, reason })
        })
    })
}

/// Says for which hosts Nix can build nothing here.
fn tell_of_builders(global: &Global, plans: &[Plan]) {
    let wanted = plans.iter().map(|it| it.platform.system()).collect();
    for (platform, reason) in builders::without(&flakes::nix_of_stores(global), &wanted) {
        let of = plans.iter().filter(|it| it.platform.system() == platform);
        let (count, host) = (of.clone().count(), of.map(|it| &it.host).next());
        let hosts = host.filter(|_| count == 1).cloned();
        let hosts = hosts.map_or_else(|| format!("{count} hosts are"), |it| format!("{it} is"));
        failure::warn(format!(
            "{hosts} for {platform}, and {reason}: unless all of it is in a cache, {}",
            builders::HELP
        ));
    }
}

/// How many hosts run at a time.
fn at_a_time(hosts: &[(Plan, Folder)], jobs: Option<u16>, options: &Options) -> usize {
    let software = hosts.iter().all(|(plan, _)| plan.accelerator.accelerator.is_software());
    let each = Each { memory: options.memory, cores: options.cores, software };
    jobs.map_or_else(|| jobs::fitting(each), usize::from).min(hosts.len())
}

/// A Nix that ends with the tool, on Ctrl-C, and when a phase has taken too long.
fn nix(global: &Global, cancel: &Cancel, phase: Phase, options: &Options) -> NixCli {
    // No emulation slows Nix down.
    let limit = options.limits.get(&phase).copied().unwrap_or(phase.limit(Accelerator::Kvm));
    let cancel = cancel.clone();
    flakes::nix(global).patience(limit).stop(move || cancel.requested())
}

/// The folders of VMs that may be there. No fleet is read for those that are: what was built can be
/// started, stopped and cleaned away when the fleet is broken or has lost the host.
pub fn folders(global: &Global, hosts: &Hosts) -> Result<Vec<Folder>, Failure> {
    let fleet = Fleet::new(&flakes::flake(global)).map_err(Failure::Vm)?;
    let names = if hosts.all { fleet.hosts() } else { hosts.hosts.clone() };
    // A host that is named twice is one: two threads would meet at its lock.
    let mut seen = HashSet::new();
    let names = names.iter().filter(|it| seen.insert(*it));
    let folders: Result<Vec<_>, _> = names.map(|it| fleet.host(it)).collect();
    let folders = folders.map_err(Failure::Vm)?;
    let absent: Vec<String> =
        folders.iter().filter(|it| !it.path().exists()).map(|it| it.host().to_owned()).collect();
    if !absent.is_empty() {
        known(global, &fleet, &absent).map_err(Failure::Fleet)?;
    }
    Ok(folders)
}

/// How long a fleet is read for a name alone.
const QUICK: Duration = Duration::from_secs(20);

/// Refuses a host that has no VM and that the fleet does not have either, as far as that can be read.
fn known(global: &Global, fleet: &Fleet, absent: &[String]) -> Result<(), Error> {
    let mut names = fleet.hosts();
    let quick = HashMap::from([(Phase::Preflight, QUICK)]);
    let quick = Options { limits: quick, ..Options::default() };
    match flakes::inventory_by(global, &nix(global, &super::cancel(), Phase::Preflight, &quick)) {
        Ok(inventory) => names.extend(inventory.hosts.into_keys()),
        // Nobody can say that there is no such host; one that is nearly a VM's is a slip.
        Err(_)
            if absent.iter().all(|it| nearest(it, names.iter().map(String::as_str)).is_none()) =>
        {
            return Ok(());
        }
        Err(_) => {}
    }
    flakes::require_one_of(&names, absent)
}

/// The world of VMs that are there.
pub fn world(global: &Global) -> World {
    let nix = Arc::new(flakes::nix(global));
    World::new(flakes::flake(global), nix, Arc::new(Silent), super::cancel())
}
