//! What a log of events may be cut down to.

use std::sync::Arc;

use jiff::Timestamp;

use crate::command::Command;
use crate::event::{Event, Kind};
use crate::plan::Member;
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
        // Each was the newest when it was said, so one that is none of the others' is before them.
        let newest = self.told.as_ref();
        let mut before: Vec<&Arc<Told>> =
            [&self.arrived, &self.over].into_iter().flatten().collect();
        before.retain(|it| newest.is_none_or(|newest| !Arc::ptr_eq(it, newest)));
        before.sort_by_key(|it| (it.at, it.report.turn));
        before.dedup_by(|one, other| Arc::ptr_eq(one, other));
        for told in before.into_iter().chain(newest) {
            let mut report = told.report.clone();
            if newest.is_some_and(|it| Arc::ptr_eq(it, told)) {
                report.turn = self.turn;
            }
            events.push(Event { at: told.at, kind: Kind::Report { host: host(), report } });
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
}
