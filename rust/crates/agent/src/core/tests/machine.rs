//! A machine as far as the agent touches it, and the loop that a real one has around the core.

use super::fault::Fault;
use crate::core::*;

#[allow(clippy::struct_excessive_bools, reason = "each is a fault of its own")]
pub struct Machine {
    pub settings: Settings,
    /// Whether it is in its window.
    pub window_open: bool,
    /// Whether a new system boots at all.
    pub boots_new: bool,
    /// Whether going back by a switch succeeds.
    pub reverts: bool,
    pub switches_to_new: usize,
    pub boots: usize,
    /// A system that was the boot default before it had held.
    pub unproven_default: Option<String>,
    written: String,
    now: u64,
    sequence: u64,
    way: Way,
    holds: bool,
    offered: String,
    running: String,
    /// The system by which the machine is set up, where that outlives its start: files, services.
    pub set_up: String,
    /// What the boot loader starts.
    default: String,
    /// What the system's profile names, of which boot entries are made.
    profile: String,
    once: Option<String>,
    proved: bool,
    cut: bool,
}

/// Far more actions than any try takes.
const MOST_ACTIONS: usize = 2_000;

impl Machine {
    pub fn new(way: Way, holds: bool) -> Self {
        Self {
            settings: Settings {
                probation: 10_000,
                settle: 60_000,
                switch: 600_000,
                reboot: Reboot::WhenNeeded,
                dry_run: false,
                poll_every: 60_000,
                switch_lasts: false,
            },
            window_open: true,
            boots_new: true,
            reverts: true,
            switches_to_new: 0,
            boots: 0,
            unproven_default: None,
            written: serde_json::to_string(&State::default()).unwrap(),
            now: 0,
            sequence: 7,
            way,
            holds,
            offered: "new".into(),
            running: "old".into(),
            set_up: "old".into(),
            default: "old".into(),
            profile: "old".into(),
            once: None,
            proved: false,
            cut: false,
        }
    }

    pub fn running(&self) -> &str {
        &self.running
    }

    pub fn default(&self) -> &str {
        &self.default
    }

    pub fn profile(&self) -> &str {
        &self.profile
    }

    pub fn last(&self) -> Option<Outcome> {
        self.read().last.map(|it| it.0)
    }

    pub fn offer(&mut self, system: &str, holds: bool) {
        self.sequence += 1;
        self.offered = system.into();
        self.holds = holds;
        self.proved = false;
    }

    pub fn command(&mut self, command: Command) {
        let (state, _) = step(self.read(), Event::Command(command), self.moment(), &self.settings);
        self.write(&state);
    }

    fn read(&self) -> State {
        serde_json::from_str(&self.written).unwrap()
    }

    fn write(&mut self, state: &State) {
        self.written = serde_json::to_string(state).unwrap();
    }

    fn moment(&self) -> Moment {
        Moment { since_boot: self.now, window_open: self.window_open }
    }

    fn facts(&self) -> Facts {
        Facts {
            boot: format!("boot-{}", self.boots),
            running: self.running.clone(),
            default: self.profile.clone(),
            boots: self.default.clone(),
            failed_units: vec![],
        }
    }

    /// Runs until the sources have been asked twice with nothing left to do.
    pub fn run(&mut self, faults: Vec<Fault>) {
        let mut faults = faults.into_iter();
        let mut state = self.read();
        let mut event = Event::Started(self.facts());
        let mut quiet = 0;
        for _ in 0..MOST_ACTIONS {
            let (next, action) = step(state, event, self.moment(), &self.settings);
            self.write(&next);
            state = next;
            let fault = faults.next().unwrap_or(Fault::None);
            match action {
                Action::Poll { .. } if fault == Fault::None => quiet += 1,
                _ => quiet = 0,
            }
            if quiet > 3 && faults.len() == 0 {
                return;
            }
            event = self.with_fault(&action, fault);
            if matches!(event, Event::Started(_)) {
                state = self.read();
            }
        }
        panic!("it does not come to rest: {state:?}");
    }

