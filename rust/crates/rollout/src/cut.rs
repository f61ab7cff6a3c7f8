//! What a log of events may be cut down to.

use std::sync::Arc;

use jiff::Timestamp;

use crate::command::Command;
use crate::event::{Event, Kind};
use crate::plan::Member;
use crate::report::{Phase, Report};
use crate::rollout::{Rollout, WaveTrack};
use crate::track::{Told, Track, Word};

impl Rollout {
    /// The fewest events that make the same of a new rollout, in the order of their times: what a log
    /// may be cut down to.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        for (member, track) in self.members.iter().zip(&self.tracks) {
            events.extend(track.events(member));
        }
        let mut add = |at: Timestamp, kind: Kind| events.push(Event { at, kind });
        let said = |word: &Word, command| Kind::Said { by: word.by.clone(), command };
        for WaveTrack { wave, passed, promoted, .. } in &self.waves {
            let wave = || wave.name.clone();
            if let Some(at) = passed {
                add(*at, Kind::Passed { wave: wave() });
            }
            if let Some(word) = promoted {
                add(word.at, said(word, Command::Promote { wave: wave() }));
            }
        }
        if let Some(word) = &self.pause {
            add(word.at, said(word, if word.holds { Command::Pause } else { Command::Resume }));
        }
        if let Some(it) = &self.abort {
            add(it.at, said(it, Command::Abort));
        }
        if let Some(at) = &self.given_up {
            add(*at, Kind::GiveUp);
        }
        if let Some((at, it)) = &self.superseded {
            add(*at, Kind::Superseded { sequence: *it });
        }
        events.sort_by_key(|it| it.at);
        events
    }
}

impl Track {
    /// Events that make the same of an empty one, in their order.
    fn events(&self, member: &Member) -> Vec<Event> {
        let host = || member.name.clone();
        let mut events = Vec::new();
        let report = |at, report| Event { at, kind: Kind::Report { host: host(), report } };
        events.extend(self.end_of_the_last_try(&member.system).map(|(at, it)| report(at, it)));
        let newest = self.told.as_ref();
        let is_newest = |it: &Arc<Told>| newest.is_some_and(|newest| Arc::ptr_eq(newest, it));
        // It was the newest when it was said, so one that is not is before that.
        let arrived = self.arrived.as_ref().filter(|it| !is_newest(it));
        for told in arrived.into_iter().chain(newest) {
            let mut said = told.report.clone();
            if is_newest(told) {
                said.turn = self.turn;
            }
            events.push(report(told.at, said));
        }
        let at = |at: Option<Timestamp>, kind: Kind| at.map(|at| Event { at, kind });
        events.extend(at(self.seen, Kind::Seen { host: host(), stays: false }));
        events.extend(at(self.go, Kind::Go { host: host() }));
        events.extend(at(self.stayed, Kind::Seen { host: host(), stays: true }));
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

    /// That its last try is over, where what else is kept of what it said does not say so: without what it
    /// said then, but that it ran the system if it has since.
    fn end_of_the_last_try(&self, system: &str) -> Option<(Timestamp, Report)> {
        let over = self.over?;
        let says_so = |it: &Arc<Told>| {
            it.at == over.at && it.report.phase.is_over() && it.report.tries == over.tries
        };
        if [&self.told, &self.arrived].into_iter().flatten().any(says_so) {
            return None;
        }
        let had_arrived = self.arrived.as_ref().is_some_and(|it| it.at <= over.at);
        let failed = Phase::Reverted { why: String::new() };
        let phase = if over.has_failed { failed } else { Phase::Committed };
        let report = Report {
            phase,
            tries: over.tries,
            boot: self.told.as_ref().map(|it| it.report.boot.clone()).unwrap_or_default(),
            running: if had_arrived { system.to_owned() } else { String::new() },
            ..Report::default()
        };
        Some((over.at, report))
    }
}
