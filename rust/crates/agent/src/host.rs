//! The machine that the agent runs on: each action of the core, done.

mod boot;
mod control_plane;
mod facts;
mod fetch;
mod guard;
mod offer;
mod probe;
mod rehearsal;
mod room;
mod switch;
mod unit;

use std::path::PathBuf;

use crate::config::Config;
use crate::core::{Action, Command, Event, Facts, Moment, State};
use crate::folder::{Folder, FolderError};
use crate::report;
use crate::run::{self, World};
use crate::wake::{Request, Wake};

pub use guard::GUARD;
pub use unit::record;

/// The machine.
pub struct Host {
    config: Config,
    folder: Folder,
    wake: Wake,
    offers: offer::Offers,
    control_plane: Option<control_plane::Speaking>,
    /// The configuration's own path, for the guard.
    config_path: PathBuf,
}

impl Host {
    /// The machine, by its configuration.
    #[must_use]
    pub fn new(config: Config, config_path: PathBuf, folder: Folder, wake: Wake) -> Self {
        Self {
            config,
            folder,
            wake,
            offers: offer::Offers::default(),
            control_plane: None,
            config_path,
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
}

impl World for Host {
    fn now(&self) -> Moment {
        facts::now(&self.config)
    }

    fn facts(&self) -> Facts {
        facts::read(&self.config)
    }

    fn keep(&mut self, state: &State) -> Result<(), String> {
        self.folder.keep(state).map_err(|error| error.to_string())
    }

    fn show(&mut self, state: &State) {
        crate::notify::status(&run::sentence(state));
        report::write(&self.config, state);
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
        match action {
            Action::Poll { after } => {
                match self.wake.wait(*after, &self.folder) {
                    Some(Request::Apply(folder)) => self.offers.brought = Some(folder),
                    Some(Request::Command(command)) => return Event::Command(command),
                    None if self.told_to_retry() => return Event::Command(Command::Retry),
                    None => {}
                }
                Event::Polled(self.poll())
            }
            Action::Room(target) => Event::Room(self.room(target)),
            Action::Fetch(target) => Event::Fetched(self.fetch(target)),
            Action::Ask(target) => Event::Asked(self.ask(target), self.facts()),
            Action::Arm(attempt) => Event::Armed(self.arm(attempt)),
            Action::Test(attempt) => Event::Tested(self.test(attempt)),
            Action::Probe { attempt, after } => {
                self.wake.pause(*after);
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
}