    fn with_fault(&mut self, action: &Action, fault: Fault) -> Event {
        match fault {
            Fault::EndedBefore => {}
            Fault::EndedAfter => drop(self.act(action, true)),
            Fault::PowerBefore => self.boot(),
            Fault::PowerAfter => {
                self.act(action, true);
                self.boot();
            }
            Fault::PowerWithin => {
                self.cut = true;
                self.act(action, true);
                self.cut = false;
                self.boot();
            }
            Fault::ByHand => {
                self.running = "by-hand".into();
                self.profile = "by-hand".into();
                self.default = "by-hand".into();
            }
            Fault::Meanwhile => {
                self.running = "by-hand".into();
                self.profile = "by-hand".into();
                self.default = "by-hand".into();
                return self.act(action, true);
            }
            Fault::GoneBack => {
                self.running = "old".into();
                return self.act(action, true);
            }
            Fault::Forgotten => self.write(&State::default()),
            Fault::None => return self.act(action, true),
            Fault::Fails => return self.act(action, false),
        }
        Event::Started(self.facts())
    }

    /// Starts it, as a person, its agent or a power cut does.
    pub fn boot(&mut self) {
        self.boots += 1;
        self.now = 0;
        let once = self.once.take();
        let starts = once.filter(|_| self.boots_new).unwrap_or_else(|| self.default.clone());
        self.running = starts;
        if !self.settings.switch_lasts {
            self.set_up.clone_from(&self.running);
        }
    }

    fn overridden(&self, action: &Action) -> Option<String> {
        let is_theirs = match action {
            Action::Probe { attempt, .. } | Action::Commit(attempt) => {
                self.running != attempt.target.system
            }
            Action::Arm(it) | Action::Test(it) | Action::Stage(it) | Action::Revert(it) => {
                it.is_foreign(&self.running)
            }
            _ => false,
        };
        is_theirs.then(|| self.running.clone())
    }

    fn act(&mut self, action: &Action, well: bool) -> Event {
        self.now += 1_000;
        let done = if well { Ok(()) } else { Err("planted".to_owned()) };
        if let Some(running) = self.overridden(action) {
            return Event::Overridden { running };
        }
        match action {
            Action::Poll { after } => {
                self.now += after;
                let target = Target {
                    sequence: self.sequence,
                    system: self.offered.clone(),
                    closure: "sha256-x".into(),
                };
                let facts = self.facts();
                Event::Polled(if well {
                    Poll::Offer(Offer { target, wait: None, asked: false, facts })
                } else {
                    Poll::Failed("planted".into())
                })
            }
            Action::Room(_) => Event::Room(done),
            Action::Fetch(_) => Event::Fetched(done.map_err(|why| (why, Blame::World))),
            Action::Ask(_) => {
                let asked = match self.way {
                    _ if !well => Asked::NotAsked("planted".into()),
                    Way::Live => Asked::Live,
                    Way::Reboot => Asked::NeedsRestart,
                };
                Event::Asked(asked, self.facts(), (&self.settings).into())
            }
            Action::Arm(_) => Event::Armed(done),
            Action::Test(attempt) => {
                self.switches_to_new += 1;
                self.running.clone_from(&attempt.target.system);
                self.set_up.clone_from(&attempt.target.system);
                Event::Tested(if well { Tested::Exited(4) } else { Tested::Exited(2) })
            }
            Action::Probe { after, .. } => {
                self.now += after;
                let holds = self.holds && well;
                self.proved |= holds;
                Event::Probed(if holds { vec![] } else { vec!["web.service failed".into()] })
            }
            Action::Commit(attempt) => {
                self.profile.clone_from(&attempt.target.system);
                if self.cut {
                    return Event::Woke;
                }
                self.default.clone_from(&attempt.target.system);
                if !self.proved {
                    self.unproven_default = Some(self.default.clone());
                }
                Event::Committed(done)
            }
            Action::Stage(attempt) => {
                self.profile.clone_from(&attempt.target.system);
                if self.cut {
                    return Event::Woke;
                }
                self.once = Some(attempt.target.system.clone());
                Event::Staged(done)
            }
            Action::Revert(attempt) => {
                self.once = None;
                let well = well && self.reverts;
                self.profile.clone_from(&attempt.old_default);
                if self.cut {
                    return Event::Woke;
                }
                self.default.clone_from(&attempt.old_default);
                if well && !attempt.has_booted {
                    self.running.clone_from(&attempt.old);
                    self.set_up.clone_from(&attempt.old);
                }
                Event::Reverted(if well { Ok(()) } else { Err("planted".into()) })
            }
            Action::Disarm => Event::Disarmed,
            Action::Reboot => {
                self.boot();
                Event::Started(self.facts())
            }
        }
    }
}
