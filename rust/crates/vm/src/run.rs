//! A run on one host: its phases, timed and told, and what they share.

mod boot;
mod meet;
mod wait;
mod watch;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use boot::{Boot, Running};

use crate::extra_files;
use crate::preflight::Plan;
use crate::report::{HostReport, PhaseReport};
use crate::room::Room;
use crate::state::Folder;
use crate::together::Together;
use crate::{Accelerator, Error, Phase, World};

/// What the user chose.
// Switches of a command line, which are independent of each other.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Memory in MiB; the host's `vmTest.memory` when not given.
    pub memory: Option<u32>,
    /// Virtual processors; the host's `vmTest.cores` when not given.
    pub cores: Option<u32>,
    /// What each host has of this machine's processors, where several run side by side.
    pub share: Option<u32>,
    /// Disk in GiB; the host's `vmTest.diskSize` when not given.
    pub disk_size: Option<u32>,
    /// Install anew even when nothing has changed.
    pub rebuild: bool,
    /// Files to put onto the new system: a folder, in whose path `{host}` stands for the host's name.
    pub extra_files: Option<PathBuf>,
    /// Leave the VM of a test running.
    pub keep: bool,
    /// Reboot a tested host and compare what should have stayed.
    pub survival: bool,
    /// Let guests reach nothing outside.
    pub offline: bool,
    /// The hosts that are tested in one network.
    pub together: Option<Arc<Together>>,
    /// What there is for hosts that run side by side; without it nobody waits for another.
    pub room: Option<Arc<Room>>,
    /// Time limits in place of the usual ones.
    pub limits: HashMap<Phase, Duration>,
}

/// A run on one host.
pub struct Run<'a> {
    /// The world.
    pub world: &'a World,
    /// The host and what it is run with.
    pub plan: &'a Plan,
    /// The VM's folder.
    pub folder: &'a Folder,
    /// What the user chose.
    pub options: &'a Options,
    /// What happened so far.
    pub report: HostReport,
}

impl<'a> Run<'a> {
    /// A run that has not begun.
    #[must_use]
    pub fn new(world: &'a World, plan: &'a Plan, folder: &'a Folder, options: &'a Options) -> Self {
        let report = HostReport::new(&plan.host, plan.accelerator.accelerator);
        Self { world, plan, folder, options, report }
    }

    /// Does a phase: it is told, timed and written down.
    ///
    /// # Errors
    /// Those of the phase; [`Error::Interrupted`] whenever the user wants the end, as what fails
    /// then fails for that.
    pub fn phase<T>(
        &mut self,
        phase: Phase,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.world.cancel.check()?;
        let begun = self.world.clock.now();
        self.world.observer.begin(&self.plan.host, phase);
        let mut result = work(self);
        if result.is_err() && self.world.cancel.requested() {
            result = Err(Error::Interrupted);
        }
        let took = self.world.clock.now().saturating_sub(begun);
        self.report.phases.push(PhaseReport {
            phase,
            seconds: took.as_secs_f64(),
            held: result.is_ok(),
        });
        self.world.observer.end(&self.plan.host, phase, took, result.is_ok());
        result
    }

    /// The time limit of a phase.
    #[must_use]
    pub fn limit(&self, phase: Phase) -> Duration {
        let given = self.options.limits.get(&phase).copied();
        given.unwrap_or_else(|| phase.limit(self.accelerator()))
    }

    /// The folder of the files that go onto the new system.
    #[must_use]
    pub fn extra_files(&self) -> Option<PathBuf> {
        let folder = extra_files::of(self.options.extra_files.as_deref()?, &self.plan.host);
        Some(folder.canonicalize().unwrap_or(folder))
    }

    /// The virtual processors of a host that declares so many. Under emulation each of them keeps one
    /// of this machine's busy, and more than there are wait for each other's locks: hosts side by side
    /// have no more than their share, unless the user says so.
    #[must_use]
    pub fn cores(&self, declared: u32) -> u32 {
        let share = self.options.share.filter(|_| self.accelerator().is_software());
        let fitting = share.map_or(declared, |it| declared.min(it.max(1)));
        self.options.cores.unwrap_or(fitting)
    }

    /// What runs the guest's instructions.
    #[must_use]
    pub fn accelerator(&self) -> Accelerator {
        self.plan.accelerator.accelerator
    }

    /// Says something that stays on the screen.
    pub fn note(&self, text: &str) {
        self.world.observer.note(&self.plan.host, &text.into());
    }

    /// Takes a picture of the screen, for who looks into what went wrong.
    pub fn picture(&mut self, running: &mut Running) {
        let path = self.folder.logs().join("screen.png");
        if !self.world.cancel.requested() && running.machine.screenshot(&path) {
            self.report.screenshot = Some(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accelerator::Choice;
    use crate::fake::{Behaviour, Fake, plan};
    use crate::state::Fleet;

    #[test]
    fn emulated_hosts_side_by_side_have_their_share_of_the_processors() {
        let root = tempfile::tempdir().unwrap();
        let world = Fake::new(Behaviour::default()).world(root.path());
        let folder = Fleet::below(root.path(), root.path(), "f").unwrap().host("web-01").unwrap();
        let cores = |accelerator, share, cores| {
            let plan =
                Plan { accelerator: Choice { accelerator, reason: None }, ..plan(root.path()) };
            let options = Options { cores, share, ..Options::default() };
            Run::new(&world, &plan, &folder, &options).cores(4)
        };
        assert_eq!(cores(Accelerator::Tcg, Some(2), None), 2);
        assert_eq!(cores(Accelerator::Tcg, Some(8), None), 4, "what it declares is enough");
        assert_eq!(cores(Accelerator::Tcg, None, None), 4, "it is alone");
        assert_eq!(cores(Accelerator::Kvm, Some(2), None), 4);
        assert_eq!(cores(Accelerator::Tcg, Some(2), Some(3)), 3, "the user says so");
    }
}
