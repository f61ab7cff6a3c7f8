//! What is known of one host: a fold over the events that concern it.
//!
//! What a host says counts in its own order, what others say of it by the time that it has. So it does
//! not matter in what order events of different origin arrive.

use std::time::Duration;

use jiff::Timestamp;

use crate::event::{Event, Kind};
use crate::report::Report;
use crate::time::after;
use crate::{Command, Member};

/// How long what a host sent may be on its way: no connection is held for so long.
const LONGEST_WAY: Duration = Duration::from_secs(10 * 60);

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

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Track {
    /// The newest that it said.
    pub told: Option<Told>,
    /// Since when it runs the release's system, committed.
    pub arrived: Option<Told>,
    /// The newest that says of a try that it is over.
    pub over: Option<Told>,
    /// When it was last heard of.
    pub seen: Option<Timestamp>,
    /// The boot before the one that it is in, and since when: what still comes from there is late.
    last_boot: Option<(String, Timestamp)>,
    pub go: Option<Timestamp>,
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
        if let Some(told) = &mut self.told {
            if told.report.is_as(&report) {
                told.report.turn = report.turn;
                return;
            }
            if told.report.boot != report.boot {
                self.last_boot = Some((std::mem::take(&mut told.report.boot), at));
            }
        }
        self.take(Told { at, report }, system);
    }

    fn take(&mut self, told: Told, system: &str) {
        if told.report.has_arrived(system) {
            self.arrived.get_or_insert_with(|| told.clone());
        } else {
            self.arrived = None;
        }
        if told.report.phase.is_over() {
            self.over = Some(told.clone());
        }
        self.told = Some(told);
    }

    /// Whether it was said before what is known. Of boots none tells which is the later, so what was
    /// taken for the newest by mistake is so for a while and no longer.
    pub fn is_late(&self, report: &Report, at: Timestamp) -> bool {
        let Some(Told { report: known, .. }) = &self.told else { return false };
        if known.boot == report.boot {
            return report.turn != 0 && report.turn < known.turn;
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
            seen: self.seen,
            last_boot: self.last_boot,
            go: self.go,
            hold: self.hold,
            ..Self::default()
        };
        if let Some(told) = self.told {
            next.take(told, system);
        }
        next
    }

    /// Since when it may be about to go, and has not said so.
    pub fn leave(&self, began: Timestamp) -> Option<Timestamp> {
        let Some(told) = &self.told else { return self.go };
        let is_busy = told.report.phase.is_busy();
        // Leave of an older release, or from before a person did without the host: one that is at rest
        // when it is heard of again has not begun and will not.
        let skipped = self.skip.as_ref().map(|it| it.at);
        let is_old = |it: Timestamp| it < began && self.seen >= Some(began);
        let was_left_out = |it: Timestamp| skipped >= Some(it) && self.seen > skipped;
        let is_void = |it: Timestamp| !is_busy && (is_old(it) || was_left_out(it));
        let over = self.over.as_ref().map(|it| it.at);
        let has_gone = |it: Timestamp| !is_busy && over > Some(it);
        self.go.filter(|it| !is_void(*it) && !has_gone(*it))
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
        let retried = self.retry.as_ref().is_some_and(|it| it.at >= told.at);
        (!retried).then_some((why, told.at))
    }

    /// Whether a person let a failure be tried again, and it was not yet.
    pub fn is_to_try_again(&self, system: &str) -> bool {
        self.told.as_ref().is_some_and(|it| it.report.failure_of(system).is_some())
            && self.failure(system).is_none()
    }

    /// Events that make the same of an empty one, in their order.
    pub fn events(&self, member: &Member) -> Vec<Event> {
        let host = || member.name.clone();
        let mut events = Vec::new();
        let told = [&self.arrived, &self.over, &self.told];
        let mut told: Vec<&Told> = told.into_iter().flatten().collect();
        told.sort_by_key(|it| (it.at, it.report.turn));
        told.dedup();
        for Told { at, report } in told {
            events.push(Event {
                at: *at,
                kind: Kind::Report { host: host(), report: report.clone() },
            });
        }
        let at = |at: Option<Timestamp>, kind: Kind| at.map(|at| Event { at, kind });
        events.extend(at(self.seen, Kind::Seen { host: host() }));
        events.extend(at(self.go, Kind::Go { host: host() }));
        let mut word = |word: &Option<Word>, command: Command| {
            if let Some(Word { at, by, .. }) = word {
                events.push(Event { at: *at, kind: Kind::Said { by: by.clone(), command } });
            }
        };
        match self.is_held() {
            Some(_) => word(&self.hold, Command::Hold { host: host() }),
            None => word(&self.hold, Command::Release { host: host() }),
        }
        word(&self.retry, Command::Retry { host: host() });
        word(&self.skip, Command::Skip { host: host() });
        events
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
