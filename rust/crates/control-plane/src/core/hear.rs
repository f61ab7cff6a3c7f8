//! A host is heard of: what it says is applied, and to be written down where it is new.

use jiff::{SignedDuration, Timestamp};
use nixfleet_link::CheckIn;
use nixfleet_rollout::{Event, Kind};

use super::Core;
use crate::store::Keep;

impl Core {
    /// A host of the newest release says where it stands. The same again is nothing to write down.
    pub fn check_in(&mut self, host: &str, said: CheckIn, now: Timestamp) -> Vec<Keep> {
        if self.said.get(host).is_some_and(|it| it.says_as(&said)) {
            self.seen(host, now, now);
            return self.stays(host, said.known.as_deref(), now).into_iter().collect();
        }
        let current = self.current.as_ref();
        if current.is_some_and(|it| it.rollout.is_late(host, &said.report, self.last.max(now))) {
            return Vec::new();
        }
        let (report, known) = (said.report.clone(), said.known.clone());
        let keep = Keep::Host(host.to_owned(), Box::new(said.clone()));
        self.said.insert(host.to_owned(), said);
        let event = self.happened(Kind::Report { host: host.to_owned(), report }, now);
        let stays = self.stays(host, known.as_deref(), now);
        [keep, event].into_iter().chain(stays).collect()
    }

    /// A host that was called back says by the answer that it knows whether it heard so.
    fn stays(&mut self, host: &str, known: Option<&str>, now: Timestamp) -> Option<Keep> {
        let mark = self.mark_to_stay(host).filter(|it| Some(it.as_str()) == known);
        mark.map(|_| self.happened(Kind::Seen { host: host.to_owned(), stays: true }, now))
    }

    /// A host was heard of, with nothing new; `now` is by the same clock, which may have been set back
    /// since the last event.
    pub fn seen(&mut self, host: &str, at: Timestamp, now: Timestamp) {
        let behind = self.last.duration_since(now).max(SignedDuration::ZERO);
        let at = at.checked_add(behind).unwrap_or(at);
        if let Some(current) = &mut self.current {
            let kind = Kind::Seen { host: host.to_owned(), stays: false };
            current.rollout.apply(&Event { at, kind });
        }
    }
}
