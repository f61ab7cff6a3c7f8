//! The world: what happens when, in virtual time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use nixfleet_agent::core::Action;
use nixfleet_control_plane::core::Core;
use nixfleet_link::{Answer, CheckIn, LONGEST_HOLD};
use nixfleet_rollout::{Command, State};

use crate::belief::{Handed, Judged};
use crate::chaos::{Chaos, DAY, HOUR, MINUTE, SECOND};
use crate::host::{Fault, Host};
use crate::hostile;
use crate::invariants::{self, Watch};
use crate::plane::{Disk, Plane};
use crate::release::{Release, Shape};

/// For how long all is well at the end, at most: the longest silence, and every soak.
const CALM: u64 = 5 * DAY;

/// When all begins, in seconds since 1970: in November 2026.
const BEGIN: i64 = 1_795_600_000;

/// How much longer it waits to decide where nobody said anything new.
const LOOK_EVERY: u64 = 50;

/// Something that happens.
enum Happening {
    /// A host has done what it was about.
    Done {
        host: usize,
        token: u64,
    },
    /// A host says something that it may have said before.
    Ask {
        host: usize,
        request: u64,
    },
    ToPlane {
        host: usize,
        request: u64,
        said: Box<CheckIn>,
    },
    ToHost {
        host: usize,
        request: u64,
        answer: Box<Answer>,
    },
    /// No answer came in time.
    Late {
        host: usize,
        request: u64,
    },
    /// A check-in was held for long enough.
    LetGo {
        host: usize,
        request: u64,
    },
    Decide,
    StartPlane,
    Publish,
    /// The newest release is brought again, if it is not there.
    Bring,
    CutOff,
    Mend {
        host: usize,
    },
    GoAway,
    ComeBack {
        host: usize,
    },
    LoseDatabase,
    Jump,
    Word,
    /// Whether everything has come to its end.
    Look,
}

struct Entry {
    at: u64,
    number: u64,
    what: Happening,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

/// The world.
pub struct World<'a> {
    chaos: &'a Chaos,
    trace: bool,
    rng: Rng,
    now: u64,
    queue: BinaryHeap<Reverse<Entry>>,
    numbers: u64,
    shape: Shape,
    hosts: Vec<Host>,
    index: BTreeMap<String, usize>,
    plane: Plane,
    yesterday: Disk,
    releases: Vec<Release>,
    /// One that a stranger made.
    forged: Release,
    judged: Judged,
    watch: Watch,
    /// What the control plane's clock is off by, in milliseconds.
    clock: i64,
    decides_at: Option<u64>,
    messages: u64,
    starts: u64,
    digest: u64,
}

impl<'a> World<'a> {
    pub fn new(chaos: &'a Chaos, trace: bool) -> Self {
        let mut rng = Rng::with_seed(chaos.seed ^ 0x5eed);
        let shape = Shape::of(&mut rng, chaos.hosts);
        let hosts: Vec<Host> = shape.hosts.iter().map(|(name, ..)| Host::new(name)).collect();
        Self {
            chaos,
            trace,
            rng,
            now: 0,
            queue: BinaryHeap::new(),
            numbers: 0,
            index: hosts.iter().enumerate().map(|(at, it)| (it.name.clone(), at)).collect(),
            watch: Watch::new(&shape, chaos.hostile > 0.0),
            forged: shape.forged(Timestamp::from_second(BEGIN).unwrap_or_default()),
            judged: Judged::default(),
            plane: Plane::default(),
            yesterday: Disk::default(),
            releases: Vec::new(),
            shape,
            hosts,
            clock: 0,
            decides_at: None,
            messages: 0,
            starts: 0,
            digest: 0xcbf2_9ce4_8422_2325,
        }
    }

