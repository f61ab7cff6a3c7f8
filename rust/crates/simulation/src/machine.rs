//! The machine of a host: what it runs, what it boots, and what an agent's actions make of that.

use nixfleet_agent::core::{Action, Asked, Blame, Event, Facts, Moment, Settings, Terms, Tested};

use crate::release::system;

/// A machine that has a disk and a boot loader.
pub struct Machine {
    pub name: String,
    pub running: String,
    /// What it boots, and what its profile names: different only where the power was cut between.
    pub default: String,
    pub profile: String,
    /// What it boots the next time alone.
    once: Option<String>,
    booted: u64,
    boots: u64,
    has_held: bool,
    /// A system that was what boots before it had held.
    pub unproven: Option<String>,
}

/// How an action goes.
#[derive(Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "any of them can be")]
pub struct Course {
    /// Whether it does what it is to do.
    pub well: bool,
    /// Whether the power is cut in its middle.
    pub cut: bool,
    /// Whether the system holds here.
    pub holds: bool,
    /// Whether only a restart brings it.
    pub needs_boot: bool,
}

impl Machine {
    pub fn new(name: &str) -> Self {
        let old = system(name, 0);
        Self {
            name: name.into(),
            running: old.clone(),
            default: old.clone(),
            profile: old,
            once: None,
            booted: 0,
            boots: 0,
            has_held: false,
            unproven: None,
        }
    }

    pub fn moment(&self, now: u64) -> Moment {
        Moment { since_boot: now - self.booted, window_open: true }
    }

    pub fn facts(&self) -> Facts {
        Facts {
            boot: format!("{}-{}", self.name, self.boots),
            running: self.running.clone(),
            default: self.profile.clone(),
            boots: self.default.clone(),
            failed_units: vec![],
        }
    }

    pub fn boot(&mut self, now: u64) {
        self.boots += 1;
        self.booted = now;
        self.running = self.once.take().unwrap_or_else(|| self.default.clone());
    }

    /// Does what an agent wants done, and says what came of it; nothing where it is restarted by it. A
    /// [`Action::Poll`] is no matter of the machine's.
    pub fn act(&mut self, action: Action, course: Course, settings: &Settings) -> Option<Event> {
        let Course { well, cut, holds, needs_boot } = course;
        let done = if well { Ok(()) } else { Err("planted".to_owned()) };
        let asked = |it| Event::Asked(it, self.facts(), Terms::from(settings));
        Some(match action {
            Action::Poll { .. } => Event::Woke,
            Action::Room(_) => Event::Room(done),
            Action::Fetch(_) => Event::Fetched(done.map_err(|why| (why, Blame::World))),
            Action::Ask(_) if !well => asked(Asked::Busy),
            Action::Ask(_) if needs_boot => asked(Asked::NeedsRestart),
            Action::Ask(_) => asked(Asked::Live),
            Action::Arm(_) => Event::Armed(done),
            Action::Test(attempt) => {
                self.running = attempt.target.system;
                self.has_held = false;
                Event::Tested(Tested::Exited(if well { 0 } else { 2 }))
            }
            Action::Probe { .. } => {
                self.has_held |= holds && well;
                let failing =
                    if holds && well { vec![] } else { vec!["web.service failed".into()] };
                Event::Probed(failing)
            }
            Action::Commit(attempt) => {
                self.profile.clone_from(&attempt.target.system);
                if cut {
                    return Some(Event::Woke);
                }
                self.default = attempt.target.system;
                if !self.has_held {
                    self.unproven = Some(self.default.clone());
                }
                Event::Committed(done)
            }
            Action::Stage(attempt) => {
                self.profile.clone_from(&attempt.target.system);
                if cut {
                    return Some(Event::Woke);
                }
                self.once = Some(attempt.target.system);
                self.has_held = false;
                Event::Staged(done)
            }
            Action::Revert(attempt) => {
                self.once = None;
                self.profile.clone_from(&attempt.old_default);
                if cut {
                    return Some(Event::Woke);
                }
                self.default = attempt.old_default;
                if well && !attempt.has_booted {
                    self.running = attempt.old;
                }
                Event::Reverted(done)
            }
            Action::Disarm => Event::Disarmed,
            Action::Reboot => return None,
        })
    }
}
