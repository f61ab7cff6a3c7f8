//! What is known of one host: a fold over the events that concern it.
//!
//! What a host says counts in its own order, what others say of it by the time that it has. So it does
//! not matter in what order events of different origin arrive.

use std::sync::Arc;

use jiff::Timestamp;

use crate::Command;
use crate::limits::LONGEST_WAY;
use crate::report::{Phase, Report};
use crate::time::after;

/// Something that a host said, and when it said so first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub at: Timestamp,
    pub report: Report,
}

/// Something that a person said, or took back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub at: Timestamp,
    pub by: String,
    pub holds: bool,
}

/// That a try is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    pub at: Timestamp,
    /// How many tries had begun.
    pub tries: u64,
    pub has_failed: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Track {
    /// The newest that it said. It is often what the next two are as well: each is kept once.
    pub told: Option<Arc<Told>>,
    /// The newest turn with which it said that.
    pub turn: u64,
    /// Since when it runs the release's system, committed.
    pub arrived: Option<Arc<Told>>,
    /// The end of the last try, when it was first said.
    pub over: Option<Over>,
    /// When it was last heard of.
    pub seen: Option<Timestamp>,
    /// The boot before the one that it is in, and since when: what still comes from there is late.
    last_boot: Option<(String, Timestamp)>,
    pub go: Option<Timestamp>,
    /// When it was known to have stayed, whatever leave it had.
    pub stayed: Option<Timestamp>,
    pub retry: Option<Word>,
    pub hold: Option<Word>,
    pub skip: Option<Word>,
}

impl Track {
    pub fn reported(&mut self, at: Timestamp, report: Report, system: &str) {
        let report = report.tamed();
        if self.is_late(&report, at) {
            return;
        }
        self.was_seen(at);
        self.turn = report.turn;
        if let Some(told) = &self.told {
            if told.report.is_as(&report) {
                return;
            }
            if told.report.boot != report.boot {
                self.last_boot = Some((told.report.boot.clone(), at));
            }
        }
        self.take(Arc::new(Told { at, report }), system);
    }

    fn take(&mut self, told: Arc<Told>, system: &str) {
        if told.report.has_arrived(system) {
            self.arrived.get_or_insert_with(|| told.clone());
        } else {
            self.arrived = None;
        }
        if let Some(over) = self.end_of_a_try(&told) {
            self.over = Some(over);
        }
        self.told = Some(told);
    }

    /// Whether it says of a try for the first time that it is over. A host that was held, stood before
    /// something in the way, or has restarted says again how its last try ended, and that may be from before
    /// it heard of its leave.
    fn end_of_a_try(&self, told: &Told) -> Option<Over> {
        let Report { phase, tries, .. } = &told.report;
        let (tries, has_failed) = (*tries, phase.failure().is_some());
        let is_said = |it: Over| (it.tries, it.has_failed) == (tries, has_failed);
        let is_first = self.is_busy() || !self.over.is_some_and(is_said);
        (phase.is_over() && is_first).then_some(Over { at: told.at, tries, has_failed })
    }

    /// Whether it was said before what is known. Of boots none tells which is the later, so what was
    /// taken for the newest by mistake is so for a while and no longer.
    pub fn is_late(&self, report: &Report, at: Timestamp) -> bool {
        let Some(told) = &self.told else { return false };
        if told.report.boot == report.boot {
            return report.turn != 0 && report.turn < self.turn;
        }
        let last = self.last_boot.as_ref().filter(|(boot, _)| *boot == report.boot);
        last.is_some_and(|(_, since)| at < after(*since, LONGEST_WAY))
    }

    pub fn was_seen(&mut self, at: Timestamp) {
        self.seen = self.seen.max(Some(at));
    }