    /// Runs to the end; a line that says what was, or what did not hold and when.
    pub fn run(mut self) -> Result<String, String> {
        let outcome = self.try_run();
        let days = self.now / DAY;
        let at = format!(
            "{days} d {:02}:{:02}:{:02}.{:03}",
            self.now / HOUR % 24,
            self.now / MINUTE % 60,
            self.now / SECOND % 60,
            self.now % SECOND
        );
        outcome.map_err(|why| {
            let view = self.plane.core.as_ref().and_then(Core::view);
            let said = view.map_or_else(|| "nothing".into(), |it| it.sentence);
            format!("after {at}: {why}; the control plane says: {said}")
        })?;
        let state = self.plane.core.as_ref().and_then(Core::view).map(|it| it.state);
        let state = serde_json::to_value(state).unwrap_or_default();
        Ok(format!(
            "{} hosts, {} waves, {} releases, {at}, {} messages, {} starts of the control plane: {} ({:016x})",
            self.hosts.len(),
            self.shape.waves.len(),
            self.releases.len(),
            self.messages,
            self.starts,
            state.as_str().unwrap_or("no release"),
            self.digest,
        ))
    }

    fn try_run(&mut self) -> Result<(), String> {
        self.start_plane()?;
        for host in 0..self.hosts.len() {
            self.hosts[host].start(self.now);
            self.stepped(host)?;
        }
        for at in 0..self.chaos.releases {
            let within = self.chaos.lasts * 3 / 4;
            let when = if at == 0 { MINUTE } else { self.rng.u64(MINUTE..within) };
            self.at(when, Happening::Publish);
        }
        self.at(HOUR, Happening::Bring);
        for (rate, what) in [
            (self.chaos.cut_off, Happening::CutOff),
            (self.chaos.away, Happening::GoAway),
            (self.chaos.losses, Happening::LoseDatabase),
            (self.chaos.jumps, Happening::Jump),
            (self.chaos.words, Happening::Word),
        ] {
            self.often(rate, what);
        }
        self.at(self.chaos.lasts + HOUR, Happening::Look);
        while let Some(Reverse(Entry { at, what, .. })) = self.queue.pop() {
            self.now = at;
            if self.is_calm() && self.now > self.chaos.lasts + CALM {
                return self.look();
            }
            if let Happening::Look = what {
                let is_at_rest = self.hosts.iter().all(|it| !it.is_busy() && !it.is_away);
                let view = self.plane.core.as_ref().and_then(Core::view);
                if is_at_rest
                    && view.is_some_and(|it| it.state != State::Running)
                    && self.look().is_ok()
                {
                    return Ok(());
                }
                self.at(self.now + HOUR, Happening::Look);
                continue;
            }
            self.happen(what)?;
        }
        Err("nothing happens any more".into())
    }

    fn look(&self) -> Result<(), String> {
        let view = self.plane.core.as_ref().and_then(Core::view);
        let view = view.ok_or("there is no release")?;
        let newest = self.releases.last().ok_or("there is no release")?;
        let Chaos { faults, bad, words, cut_off, away, ends, losses, hostile, .. } = *self.chaos;
        let wrongs = [faults, bad, words, cut_off, away, ends, losses, hostile];
        let is_calm = wrongs.iter().all(|it| *it == 0.0);
        invariants::end(&view, &self.hosts, newest, is_calm)
    }

    /// Whether nothing goes wrong any more.
    fn is_calm(&self) -> bool {
        self.now >= self.chaos.lasts
    }

    fn at(&mut self, at: u64, what: Happening) {
        self.numbers += 1;
        self.queue.push(Reverse(Entry { at, number: self.numbers, what }));
    }

