//! Hosts as they really are, which do what they are answered, and people.

use std::collections::BTreeMap;

use nixfleet_rollout::{Command, Decision, Kind, May, Phase};
use proptest::sample::Index;

use crate::fleet::{Fleet, NEW, OLD};
use crate::op::Op;
use crate::shape::Shape;

/// For how long what a host sent may be on its way.
const ON_ITS_WAY: jiff::SignedDuration = jiff::SignedDuration::from_mins(9);

/// A host as it really is.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "any of them can be")]
pub struct Host {
    /// What is left of its way, and whether it is the way back.
    pub steps: Option<(u8, bool)>,
    /// When it began, while it has not said so.
    pub began: Option<jiff::Timestamp>,
    /// How many tries it has begun.
    pub tries: u64,
    /// What it said at rest before the last of them, and how often that has come late.
    pub rested: (Phase, usize),
    pub is_new: bool,
    pub has_committed: bool,
    pub has_failed: bool,
    pub is_gone: bool,
    /// Whether a person ever did without it.
    pub is_skipped: bool,
    /// Whether a person has given the room away that it takes.
    pub room_was_given: bool,
}

impl Host {
    fn at_rest(&self) -> Phase {
        if self.has_failed && !self.is_new {
            Phase::Reverted { why: "it failed".into() }
        } else {
            // Of this release, or of the one before.
            Phase::Committed
        }
    }
}

pub struct World {
    pub fleet: Fleet,
    pub hosts: BTreeMap<String, Host>,
    /// Waves that a person took as done.
    pub promoted: Vec<String>,
}

impl World {
    pub fn new(shape: &Shape) -> Self {
        let hosts: Vec<&str> = shape.hosts.iter().map(String::as_str).collect();
        let fleet = Fleet::new(&shape.plan, &hosts);
        let hosts = fleet.names().into_iter().map(|it| (it, Host::default())).collect();
        Self { fleet, hosts, promoted: vec![] }
    }

    pub fn pick(&self, at: Index) -> String {
        at.get(&self.fleet.names()).clone()
    }

    pub fn run_all(&mut self, ops: &[Op]) {
        for op in ops {
            self.run(op);
        }
    }

    pub fn run(&mut self, op: &Op) {
        match op {
            Op::Pass(minutes) => {
                self.pass(*minutes);
            }
            Op::Ask(at) => self.ask(&self.pick(*at)),
            Op::Step(at, fails) => self.step(&self.pick(*at), *fails),
            Op::Turn(at) => {
                let host = self.pick(*at);
                let host = self.hosts.get_mut(&host).unwrap();
                host.is_gone = !host.is_gone;
            }
            Op::Say(at, word) => self.say(self.pick(*at), *word),
        }
        self.tick();
        self.fleet.decide();
        self.limits_hold();
    }

    /// Time passes. Who has begun says so before anything else.
    fn pass(&mut self, minutes: i64) {
        let is_mute = |it: &Host| it.is_gone || it.began.is_some();
        let mute: Vec<String> =
            self.hosts.iter().filter(|it| is_mute(it.1)).map(|it| it.0.clone()).collect();
        let mute: Vec<&str> = mute.iter().map(String::as_str).collect();
        self.fleet.pass_without(minutes, &mute);
    }

    /// Times of events differ, as those of whoever keeps them do.
    fn tick(&mut self) {
        self.fleet.now += jiff::SignedDuration::from_millis(1);
    }

