//! A rollout with hosts that do as a test says, and a clock that it moves.
#![allow(dead_code, reason = "each test file takes what it needs")]

use jiff::{SignedDuration, Timestamp};
use nixfleet_rollout::{
    Command, Decision, Event, Kind, May, Member, Phase, Plan, Report, Rollout, Standing,
};

/// The store path of what a host runs before, and of what a release names.
pub const OLD: &str = "/nix/store/old";
pub const NEW: &str = "/nix/store/new";

pub struct Fleet {
    pub rollout: Rollout,
    pub now: Timestamp,
    pub log: Vec<Event>,
    turn: u64,
}

impl Fleet {
    /// Hosts as `web-01:web` says them, name and wave, a plan, and each host heard of on its old system.
    pub fn new(plan: &str, hosts: &[&str]) -> Self {
        let mut fleet = Self::unheard(plan, hosts);
        for host in fleet.names() {
            fleet.report(&host, Phase::Idle, OLD);
        }
        fleet
    }

    pub fn unheard(plan: &str, hosts: &[&str]) -> Self {
        let mut plan: Plan = serde_json::from_str(plan).unwrap();
        plan.sequence = 41;
        let now = "2026-11-25T12:00:00Z".parse().unwrap();
        let rollout = Rollout::new(plan, hosts.iter().map(|it| member(it)).collect(), now);
        Self { rollout, now, log: Vec::new(), turn: 0 }
    }

    pub fn names(&self) -> Vec<String> {
        self.rollout.members().iter().map(|it| it.name.clone()).collect()
    }

    pub fn event(&mut self, kind: Kind) {
        let event = Event { at: self.now, kind };
        self.rollout.apply(&event);
        self.log.push(event);
    }

    pub fn report(&mut self, host: &str, phase: Phase, running: &str) {
        self.report_of(host, 0, phase, running);
    }

    /// What a host says after so many tries.
    pub fn report_of(&mut self, host: &str, tries: u64, phase: Phase, running: &str) {
        self.turn += 1;
        let target = Some(NEW.into());
        let report = Report {
            phase,
            target,
            running: running.into(),
            boot: "boot".into(),
            turn: self.turn,
            tries,
            ..Report::default()
        };
        self.event(Kind::Report { host: host.into(), report });
    }

    pub fn say(&mut self, command: Command) {
        self.event(Kind::Said { by: "ops".into(), command });
    }

    pub fn decide(&mut self) -> Decision {
        let decision = self.rollout.decide(self.now);
        for event in &decision.events {
            self.rollout.apply(event);
            self.log.push(event.clone());
        }
        decision
    }

    /// The hosts that may go, after all that follows at once.
    pub fn go(&mut self) -> Vec<String> {
        self.decide();
        self.decide().go().map(str::to_owned).collect()
    }

    pub fn commit(&mut self, host: &str) {
        self.report(host, Phase::Committed, NEW);
    }

    pub fn fail(&mut self, host: &str) {
        self.report(host, Phase::Reverted { why: "nginx.service failed".into() }, OLD);
    }

    pub fn seen(&mut self, host: &str) {
        self.event(Kind::Seen { host: host.into(), stays: false });
    }

    /// A host says that it heard that it is to stay, and has not begun.
    pub fn stays(&mut self, host: &str) {
        self.event(Kind::Seen { host: host.into(), stays: true });
    }

    pub fn pass(&mut self, minutes: i64) {
        self.now += SignedDuration::from_mins(minutes);
    }

    /// Time passes, and all hosts but those are heard of meanwhile.
    pub fn pass_without(&mut self, minutes: i64, gone: &[&str]) {
        for _ in 0..minutes {
            self.pass(1);
            for host in self.names() {
                if !gone.contains(&host.as_str()) {
                    self.seen(&host);
                }
            }
        }
    }

    pub fn standing(&mut self, host: &str) -> Standing {
        self.decide().verdict(host).unwrap().standing
    }

    pub fn may(&mut self, host: &str) -> May {
        self.decide().verdict(host).unwrap().may
    }

    pub fn sentence(&mut self, host: &str) -> String {
        let decision = self.decide();
        self.rollout.sentence(&decision, host).unwrap()
    }
}

pub fn member(text: &str) -> Member {
    let (name, rest) = text.split_once(':').unwrap_or((text, ""));
    let (wave, tags) = rest.split_once('+').unwrap_or((rest, ""));
    Member {
        name: name.into(),
        system: NEW.into(),
        wave: (!wave.is_empty()).then(|| wave.into()),
        tags: tags.split('+').filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        without_key: false,
    }
}
