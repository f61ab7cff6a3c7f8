//! A host: the agent's own core, on a machine, with a line to the control plane.

use nixfleet_agent::core::{self, Action, Command, Event, Poll, Reboot, Settings, State, Step};
use nixfleet_agent::standing;
use nixfleet_link::{Answer, CheckIn};

use crate::belief::{Handed, Judged};
use crate::chaos::SECOND;
use crate::machine::{Course, Machine};
use crate::talk::Talk;

/// What happens around one action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// It fails.
    Fails,
    /// The agent is ended before it, or after it and before its answer is written down.
    EndedBefore,
    EndedAfter,
    /// The power is cut.
    PowerBefore,
    PowerAfter,
    PowerWithin,
}

impl Fault {
    pub const ALL: [Self; 6] = [
        Self::Fails,
        Self::EndedBefore,
        Self::EndedAfter,
        Self::PowerBefore,
        Self::PowerAfter,
        Self::PowerWithin,
    ];
}

/// A host.
pub struct Host {
    /// Not there at all, or there and cut off.
    pub is_away: bool,
    pub is_cut_off: bool,
    pub state: State,
    pub action: Action,
    /// What is scheduled for another number than this is void.
    pub token: u64,
    pub machine: Machine,
    pub talk: Talk,
    settings: Settings,
}

impl Host {
    pub fn new(name: &str) -> Self {
        Self {
            is_away: false,
            is_cut_off: false,
            state: State::default(),
            action: Action::Poll { after: 0 },
            token: 0,
            machine: Machine::new(name),
            talk: Talk::new(),
            settings: Settings {
                probation: 30 * SECOND,
                settle: 120 * SECOND,
                reboot: Reboot::WhenNeeded,
                dry_run: false,
                switch: 600 * SECOND,
                poll_every: 600 * SECOND,
                switch_lasts: false,
            },
        }
    }

    pub fn name(&self) -> &str {
        &self.machine.name
    }

    /// Whether it is changing what it runs.
    pub fn is_busy(&self) -> bool {
        !matches!(self.state.step, Step::Idle)
    }

    /// The next state is written down before it is acted on: what is known is what is written.
    fn step(&mut self, event: Event, now: u64) {
        let state = std::mem::take(&mut self.state);
        (self.state, self.action) =
            core::step(state, event, self.machine.moment(now), &self.settings);
        self.token += 1;
    }

    /// The agent is started: what was only in its memory is gone.
    pub fn start(&mut self, now: u64) {
        let written = serde_json::to_string(&self.state).unwrap_or_default();
        self.state = serde_json::from_str(&written).unwrap_or_default();
        self.talk.start();
        self.step(Event::Started(self.machine.facts()), now);
    }

    /// The machine is started.
    pub fn boot(&mut self, now: u64) {
        self.machine.boot(now);
        self.start(now);
    }

    /// How long what is to be done takes.
    pub fn takes(&self) -> u64 {
        match &self.action {
            Action::Poll { after } | Action::Probe { after, .. } => *after + SECOND,
            Action::Fetch(_) => 40 * SECOND,
            Action::Test(_) => 10 * SECOND,
            _ => SECOND,
        }
    }

    /// Does what is to be done. `holds` is whether a system holds here, `needs_boot` whether only a
    /// restart brings it, `handed` what the control plane hands out.
    pub fn act(
        &mut self,
        now: u64,
        fault: Fault,
        (holds, needs_boot): (bool, bool),
        handed: (Option<&Handed>, &Judged),
    ) {
        match fault {
            Fault::EndedBefore => return self.start(now),
            Fault::PowerBefore => return self.boot(now),
            _ => {}
        }
        let cut = fault == Fault::PowerWithin;
        let course = Course { well: fault != Fault::Fails, cut, holds, needs_boot };
        let event = if let Action::Poll { .. } = self.action {
            let facts = self.machine.facts();
            let polled = self.talk.poll(&self.machine.name, facts, handed);
            Some(Event::Polled(polled.unwrap_or_else(|| Poll::Failed("nobody answers".into()))))
        } else {
            self.machine.act(self.action.clone(), course, &self.settings)
        };
        match (fault, event) {
            (Fault::EndedAfter, _) => self.start(now),
            (Fault::PowerAfter | Fault::PowerWithin, _) | (_, None) => self.boot(now),
            (_, Some(event)) => self.step(event, now),
        }
    }

    /// A person's word to try again.
    pub fn retries(&mut self, now: u64) {
        if self.is_polling() && self.talk.retries() {
            self.step(Event::Command(Command::Retry), now);
        }
    }

    /// Whether it waits for a release, or for leave.
    pub fn is_polling(&self) -> bool {
        matches!(self.action, Action::Poll { .. })
    }

    /// What it says, if it has not been said.
    pub fn says(&mut self, now: u64, again: bool) -> Option<CheckIn> {
        let machine = &self.machine;
        let (boot, moment) = (machine.facts().boot, machine.moment(now));
        let report = standing::report(&self.state, &machine.running, &boot, moment.since_boot);
        self.talk.says(&machine.name, &machine.default, report, again)
    }

    /// An answer came; whether it is news that it does not wait with.
    pub fn heard(&mut self, answer: Answer, now: u64) -> bool {
        let is_news = self.talk.heard(answer);
        self.retries(now);
        is_news && self.is_polling()
    }
}
