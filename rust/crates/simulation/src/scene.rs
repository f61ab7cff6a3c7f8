//! What everything happens in: virtual time, chance, and the record of what was.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use crate::chaos::{Chaos, DAY, HOUR, MINUTE, SECOND};
use crate::happening::{Happening, Queue};
use crate::lines;

/// When all begins, in seconds since 1970: in November 2026.
const BEGIN: i64 = 1_795_600_000;

/// How far two control planes' clocks are apart at most, in milliseconds.
const APART: i64 = 10_000;

/// Virtual time, chance, and the record.
pub struct Scene<'a> {
    pub chaos: &'a Chaos,
    pub rng: Rng,
    pub now: u64,
    queue: Queue,
    /// What the control planes' clocks are off by, in milliseconds.
    clocks: Vec<i64>,
    pub messages: u64,
    pub digest: u64,
    trace: bool,
}

impl<'a> Scene<'a> {
    pub fn new(chaos: &'a Chaos, trace: bool) -> Self {
        Self {
            chaos,
            rng: Rng::with_seed(chaos.seed ^ 0x5eed),
            now: 0,
            queue: Queue::default(),
            clocks: vec![0; chaos.planes],
            messages: 0,
            digest: 0xcbf2_9ce4_8422_2325,
            trace,
        }
    }

    /// Whether nothing goes wrong any more.
    pub fn is_calm(&self) -> bool {
        self.now >= self.chaos.lasts
    }

    /// Time until all is well.
    pub fn left(&self) -> u64 {
        self.chaos.lasts.saturating_sub(self.now)
    }

    pub fn at(&mut self, at: u64, what: Happening) {
        self.queue.push(at, what);
    }

    /// Schedules what happens so often a day.
    pub fn often(&mut self, a_day: f64, what: Happening) {
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

    /// A message is on its way, once or twice, unless it is lost where it arrives.
    pub fn send(&mut self, what: impl Fn() -> Happening) {
        for _ in 0..=usize::from(self.chance(self.chaos.doubles)) {
            self.messages += 1;
            let at = self.now + 1 + self.rng.u64(0..self.chaos.delay);
            self.at(at, what());
        }
    }

    /// What happens next; it is the time of that now.
    pub fn next(&mut self) -> Option<Happening> {
        let (at, what) = self.queue.pop()?;
        self.now = at;
        Some(what)
    }

    /// Whether something happens that is so likely; nothing does where all is well.
    pub fn chance(&mut self, likely: f64) -> bool {
        likely > 0.0 && !self.is_calm() && self.rng.f64() < likely
    }

    /// One of so many; nothing is left to chance where there is one.
    pub fn any(&mut self, of: usize) -> usize {
        if of > 1 { self.rng.usize(0..of) } else { 0 }
    }

    /// What a control plane's clock says.
    pub fn clock(&self, plane: usize) -> Timestamp {
        let since = i64::try_from(self.now).unwrap_or(i64::MAX) + self.clocks[plane];
        begin() + SignedDuration::from_millis(since)
    }

    /// The control planes' clocks jump, those of several by about the same: the time that one tells
    /// another when it heard of a host is by its own clock.
    pub fn jump(&mut self) {
        let most = i64::try_from(if self.rng.bool() { HOUR } else { DAY }).unwrap_or(0);
        let by = self.rng.i64(-most..most);
        for plane in 0..self.clocks.len() {
            let off = if plane == 0 { 0 } else { self.rng.i64(-APART..APART) };
            self.clocks[plane] = by + off;
        }
        self.say(|| "the clocks jump".into());
    }

    /// A name for something that there is once.
    pub fn unique(&self) -> u64 {
        self.queue.count
    }

    /// Puts down what happened.
    pub fn say(&mut self, words: impl FnOnce() -> String) {
        let words = words();
        for byte in words.bytes().chain(self.now.to_le_bytes()) {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        if self.trace {
            lines::trace(&format!("{:>12} {words}", self.now));
        }
    }

    /// How long it has been, for people.
    pub fn elapsed(&self) -> String {
        let now = self.now;
        let (days, hours, minutes) = (now / DAY, now / HOUR % 24, now / MINUTE % 60);
        let (seconds, parts) = (now / SECOND % 60, now % SECOND);
        format!("{days} d {hours:02}:{minutes:02}:{seconds:02}.{parts:03}")
    }
}

/// When all begins.
pub fn begin() -> Timestamp {
    Timestamp::from_second(BEGIN).unwrap_or_default()
}
