//! A host: the agent's own core, on a machine that has a disk, a boot loader and a network card.

use nixfleet_agent::core::{
    self, Action, Asked, Blame, Command, Event, Facts, Moment, Offer, Poll, Reboot, Settings,
    State, Step, Terms, Tested,
};
use nixfleet_agent::standing;
use nixfleet_link::{Answer, CheckIn, LONGEST_HOLD, VERSION};

use crate::belief::{Belief, Handed, Judged};
use crate::chaos::SECOND;
use crate::release::system;

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
#[allow(clippy::struct_excessive_bools, reason = "any of them can be")]
pub struct Host {
    pub name: String,
    /// Not there at all, or there and cut off.
    pub is_away: bool,
    pub is_cut_off: bool,
    pub state: State,
    pub action: Action,
    /// What is scheduled for another number than this is void.
    pub token: u64,
    /// The machine.
    pub running: String,
    default: String,
    profile: String,
    once: Option<String>,
    booted: u64,
    boots: u64,
    settings: Settings,
    cut: bool,
    has_held: bool,
    /// A system that was what boots before it had held.
    pub unproven: Option<String>,
    /// The talk with the control plane.
    pub request: u64,
    pub pause: u64,
    answer: Option<Answer>,
    is_reached: bool,
    said: Option<CheckIn>,
    belief: Belief,
    retried: Option<u64>,
}

impl Host {
    pub fn new(name: &str) -> Self {
        let old = system(name, 0);
        Self {
            name: name.into(),
            is_away: false,
            is_cut_off: false,
            state: State::default(),
            action: Action::Poll { after: 0 },
            token: 0,
            running: old.clone(),
            default: old.clone(),
            profile: old,
            once: None,
            booted: 0,
            boots: 0,
            settings: Settings {
                probation: 30 * SECOND,
                settle: 120 * SECOND,
                reboot: Reboot::WhenNeeded,
                dry_run: false,
                switch: 600 * SECOND,
                poll_every: 600 * SECOND,
            },
            cut: false,
            has_held: false,
            unproven: None,
            request: 0,
            pause: SECOND,
            answer: None,
            is_reached: false,
            said: None,
            belief: Belief::new(),
            retried: None,
        }
    }

    /// Whether it is changing what it runs.
    pub fn is_busy(&self) -> bool {
        !matches!(self.state.step, Step::Idle)
    }

    pub fn boots(&self) -> (&str, &str) {
        (&self.default, &self.profile)
    }

    fn moment(&self, now: u64) -> Moment {
        Moment { since_boot: now - self.booted, window_open: true }
    }

    fn facts(&self) -> Facts {
        Facts {
            boot: format!("{}-{}", self.name, self.boots),
            running: self.running.clone(),
            default: self.profile.clone(),
            boots: self.default.clone(),
            failed_units: vec![],
        }
    }

    /// The next state is written down before it is acted on: what is known is what is written.
    pub fn step(&mut self, event: Event, now: u64) {
        let state = std::mem::take(&mut self.state);
        (self.state, self.action) = core::step(state, event, self.moment(now), &self.settings);
        self.token += 1;
    }

    /// The agent is started: what was only in its memory is gone.
    pub fn start(&mut self, now: u64) {
        let written = serde_json::to_string(&self.state).unwrap_or_default();
        self.state = serde_json::from_str(&written).unwrap_or_default();
        (self.answer, self.is_reached, self.said) = (None, false, None);
        self.belief.start();
        self.request += 1;
        self.step(Event::Started(self.facts()), now);
    }

    /// The machine is started.
    pub fn boot(&mut self, now: u64) {
        self.boots += 1;
        self.booted = now;
        self.running = self.once.take().unwrap_or_else(|| self.default.clone());
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
        (handed, judged): (Option<&Handed>, &Judged),
    ) {
        let polled = self.poll(handed, judged);
        let event = match fault {
            Fault::None => self.done(true, holds, needs_boot, polled),
            Fault::Fails => self.done(false, holds, needs_boot, polled),
            Fault::EndedBefore => return self.start(now),
            Fault::EndedAfter => {
                self.done(true, holds, needs_boot, polled);
                return self.start(now);
            }
            Fault::PowerBefore => return self.boot(now),
            Fault::PowerAfter | Fault::PowerWithin => {
                self.cut = fault == Fault::PowerWithin;
                self.done(true, holds, needs_boot, polled);
                self.cut = false;
                return self.boot(now);
            }
        };
        match event {
            Some(event) => self.step(event, now),
            None => self.boot(now),
        }
    }