    pub fn said(&mut self, at: Timestamp, by: &str, command: &Command) {
        let (word, holds) = match command {
            Command::Hold { .. } => (&mut self.hold, true),
            Command::Release { .. } => (&mut self.hold, false),
            Command::Skip { .. } => (&mut self.skip, true),
            Command::Retry { .. } => (&mut self.retry, true),
            _ => return,
        };
        if word.as_ref().is_none_or(|it| it.at <= at) {
            *word = Some(Word { at, by: by.to_owned(), holds });
        }
    }

    /// The same host under a newer release.
    pub fn under(self, system: &str) -> Self {
        let mut next = Self {
            turn: self.turn,
            seen: self.seen,
            last_boot: self.last_boot,
            go: self.go,
            stayed: self.stayed,
            hold: self.hold,
            over: self.over,
            ..Self::default()
        };
        if let Some(told) = self.told {
            next.take(told, system);
        }
        next
    }

    /// Since when it may be about to go, and has not said so.
    ///
    /// What it says at rest may be from before it heard of its leave, and it may have begun since. So
    /// leave is over with the end of a try, or once the host is known to have stayed.
    pub fn leave(&self) -> Option<Timestamp> {
        let over = self.over.map(|it| it.at);
        self.go.filter(|it| self.has_leave(*it) && (self.is_busy() || over <= Some(*it)))
    }

    /// Whether it was given leave since a time, and is not known to have stayed.
    pub fn was_given_leave(&self, since: Timestamp) -> bool {
        self.go.is_some_and(|it| it >= since && self.has_leave(it))
    }

    fn has_leave(&self, go: Timestamp) -> bool {
        self.stayed <= Some(go)
    }

    /// Since when one that may be about to go is to stay all the same, whether or not it heard so: a person
    /// holds it or does without it, an operator on the host holds it, or a newer release has come.
    ///
    /// It is the time of an event, and so the same for all who read the same log; and another one where the
    /// host was to go in between, since what it is called back for then is of later.
    pub fn called_back(&self, began: Timestamp) -> Option<Timestamp> {
        let go = self.leave().filter(|_| !self.is_busy())?;
        let is_held_there = |it: &&Arc<Told>| matches!(it.report.phase, Phase::Held { .. });
        let held_there = self.told.as_ref().filter(is_held_there).map(|it| it.at);
        let words = [self.is_held(), self.is_skipped()].map(|it| it.map(|it| it.at));
        let newer = (go < began).then_some(began);
        words.into_iter().chain([held_there, newer]).flatten().min().map(|it| it.max(go))
    }

    fn is_busy(&self) -> bool {
        self.told.as_ref().is_some_and(|it| it.report.phase.is_busy())
    }

    /// Who does without it. Who wants it to try again wants it back.
    pub fn is_skipped(&self) -> Option<&Word> {
        let retried = self.retry.as_ref().map(|it| it.at);
        self.skip.as_ref().filter(|it| Some(it.at) > retried)
    }

    pub fn is_held(&self) -> Option<&Word> {
        self.hold.as_ref().filter(|it| it.holds)
    }

    /// Why the release failed there, unless it is to try again.
    pub fn failure(&self, system: &str) -> Option<(&str, Timestamp)> {
        let told = self.told.as_ref()?;
        let why = told.report.failure_of(system)?;
        let since = self.over.map_or(told.at, |it| it.at);
        let retried = self.retry.as_ref().is_some_and(|it| it.at >= since);
        (!retried).then_some((why, since))
    }

    /// Whether a person let a failure be tried again, and it was not yet.
    pub fn is_to_try_again(&self, system: &str) -> bool {
        self.told.as_ref().is_some_and(|it| it.report.failure_of(system).is_some())
            && self.failure(system).is_none()
    }
}

impl Report {
    /// Success: it is committed, or at rest, and what it runs is the release's.
    fn has_arrived(&self, system: &str) -> bool {
        !self.phase.is_busy() && self.running == system && self.failure_of(system).is_none()
    }

    fn failure_of(&self, system: &str) -> Option<&str> {
        self.phase.failure().filter(|_| self.target.as_deref() == Some(system))
    }
}
