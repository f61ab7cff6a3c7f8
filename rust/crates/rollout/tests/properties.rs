//! What holds of every plan, whatever hosts and people do and in whatever order it is heard.

mod fleet;

use std::collections::BTreeMap;

use fleet::{Fleet, NEW, OLD};
use nixfleet_rollout::{Command, Decision, Event, Kind, May, Phase, Rollout, Standing, State};
use proptest::prelude::*;
use proptest::sample::Index;

/// For how long what a host sent may be on its way.
const ON_ITS_WAY: jiff::SignedDuration = jiff::SignedDuration::from_mins(9);

/// Something that happens.
#[derive(Debug, Clone)]
enum Op {
    /// Minutes pass, and those that are there are heard of.
    Pass(i64),
    /// A host asks, and does what it is answered.
    Ask(Index),
    /// A host that is on the way takes its next step; at the last it fails, or not.
    Step(Index, bool),
    /// A host goes away, or comes back.
    Turn(Index),
    /// A person says something.
    Say(Index, u8),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => (1..40_i64).prop_map(Op::Pass),
        5 => any::<Index>().prop_map(Op::Ask),
        6 => (any::<Index>(), prop::bool::weighted(0.2)).prop_map(|(host, fails)| Op::Step(host, fails)),
        1 => any::<Index>().prop_map(Op::Turn),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(host, word)| Op::Say(host, word)),
    ]
}

#[derive(Debug, Clone)]
struct Shape {
    plan: String,
    hosts: Vec<String>,
}