    /// Schedules what happens so often a day.
    fn often(&mut self, a_day: f64, what: Happening) {
        if a_day > 0.0 {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss
            )]
            let wait = (self.rng.f64() * 2.0 * DAY as f64 / a_day) as u64;
            let at = self.now + wait;
            if at < self.chaos.lasts {
                self.at(at, what);
            }
        }
    }

    fn chance(&mut self, likely: f64) -> bool {
        likely > 0.0 && !self.is_calm() && self.rng.f64() < likely
    }

    fn clock(&self) -> Timestamp {
        let begin = Timestamp::from_second(BEGIN).unwrap_or_default();
        let since = i64::try_from(self.now).unwrap_or(i64::MAX) + self.clock;
        begin + SignedDuration::from_millis(since)
    }

    fn say(&mut self, words: impl FnOnce() -> String) {
        let words = words();
        for byte in words.bytes().chain(self.now.to_le_bytes()) {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        if self.trace {
            eprintln!("{:>12} {words}", self.now);
        }
    }

    fn happen(&mut self, what: Happening) -> Result<(), String> {
        match what {
            Happening::Done { host, token } => self.done(host, token)?,
            Happening::Ask { host, request } => {
                if self.hosts[host].request == request && !self.hosts[host].is_away {
                    self.check_in(host, true);
                }
            }
            Happening::ToPlane { host, request, said } => self.reach_plane(host, request, *said),
            Happening::ToHost { host, request, answer } => self.reach_host(host, request, *answer),
            Happening::Late { host, request } => {
                let it = &mut self.hosts[host];
                if it.request == request && !it.is_away {
                    it.unheard();
                    let after = it.pause / 2 + self.rng.u64(0..=it.pause);
                    self.at(self.now + after, Happening::Ask { host, request });
                }
            }
            Happening::LetGo { host, request } => {
                let name = self.hosts[host].name.clone();
                if let Some(answer) = self.plane.let_go(&name, request) {
                    self.answer(host, request, &answer);
                }
            }
            // A later one, where it was decided earlier.
            Happening::Decide if self.decides_at != Some(self.now) => {}
            Happening::Decide => {
                self.decides_at = None;
                self.decide();
            }
            Happening::StartPlane => self.start_plane()?,
            Happening::Publish => self.publish()?,
            Happening::Bring => {
                self.at(self.now + HOUR, Happening::Bring);
                self.bring()?;
            }
            Happening::CutOff => {
                let host = self.rng.usize(0..self.hosts.len());
                self.hosts[host].is_cut_off = true;
                self.say(|| format!("cut off {host}"));
                let after = self.rng.u64(MINUTE..12 * HOUR).min(self.left());
                self.at(self.now + after, Happening::Mend { host });
                self.often(self.chaos.cut_off, Happening::CutOff);
            }
            Happening::Mend { host } => self.hosts[host].is_cut_off = false,
            Happening::GoAway => {
                let host = self.rng.usize(0..self.hosts.len());
                self.often(self.chaos.away, Happening::GoAway);
                if !self.hosts[host].is_away {
                    self.say(|| format!("away {host}"));
                    self.hosts[host].is_away = true;
                    self.hosts[host].token += 1;
                    let after = self.rng.u64(HOUR..30 * DAY).min(self.left());
                    self.at(self.now + after, Happening::ComeBack { host });
                }
            }
            Happening::ComeBack { host } => {
                self.hosts[host].is_away = false;
                self.hosts[host].boot(self.now);
                self.stepped(host)?;
            }
            Happening::LoseDatabase => {
                self.often(self.chaos.losses, Happening::LoseDatabase);
                self.say(|| "database lost or put back".into());
                self.watch.lost = true;
                self.plane.end();
                self.plane.disk =
                    if self.rng.bool() { Disk::default() } else { self.yesterday.clone() };
                self.at(self.now + MINUTE, Happening::StartPlane);
            }
            Happening::Jump => {
                self.often(self.chaos.jumps, Happening::Jump);
                let most = i64::try_from(if self.rng.bool() { HOUR } else { DAY }).unwrap_or(0);
                self.clock = self.rng.i64(-most..most);
                self.say(|| "the clock jumps".into());
            }
            Happening::Word => {
                self.often(self.chaos.words, Happening::Word);
                self.word();
            }
            Happening::Look => {}
        }
        Ok(())
    }

    /// Time until all is well.
    fn left(&self) -> u64 {
        self.chaos.lasts.saturating_sub(self.now)
    }

    fn done(&mut self, host: usize, token: u64) -> Result<(), String> {
        if self.hosts[host].token != token {
            return Ok(());
        }
        let is_spared = matches!(self.hosts[host].action, Action::Poll { .. } | Action::Reboot);
        let fault = if !is_spared && self.chance(self.chaos.faults) {
            Fault::ALL[self.rng.usize(0..Fault::ALL.len())]
        } else {
            Fault::None
        };
        let name = self.hosts[host].name.clone();
        let tried = self.hosts[host].state.step.target().map_or(0, |it| it.sequence);
        let holds = self.holds(host, tried);
        let needs_boot = tried.is_multiple_of(2);
        let here = self.plane.core.as_ref().and_then(|it| it.shelf()).map(|it| it.known);
        let here = here.filter(|_| !self.hosts[host].is_cut_off);
        let action = self.hosts[host].action.name();
        if action != "poll" {
            self.say(|| format!("{name} {action} {tried} {fault:?}"));
        }
        let is_hostile = here.is_some() && action == "poll" && self.chance(self.chaos.hostile);
        let other = self.shape.hosts[self.rng.usize(0..self.shape.hosts.len())].0.clone();
        let of =
            |it: nixfleet_link::Known| self.releases.iter().find(|release| release.hash == it.hash);
        let handed = if is_hostile {
            let names = (name.as_str(), other.as_str());
            Some(hostile::hands(&mut self.rng, &self.releases, &self.forged, names))
        } else {
            here.and_then(of).map(|it| Handed::of(it, it, (it, &name)))
        };
        let of_machine = (holds, needs_boot);
        self.hosts[host].act(self.now, fault, of_machine, (handed.as_ref(), &self.judged));
        self.stepped(host)
    }

    /// Whether a release holds on a host: it follows from the seed, not from when it is asked.
    fn holds(&self, host: usize, sequence: u64) -> bool {
        let of = |text: u64| Rng::with_seed(self.chaos.seed.wrapping_mul(31) ^ text).f64();
        let is_bad = of(sequence) < self.chaos.bad;
        let fails = of(sequence * 100_003 + host as u64) < 0.5;
        !(is_bad && fails)
    }

    fn stepped(&mut self, host: usize) -> Result<(), String> {
        let it = &self.hosts[host];
        self.watch.step(host, it)?;
        let (token, at) = (it.token, self.now + it.takes());
        self.at(at, Happening::Done { host, token });
        self.check_in(host, false);
        Ok(())
    }

    fn check_in(&mut self, host: usize, again: bool) {
        let Some(said) = self.hosts[host].says(self.now, again) else { return };
        let request = self.hosts[host].request;
        let within = (LONGEST_HOLD + 30) * SECOND;
        self.at(self.now + within, Happening::Late { host, request });
        for _ in 0..=usize::from(self.chance(self.chaos.doubles)) {
            let at = self.arrives();
            let said = Box::new(said.clone());
            self.at(at, Happening::ToPlane { host, request, said });
        }
    }

    fn arrives(&mut self) -> u64 {
        self.messages += 1;
        self.now + 1 + self.rng.u64(0..self.chaos.delay)
    }

    fn is_lost(&mut self, host: usize) -> bool {
        self.hosts[host].is_cut_off || self.hosts[host].is_away || self.chance(self.chaos.loss)
    }

    fn reach_plane(&mut self, host: usize, request: u64, said: CheckIn) {
        if self.is_lost(host) || self.plane.core.is_none() {
            return;
        }
        let name = self.hosts[host].name.clone();
        let now = self.clock();
        self.say(|| format!("{name} says {:?} {}", said.report.phase, said.report.running));
        if self.chance(self.chaos.ends) {
            // Before what was said is written down, or after it and before it is answered.
            let written = self.rng.bool();
            self.plane.check_in(&name, request, said, now, written);
            self.plane.end();
            let after = self.rng.u64(SECOND..5 * MINUTE);
            self.at(self.now + after, Happening::StartPlane);
            return;
        }
        let is_news = self.plane.check_in(&name, request, said, now, true);
        self.at(self.now + LONGEST_HOLD * SECOND, Happening::LetGo { host, request });
        if is_news {
            return self.decide_soon();
        }
        // That somebody was heard of again is no hurry.
        self.decide_within(LOOK_EVERY * self.chaos.decides_every);
        if let Some((request, answer)) = self.plane.news(&name) {
            self.answer(host, request, &answer);
        }
    }

    fn decide_soon(&mut self) {
        self.decide_within(self.chaos.decides_every);
    }

    fn decide_within(&mut self, wait: u64) {
        let at = self.now + wait;
        if self.decides_at.is_none_or(|it| it > at) {
            self.decides_at = Some(at);
            self.at(at, Happening::Decide);
        }
    }

    fn decide(&mut self) {
        let now = self.clock();
        for (name, request, answer) in self.plane.decide(now) {
            self.answer(self.index[&name], request, &answer);
        }
        let next = self.plane.core.as_ref().and_then(Core::next);
        if let Some(next) = next {
            let wait = next.as_millisecond() - now.as_millisecond();
            self.decide_within(u64::try_from(wait).unwrap_or(0).clamp(SECOND, HOUR));
        }
    }

    fn answer(&mut self, host: usize, request: u64, answer: &Answer) {
        let mut answer = answer.clone();
        if self.chance(self.chaos.hostile) {
            let offered = hostile::offered(&mut self.rng, &self.releases, &self.forged);
            answer.mark = format!("hostile-{}", self.numbers);
            answer.offered = Some(offered);
        }
        self.say(|| format!("h{host:05} is told {}", answer.mark));
        for _ in 0..=usize::from(self.chance(self.chaos.doubles)) {
            let at = self.arrives();
            let answer = Box::new(answer.clone());
            self.at(at, Happening::ToHost { host, request, answer });
        }
    }

    fn reach_host(&mut self, host: usize, request: u64, answer: Answer) {
        // The answer to what was given up has no connection to come by.
        if self.is_lost(host) || self.hosts[host].request != request {
            return;
        }
        let again = (answer.again * SECOND).min(600 * SECOND);
        let it = &mut self.hosts[host];
        let is_news = it.heard(answer);
        it.retries(self.now);
        if is_news && matches!(it.action, Action::Poll { .. }) {
            it.token += 1;
            let token = it.token;
            self.at(self.now, Happening::Done { host, token });
        }
        self.at(self.now + again, Happening::Ask { host, request });
    }

    fn start_plane(&mut self) -> Result<(), String> {
        if self.plane.core.is_none() {
            self.starts += 1;
            let now = self.clock();
            self.say(|| "the control plane starts".into());
            self.plane.start(now)?;
            self.decide_soon();
        }
        Ok(())
    }

    fn publish(&mut self) -> Result<(), String> {
        let sequence = self.releases.len() as u64 + 1;
        let back = self.rng.bool();
        let release = self.shape.release(sequence, self.clock(), back);
        self.releases.push(release);
        self.watch.made = sequence;
        self.yesterday = self.plane.disk.clone();
        self.bring()
    }

    fn bring(&mut self) -> Result<(), String> {
        let Some(core) = &self.plane.core else { return Ok(()) };
        let here = core.shelf().map_or(0, |it| it.known.sequence);
        let Some(newest) = self.releases.last().filter(|it| it.sequence > here) else {
            return Ok(());
        };
        let (files, sequence) = (newest.files.clone(), newest.sequence);
        let now = self.clock();
        self.say(|| format!("release {sequence} is brought"));
        self.plane.bring(files, now)?;
        self.watch.published(sequence, &self.hosts);
        self.decide_soon();
        Ok(())
    }

    fn word(&mut self) {
        let host = self.hosts[self.rng.usize(0..self.hosts.len())].name.clone();
        let newest = self.releases.len() as u64;
        let command = match self.rng.u8(0..if self.chaos.bold { 9 } else { 5 }) {
            0 => Command::Pause,
            1 | 2 => Command::Resume,
            3 => Command::Hold { host },
            4 => Command::Release { host },
            5 => Command::Skip { host },
            6 => Command::Retry { host },
            7 => match self.shape.waves.first() {
                Some(wave) => Command::Promote { wave: wave.name.clone() },
                None => Command::Resume,
            },
            _ => Command::Abort,
        };
        if matches!(command, Command::Skip { .. } | Command::Retry { .. } | Command::Promote { .. })
        {
            self.watch.bold.insert(newest);
        }
        self.say(|| format!("ops says {command:?}"));
        let now = self.clock();
        self.plane.say(command, now);
        self.decide_soon();
    }
}