    /// What came of it; none where the machine is restarted by it.
    fn done(
        &mut self,
        well: bool,
        holds: bool,
        needs_boot: bool,
        polled: Option<Poll>,
    ) -> Option<Event> {
        let planted = || "planted".to_owned();
        let done = if well { Ok(()) } else { Err(planted()) };
        let asked = |it| Event::Asked(it, self.facts(), Terms::from(&self.settings));
        Some(match self.action.clone() {
            Action::Poll { .. } => {
                Event::Polled(polled.unwrap_or_else(|| Poll::Failed("nobody answers".into())))
            }
            Action::Room(_) => Event::Room(done),
            Action::Fetch(_) => Event::Fetched(done.map_err(|why| (why, Blame::World))),
            Action::Ask(_) if !well => asked(Asked::Busy),
            Action::Ask(_) if needs_boot => asked(Asked::NeedsRestart),
            Action::Ask(_) => asked(Asked::Live),
            Action::Arm(_) => Event::Armed(done),
            Action::Test(attempt) => {
                self.running.clone_from(&attempt.target.system);
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
                if self.cut {
                    return Some(Event::Woke);
                }
                self.default.clone_from(&attempt.target.system);
                if !self.has_held {
                    self.unproven = Some(self.default.clone());
                }
                Event::Committed(done)
            }
            Action::Stage(attempt) => {
                self.profile.clone_from(&attempt.target.system);
                if self.cut {
                    return Some(Event::Woke);
                }
                self.once = Some(attempt.target.system);
                self.has_held = false;
                Event::Staged(done)
            }
            Action::Revert(attempt) => {
                self.once = None;
                self.profile.clone_from(&attempt.old_default);
                if self.cut {
                    return Some(Event::Woke);
                }
                self.default.clone_from(&attempt.old_default);
                if well && !attempt.has_booted {
                    self.running.clone_from(&attempt.old);
                }
                Event::Reverted(done)
            }
            Action::Disarm => Event::Disarmed,
            Action::Reboot => return None,
        })
    }

    /// What the agent's loop makes of the control plane's answer: the release itself comes from the
    /// same place, and is judged by the host alone. None where there is no answer, or nothing is asked.
    fn poll(&mut self, handed: Option<&Handed>, judged: &Judged) -> Option<Poll> {
        let is_asked = matches!(self.action, Action::Poll { .. }) && self.is_reached;
        let offered = self.answer.as_ref().filter(|_| is_asked)?.offered.clone()?;
        let is_new = self.belief.newest().is_none_or(|(hash, _)| *hash != offered.release.hash);
        if is_new {
            if let Some(why) = offered.wait {
                return Some(Poll::Wait(why));
            }
            if let Err(why) = self.belief.take(&self.name, handed?, judged) {
                return Some(Poll::Failed(why));
            }
        }
        let (hash, target) = self.belief.newest()?.clone();
        let wait = if hash == offered.release.hash {
            offered.wait
        } else {
            Some("the control plane has yet to say when".into())
        };
        Some(Poll::Offer(Offer { target, wait, asked: false, facts: self.facts() }))
    }

    /// A person's word to try again, which is followed once.
    pub fn retries(&mut self, now: u64) {
        let told = self.answer.as_ref().and_then(|it| it.offered.as_ref()?.retry);
        if told > self.retried && matches!(self.action, Action::Poll { .. }) {
            self.retried = told;
            self.step(Event::Command(Command::Retry), now);
        }
    }

    /// What it says, if it has not been said.
    pub fn says(&mut self, now: u64, again: bool) -> Option<CheckIn> {
        let report = standing::report(
            &self.state,
            &self.running,
            &self.facts().boot,
            self.moment(now).since_boot,
        );
        let said = CheckIn {
            version: VERSION,
            agent: String::new(),
            machine: self.name.clone(),
            boots: self.default.clone(),
            release: self.belief.known(),
            report,
            retried: self.retried,
            known: self.answer.as_ref().filter(|_| self.is_reached).map(|it| it.mark.clone()),
            wait: LONGEST_HOLD,
        };
        let is_new = self.said.as_ref().is_none_or(|it| !it.says_as(&said));
        if !is_new && !again {
            return None;
        }
        self.said = Some(said.clone());
        self.request += 1;
        Some(said)
    }

    /// An answer came; whether it is news.
    pub fn heard(&mut self, answer: Answer) -> bool {
        let is_news =
            !self.is_reached || self.answer.as_ref().is_none_or(|it| it.offered != answer.offered);
        self.answer = Some(answer);
        self.is_reached = true;
        self.pause = SECOND;
        is_news
    }

    /// No answer came in time.
    pub fn unheard(&mut self) {
        self.is_reached = false;
        self.pause = (self.pause * 2).min(120 * SECOND);
    }
}