fn shape() -> impl Strategy<Value = Shape> {
    let share = || {
        prop_oneof![
            Just("null".to_owned()),
            (1..4_u8).prop_map(|it| it.to_string()),
            (1..=100_u8).prop_map(|it| format!("\"{it}%\""))
        ]
    };
    let soak = prop_oneof![Just("null".to_owned()), (0..90_u8).prop_map(|it| format!("\"{it}m\""))];
    let wave = (share(), share(), soak);
    let waves = prop::collection::vec(wave, 0..4);
    let budgets = prop::collection::vec((0..3_u8, 1..3_u8), 0..3);
    let hosts = prop::collection::vec((0..4_usize, 0..3_u8), 1..7);
    (waves, budgets, hosts, any::<bool>()).prop_map(|(waves, budgets, hosts, back)| {
        let count = waves.len();
        let waves: Vec<String> = waves
            .into_iter()
            .enumerate()
            .map(|(at, (at_most, need, soak))| {
                format!(
                    r#"{{"name": "w{at}", "atMost": {at_most}, "need": {need}, "soak": {soak}}}"#
                )
            })
            .collect();
        let budgets: Vec<String> = budgets
            .into_iter()
            .map(|(tag, at_most)| format!(r#"{{"tags": ["t{tag}"], "atMost": {at_most}}}"#))
            .collect();
        let on_failure = if back { "rollback" } else { "halt" };
        Shape {
            plan: format!(
                r#"{{"waves": [{}], "budgets": [{}], "onFailure": "{on_failure}"}}"#,
                waves.join(","),
                budgets.join(",")
            ),
            hosts: hosts
                .into_iter()
                .enumerate()
                .map(|(at, (wave, tag))| match count {
                    0 => format!("h{at}:+t{tag}"),
                    count => format!("h{at}:w{}+t{tag}", wave % count),
                })
                .collect(),
        }
    })
}

/// A host as it really is.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "any of them can be")]
struct Host {
    /// What is left of its way, and whether it is the way back.
    steps: Option<(u8, bool)>,
    /// When it began, while it has not said so.
    began: Option<jiff::Timestamp>,
    is_new: bool,
    has_committed: bool,
    has_failed: bool,
    is_gone: bool,
    /// Whether a person ever did without it.
    is_skipped: bool,
    /// Whether a person has given the room away that it takes.
    room_was_given: bool,
}

struct World {
    fleet: Fleet,
    hosts: BTreeMap<String, Host>,
    /// Waves that a person took as done.
    promoted: Vec<String>,
}

impl World {
    fn new(shape: &Shape) -> Self {
        let hosts: Vec<&str> = shape.hosts.iter().map(String::as_str).collect();
        let fleet = Fleet::new(&shape.plan, &hosts);
        let hosts = fleet.names().into_iter().map(|it| (it, Host::default())).collect();
        Self { fleet, hosts, promoted: vec![] }
    }

    fn pick(&self, at: Index) -> String {
        at.get(&self.fleet.names()).clone()
    }

    fn run_all(&mut self, ops: &[Op]) {
        for op in ops {
            self.run(op);
        }
    }

    fn run(&mut self, op: &Op) {
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

    fn ask(&mut self, name: &str) {
        let host = &self.hosts[name];
        if host.began.is_some_and(|it| self.fleet.now < it + ON_ITS_WAY) {
            // What it sent before it heard of its leave comes late.
            let why = "it has no room".into();
            return self.fleet.report(name, Phase::Refused { why }, OLD);
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
            host.steps = Some((2, host.is_new));
            host.began = Some(self.fleet.now);
            host.has_failed = false;
            self.the_canary_went_first(name);
        }
    }

    /// A host at rest says where it stands.
    fn tell(&mut self, name: &str) {
        let host = &self.hosts[name];
        let phase = match host {
            Host { is_new: true, .. } => Phase::Committed,
            Host { has_failed: true, .. } => Phase::Reverted { why: "it failed".into() },
            _ => Phase::Idle,
        };
        let running = if host.is_new { NEW } else { OLD };
        self.fleet.report(name, phase, running);
    }

    fn step(&mut self, name: &str, fails: bool) {
        let host = self.hosts.get_mut(name).unwrap();
        let Some((left, is_back)) = host.steps else { return };
        host.steps = left.checked_sub(1).map(|it| (it, is_back));
        let running = if host.is_new { NEW } else { OLD };
        let is_gone = host.is_gone;
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
            self.fleet.report(name, phase, running);
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

    /// Never more at once than a wave and each budget allow: what is on the way, or has failed.
    fn limits_hold(&self) {
        let is_rolling_back = self.fleet.log.iter().any(|it| it.kind == Kind::GiveUp);
        let takes = |it: &Host| {
            !it.room_was_given && (it.steps.is_some() || it.has_failed && !is_rolling_back)
        };
        let members = self.fleet.rollout.members();
        let plan = self.fleet.rollout.plan();
        for wave in &plan.waves {
            let of: Vec<_> =
                members.iter().filter(|it| it.wave.as_ref() == Some(&wave.name)).collect();
            let forgives = self.promoted.contains(&wave.name);
            let takes = |it: &Host| takes(it) && !(forgives && it.has_failed);
            let taking = of.iter().filter(|it| takes(&self.hosts[&it.name])).count();
            let most = wave.at_most.map_or(of.len(), |it| it.at_most(of.len()));
            assert!(taking <= most, "wave {}: {taking} of at most {most}", wave.name);
        }
        for budget in &plan.budgets {
            let of =
                members.iter().filter(|it| budget.tags.iter().any(|tag| it.tags.contains(tag)));
            let of: Vec<_> = of.collect();
            let taking = of.iter().filter(|it| takes(&self.hosts[&it.name])).count();
            let most = budget.at_most.at_most(of.len());
            assert!(taking <= most, "budget {:?}: {taking} of at most {most}", budget.tags);
        }
    }

    /// No host before a canary committed, but where a person took the canaries as done or left them out.
    fn the_canary_went_first(&self, name: &str) {
        let members = self.fleet.rollout.members();
        let wave_of = |name: &str| members.iter().find(|it| it.name == name).unwrap().wave.clone();
        let of = |wave: &str| -> Vec<&Host> {
            let of = members.iter().filter(|it| it.wave.as_deref() == Some(wave));
            of.map(|it| &self.hosts[&it.name]).collect()
        };
        let mut waves = self.fleet.rollout.waves();
        let canaries = waves.find(|it| of(it).iter().any(|it| !it.is_skipped));
        let Some(canaries) = canaries else { return };
        // Or of a wave before: it was left out, and somebody wanted it to try again.
        let mut until = self.fleet.rollout.waves().take_while(|it| *it != canaries);
        let own = wave_of(name);
        let is_one = own.as_deref() == Some(canaries) || until.any(|it| own.as_deref() == Some(it));
        let has_committed = of(canaries).iter().any(|it| it.has_committed);
        let promoted = self.promoted.iter().any(|it| it == canaries);
        assert!(
            is_one || has_committed || promoted || members[0].wave.is_none(),
            "{name} went before a host of {canaries} had committed"
        );
    }

    /// Everybody is there, and whatever is begun goes well: where does it end?
    fn end(&mut self) -> Decision {
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

fn again(world: &World, events: &[Event]) -> Rollout {
    let rollout = &world.fleet.rollout;
    let began = "2026-11-25T12:00:00Z".parse().unwrap();
    let mut again = Rollout::new(rollout.plan().clone(), rollout.members().to_vec(), began);
    for event in events {
        again.apply(event);
    }
    again
}

/// Who an event is from: each keeps its own order.
fn origin(event: &Event) -> String {
    match &event.kind {
        Kind::Report { host, .. } | Kind::Seen { host, .. } => host.clone(),
        Kind::Said { .. } => "people".into(),
        _ => "decisions".into(),
    }
}

fn shuffled(events: &[Event], order: &[Index]) -> Vec<Event> {
    let mut queues: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for event in events.iter().rev() {
        queues.entry(origin(event)).or_default().push(event.clone());
    }
    let mut order = order.iter().cycle();
    let mut all = Vec::new();
    while !queues.is_empty() {
        let names: Vec<String> = queues.keys().cloned().collect();
        let name = order.next().unwrap().get(&names);
        let queue = queues.get_mut(name).unwrap();
        all.extend(queue.pop());
        if queue.is_empty() {
            queues.remove(name);
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn limits_hold_and_the_canary_goes_first(
        shape in shape(),
        ops in prop::collection::vec(op(), 0..80),
    ) {
        let mut world = World::new(&shape);
        world.run_all(&ops);
    }

    /// It ends, or a person's word is what it waits for; and it says so.
    #[test]
    fn every_rollout_ends_or_says_what_it_waits_for(
        shape in shape(),
        ops in prop::collection::vec(op(), 0..60),
    ) {
        let mut world = World::new(&shape);
        world.run_all(&ops);
        let decision = world.end();
        prop_assert!(decision.sentence.starts_with("release 41"));
        for (host, verdict) in decision.verdicts() {
            let sentence = world.fleet.rollout.sentence(&decision, host).unwrap();
            prop_assert!(!sentence.is_empty() && sentence != "it waits", "{host} {verdict:?}");
        }
        if decision.state == State::Running {
            let held = decision.verdicts().filter(|it| it.1.standing == Standing::Held).count();
            let going_held = decision.verdicts().any(|it| it.1.standing == Standing::Going);
            prop_assert!(held > 0 || going_held, "{}", decision.sentence);
            prop_assert!(decision.sentence.contains('h'), "{}", decision.sentence);
        }
        prop_assert_eq!(decision.tally.unheard, 0);
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(
        shape in shape(),
        ops in prop::collection::vec(op(), 0..60),
        order in prop::collection::vec(any::<Index>(), 1..60),
        later in 0..600_i64,
    ) {
        let mut world = World::new(&shape);
        world.run_all(&ops);
        let log = world.fleet.log.clone();
        let at = world.fleet.now + jiff::SignedDuration::from_mins(later);
        let decision = world.fleet.rollout.decide(at);
        prop_assert_eq!(&again(&world, &log).decide(at), &decision);
        prop_assert_eq!(&again(&world, &shuffled(&log, &order)).decide(at), &decision);
    }

    /// A log that was cut down to what matters, or written and read, decides the same.
    #[test]
    fn a_log_that_was_cut_down_decides_the_same(
        shape in shape(),
        ops in prop::collection::vec(op(), 0..60),
        later in 0..600_i64,
    ) {
        let mut world = World::new(&shape);
        world.run_all(&ops);
        let at = world.fleet.now + jiff::SignedDuration::from_mins(later);
        let events = world.fleet.rollout.events();
        prop_assert!(events.len() <= world.fleet.names().len() * 10 + 12);
        let json = serde_json::to_string(&events).unwrap();
        let read: Vec<Event> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &events);
        let cut = again(&world, &read);
        prop_assert_eq!(cut.decide(at), world.fleet.rollout.decide(at));
        prop_assert_eq!(cut.events(), events);
    }
}
