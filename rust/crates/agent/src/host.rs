//! The machine that the agent runs on: each action of the core, done.

mod armed;
mod astray;
mod boot;
mod check;
mod closure;
mod control_plane;
mod ended;
mod facts;
mod fetch;
mod guard;
mod loader;
mod mac;
mod nixos;
mod offer;
mod platform;
mod probe;
mod rehearsal;
mod replaced;
mod room;
mod successor;
mod switch;
mod trust;
mod unit;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{Config, ServiceManager};
use crate::control_plane::ControlPlane;
use crate::core::{Action, Asked, Attempt, Command, Event, Facts, Moment, Settings, State, Step};
use crate::folder::{Folder, FolderError};
use crate::report;
use crate::run::{self, World};
use crate::wake::{self, Request, Wake};
use platform::Platform;

pub use ended::record;
pub use mac::run_job;
pub use platform::GUARD;

/// The try that a guard stands for, if one was set in this start of the machine and not taken away.
#[must_use]
pub fn armed_try(config: &Config) -> Option<Attempt> {
    armed::read(&platform_of(config.service_manager).boot())
}

/// Waits until this machine's start has said which system runs.
pub fn await_start(config: &Config) {
    platform_of(config.service_manager).await_start();
}

/// Which services are well cannot be told, so neither can what a new system is to blame for.
const UNANSWERED: &str = "the service manager does not answer";
/// The most services that are remembered as unwell.
const MOST_UNWELL: usize = 1_000;

/// The machine.
pub struct Host {
    config: Config,
    settings: Settings,
    platform: &'static dyn Platform,
    folder: Folder,
    wake: Wake,
    offers: offer::Offers,
    /// The control plane, once this host speaks to it.
    control_plane: Option<Arc<ControlPlane>>,
    /// How often services had been started again at the last look.
    restarts: BTreeMap<String, u64>,
    /// The configuration's own path, for the guard.
    config_path: PathBuf,
    /// The service that this process was started as.
    service: Option<String>,
    /// Whether nothing is under way.
    rests: bool,
}

impl Host {
    /// The machine, by its configuration.
    #[must_use]
    pub fn new(config: Config, config_path: PathBuf, folder: Folder, wake: Wake) -> Self {
        let settings = config.settings();
        let platform = platform_of(config.service_manager);
        Self {
            config,
            settings,
            platform,
            folder,
            wake,
            offers: offer::Offers::default(),
            control_plane: None,
            restarts: BTreeMap::new(),
            config_path,
            service: replaced::service(),
            rests: false,
        }
    }

    /// A folder with a release that an operator brought: asked first, once, and not made to wait.
    pub fn bring(&mut self, folder: String) {
        self.offers.brought = Some(folder);
    }

    /// What was written down.
    ///
    /// # Errors
    /// When a newer agent wrote it.
    pub fn state(&self) -> Result<State, FolderError> {
        self.folder.state()
    }

    /// The same for an agent that follows a newer one, to which a release went back: it begins anew,
    /// unless the other's guard still stands.
    ///
    /// # Errors
    /// When a newer agent wrote it, which has to finish what it began.
    pub fn state_or_anew(&self) -> Result<State, FolderError> {
        match self.folder.state() {
            Err(FolderError::Newer { .. }) if armed::read(&self.platform.boot()).is_none() => {
                self.folder.forget_state();
                self.folder.state()
            }
            state => state,
        }
    }
}

impl World for Host {
    fn now(&self) -> Moment {
        facts::now(&self.config)
    }

    fn facts(&self) -> Facts {
        facts::read(&self.config, self.platform.boot(), self.boots())
    }

    fn keep(&mut self, state: &State) -> Result<(), String> {
        self.folder.keep(state).map_err(|error| error.to_string())
    }

    fn show(&mut self, state: &State) {
        self.rests = state.step == Step::Idle;
        crate::notify::status(&run::sentence(state));
        report::write(&self.config, state, self.offers.heard_at);
        self.check_in(state);
    }

    fn act(&mut self, action: &Action) -> Event {
        rehearsal::stop_at(action.name(), "before");
        let event = self.carry_out(action);
        rehearsal::stop_at(action.name(), "after");
        event
    }
}

impl Host {
    fn carry_out(&mut self, action: &Action) -> Event {
        if let Some(running) = self.overridden(action) {
            return Event::Overridden { running };
        }
        match action {
            Action::Poll { after } => {
                self.wake.wait(*after, &self.folder);
                // Its successor may have other keys and other sources.
                if self.rests && self.is_replaced() {
                    return Event::Woke;
                }
                match wake::next(&self.folder) {
                    Some(Request::Apply(folder)) => self.offers.brought = Some(folder),
                    Some(Request::Command(command)) => return Event::Command(command),
                    None if self.told_to_retry() => return Event::Command(Command::Retry),
                    None => {}
                }
                Event::Polled(self.poll())
            }
            Action::Room(target) => Event::Room(self.room(target)),
            Action::Fetch(target) => Event::Fetched(self.fetch(target)),
            Action::Ask(target) => {
                let Some(failed_units) = self.unwell() else {
                    let asked = Asked::NotAsked(UNANSWERED.into());
                    return Event::Asked(asked, self.facts(), self.terms(target));
                };
                let facts = Facts { failed_units, ..self.facts() };
                let asked = self.platform.ask(&target.system);
                let asked = self.has_successor(&target.system, asked);
                if matches!(asked, Asked::Refused(_)) {
                    self.let_go();
                }
                Event::Asked(asked, facts, self.terms(target))
            }
            Action::Arm(attempt) => Event::Armed(self.arm(attempt)),
            Action::Test(attempt) => Event::Tested(self.test(attempt)),
            Action::Probe { attempt, after } => {
                self.wake.pause(*after);
                if let Some(running) = self.overridden(action) {
                    return Event::Overridden { running };
                }
                Event::Probed(self.probe(attempt))
            }
            Action::Commit(attempt) => Event::Committed(self.commit(attempt)),
            Action::Stage(attempt) => Event::Staged(self.stage(attempt)),
            Action::Revert(attempt) => Event::Reverted(self.revert(attempt)),
            Action::Disarm => {
                self.disarm();
                Event::Disarmed
            }
            Action::Reboot => self.reboot(),
        }
    }

    /// Services that are not to be blamed on the next system: they fail already, or come and go.
    fn unwell(&self) -> Option<Vec<String>> {
        let mut services = self.platform.failed()?;
        services.extend(self.platform.restarts()?.into_keys());
        services.truncate(MOST_UNWELL);
        Some(services)
    }

    /// The system that runs, where somebody switched the machine by hand in the middle of a try.
    fn overridden(&self, action: &Action) -> Option<String> {
        let running = facts::running();
        let is_theirs = match action {
            // Nothing is touched yet: what somebody has chosen to boot next stays that.
            Action::Arm(it) | Action::Stage(it) => {
                it.is_foreign(&running)
                    || running == it.old && it.is_foreign_default(&facts::default(&self.config))
            }
            Action::Test(it) | Action::Revert(it) => it.is_foreign(&running),
            Action::Probe { attempt, .. } => running != attempt.target.system,
            Action::Commit(it) => {
                running != it.target.system || it.is_foreign_default(&facts::default(&self.config))
            }
            _ => false,
        };
        is_theirs.then_some(running)
    }
}

fn platform_of(manager: ServiceManager) -> &'static dyn Platform {
    match manager {
        ServiceManager::Systemd => &nixos::NixOs,
        ServiceManager::Launchd => &mac::Mac,
    }
}