    pub fn ask(&mut self, name: &str) {
        let host = &self.hosts[name];
        if host.began.is_some_and(|it| self.fleet.now < it + ON_ITS_WAY) {
            return self.come_late(name);
        }
        if host.is_gone || host.steps.is_some() {
            return;
        }
        self.tell(name);
        self.tick();
        let may = self.fleet.may(name);
        let host = self.hosts.get_mut(name).unwrap();
        let begins = match may {
            May::Go { again } => !host.is_new && (again || !host.has_failed),
            May::Wait => false,
        };
        if self.fleet.rollout.called_back(name).is_some() {
            self.fleet.event(Kind::Seen { host: name.to_owned(), stays: true });
        }
        if begins {
            host.rested = (host.at_rest(), 0);
            host.steps = Some((2, host.is_new));
            host.began = Some(self.fleet.now);
            host.tries += 1;
            host.has_failed = false;
            self.the_canary_went_first(name);
        }
    }

    /// What a host sent before it heard of its leave comes late: that something is in its way, and once
    /// more how its last try ended.
    fn come_late(&mut self, name: &str) {
        let host = self.hosts.get_mut(name).unwrap();
        let (tries, (rested, times)) = (host.tries - 1, &mut host.rested);
        *times += 1;
        let refused = Phase::Refused { why: "it has no room".into() };
        let phase = if times.is_multiple_of(2) { rested.clone() } else { refused };
        self.fleet.report_of(name, tries, phase, OLD);
    }

    /// A host at rest says where it stands.
    pub fn tell(&mut self, name: &str) {
        let host = &self.hosts[name];
        let running = if host.is_new { NEW } else { OLD };
        self.fleet.report_of(name, host.tries, host.at_rest(), running);
    }

    fn step(&mut self, name: &str, fails: bool) {
        let host = self.hosts.get_mut(name).unwrap();
        let Some((left, is_back)) = host.steps else { return };
        host.steps = left.checked_sub(1).map(|it| (it, is_back));
        let running = if host.is_new { NEW } else { OLD };
        let (tries, is_gone) = (host.tries, host.is_gone);
        if !is_gone {
            host.began = None;
        }
        let phase = match (left, is_back) {
            (2, _) => Phase::Fetching,
            (1, _) => Phase::Probation,
            (_, true) => Phase::Idle,
            (_, false) if fails => Phase::Reverted { why: "it failed".into() },
            (_, false) => Phase::Committed,
        };
        let mut running = running;
        if left == 0 {
            host.has_failed = !is_back && fails;
            host.is_new = !is_back && !fails;
            running = if host.is_new { NEW } else { OLD };
            host.has_committed |= host.is_new;
        }
        if !is_gone {
            self.fleet.report_of(name, tries, phase, running);
        }
    }

    fn say(&mut self, host: String, word: u8) {
        let names: Vec<String> = self.fleet.rollout.waves().map(str::to_owned).collect();
        let command = match word % 16 {
            0 => Command::Pause,
            1..4 => Command::Resume,
            4 => Command::Hold { host },
            5..8 => Command::Release { host },
            8 => {
                self.hosts.get_mut(&host).unwrap().is_skipped = true;
                self.hosts.get_mut(&host).unwrap().room_was_given = true;
                Command::Skip { host }
            }
            9..13 => {
                self.hosts.get_mut(&host).unwrap().room_was_given |= self.hosts[&host].has_failed;
                Command::Retry { host }
            }
            13 | 14 => {
                let wave = names[usize::from(word / 16) % names.len()].clone();
                let last = names.iter().position(|it| *it == wave).unwrap();
                self.promoted.extend(names[..=last].iter().cloned());
                Command::Promote { wave }
            }
            _ => Command::Abort,
        };
        self.fleet.say(command);
    }

    /// Everybody is there, and whatever is begun goes well: where does it end?
    pub fn end(&mut self) -> Decision {
        self.hosts.values_mut().for_each(|it| it.is_gone = false);
        for _ in 0..60 {
            self.pass(5);
            for name in self.fleet.names() {
                self.ask(&name);
                (0..3).for_each(|_| {
                    self.tick();
                    self.step(&name, false);
                });
                if self.hosts[&name].steps.is_none() {
                    self.tell(&name);
                }
                self.fleet.decide();
            }
            self.limits_hold();
        }
        self.fleet.decide()
    }
}
