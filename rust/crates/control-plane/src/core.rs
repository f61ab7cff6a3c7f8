//! The control plane's decisions: what hosts and people say, and a moment, in; what to write down and
//! what each host is told out. No clock, no file and no socket is in it: the same code runs in the
//! program, in a simulation and in tests.
//!
//! Whoever runs it writes down what [`Core::check_in`], [`Core::bring`], [`Core::command`] and
//! [`Core::decide`] give, and tells a host its [`Core::answer`] only after that.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::{replace, take};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use nixfleet_link::{Answer, CheckIn, Offered, VERSION};
use nixfleet_release::Signers;
use nixfleet_rollout::{
    Command, Decision, Event, HostView, Impossible, Kind, May, Member, Plan, Rollout, Unknown,
    View, impossible,
};

use crate::shelf::{self, Brought, Files, NotTaken, Shelf, Trusted};
use crate::store::{Keep, Kept, News};

/// How many seconds hosts are told to wait where there is no release yet.
const NO_RELEASE: u64 = 60;

/// The least time between one thing and the next: the finest that every store keeps.
const MOMENT: SignedDuration = SignedDuration::from_micros(1);

/// All that is known.
#[derive(Debug)]
pub struct Core {
    fleet: String,
    configured: Signers,
    trusted: Option<Trusted>,
    current: Option<Current>,
    said: BTreeMap<String, CheckIn>,
    /// The time of the last event: events' times never go back.
    last: Timestamp,
    /// Since when hosts could be heard of.
    listening: Timestamp,
}

/// The newest release, and its way to its hosts.
#[derive(Debug)]
struct Current {
    shelf: Shelf,
    rollout: Rollout,
    decision: Decision,
    /// For each host that was told to try again, the number of that word.
    retries: BTreeMap<String, u64>,
    /// What every answer's mark begins with.
    mark: String,
    /// The hosts for which there is news.
    news: BTreeSet<Arc<str>>,
}

impl Core {
    /// What is known at a start, from what was written down.
    #[must_use]
    pub fn new(fleet: &str, configured: Signers, kept: Kept, now: Timestamp) -> Self {
        let mut core = Self {
            fleet: fleet.to_owned(),
            configured,
            trusted: kept.trusted,
            current: None,
            said: kept.hosts.into_iter().collect(),
            last: now,
            listening: now,
        };
        if let Some(release) = kept.release {
            let at = release.at;
            let rollout = Rollout::new(Plan::from(&release.head), members(&release), at);
            core.begin(release, rollout, now);
            for event in &kept.events {
                core.apply(event);
            }
            core.last = core.last.max(at).max(kept.events.last().map_or(at, |it| it.at));
            core.listen(core.last);
        }
        core
    }

    /// Knows what was written down, and nothing else that it knew; it has heard hosts all the time.
    pub fn again(&mut self, kept: Kept, now: Timestamp) {
        let (fleet, configured) = (self.fleet.clone(), self.configured.clone());
        let since = self.listening;
        *self = Self::new(&fleet, configured, kept, now);
        self.listen(since);
    }

    /// Takes what other control planes wrote down.
    pub fn learn(&mut self, news: News, now: Timestamp) {
        if let Some(kept) = news.anew {
            self.again(*kept, now);
        }
        self.said.extend(news.hosts);
        for event in &news.events {
            self.last = self.last.max(event.at);
            self.apply(event);
        }
        for (host, at) in news.seen {
            self.seen(&host, at, now);
        }
    }

    fn listen(&mut self, since: Timestamp) {
        self.listening = since;
        if let Some(current) = &mut self.current {
            current.rollout.listening_since(since);
            current.decision = current.rollout.decide(self.last);
        }
    }

    /// The newest release.
    #[must_use]
    pub fn shelf(&self) -> Option<&Shelf> {
        self.current.as_ref().map(|it| &it.shelf)
    }

    /// What each host said last.
    #[must_use]
    pub fn said(&self) -> &BTreeMap<String, CheckIn> {
        &self.said
    }

    /// The rollout as it is shown; none before the first release.
    #[must_use]
    pub fn view(&self) -> Option<View> {
        self.current.as_ref().map(|it| it.rollout.view(&it.decision))
    }

    /// One host as it is shown.
    #[must_use]
    pub fn view_of(&self, host: &str) -> Option<HostView> {
        let current = self.current.as_ref()?;
        current.rollout.host_view(&current.decision, host)
    }

    /// The last decision, with the rollout that it is of.
    #[must_use]
    pub fn decision(&self) -> Option<(&Rollout, &Decision)> {
        self.current.as_ref().map(|it| (&it.rollout, &it.decision))
    }

    /// A host of the newest release says where it stands. The same again is nothing to write down.
    pub fn check_in(&mut self, host: &str, said: CheckIn, now: Timestamp) -> Vec<Keep> {
        if self.said.get(host).is_some_and(|it| it.says_as(&said)) {
            self.seen(host, now, now);
            return Vec::new();
        }
        let current = self.current.as_ref();
        if current.is_some_and(|it| it.rollout.is_late(host, &said.report, self.last.max(now))) {
            return Vec::new();
        }
        let report = said.report.clone();
        let keep = Keep::Host(host.to_owned(), Box::new(said.clone()));
        self.said.insert(host.to_owned(), said);
        let event = self.happened(Kind::Report { host: host.to_owned(), report }, now);
        vec![keep, event]
    }

    /// A host was heard of, with nothing new; `now` is by the same clock, which may have been set back
    /// since the last event.
    pub fn seen(&mut self, host: &str, at: Timestamp, now: Timestamp) {
        let behind = self.last.duration_since(now).max(SignedDuration::ZERO);
        let at = at.checked_add(behind).unwrap_or(at);
        if let Some(current) = &mut self.current {
            current.rollout.apply(&Event { at, kind: Kind::Seen { host: host.to_owned() } });
        }
    }

    /// Somebody brings a release. What is wrong with its plan is said, and is no reason to refuse
    /// what was signed.
    ///
    /// # Errors
    /// When it is not taken, in a sentence; then nothing has changed.
    pub fn bring(
        &mut self,
        mut files: Files,
        now: Timestamp,
    ) -> Result<(Vec<Keep>, Vec<Impossible>), NotTaken> {
        // The releases that changed the keys stay, for hosts that missed one.
        let before = self.shelf().into_iter().flat_map(|it| &it.files);
        for (name, bytes) in before.filter(|it| it.0.starts_with("rotations/")) {
            files.entry(name.clone()).or_insert_with(|| bytes.clone());
        }
        let (mut release, trusted) =
            match shelf::bring(&self.fleet, &self.configured, self.trusted.as_ref(), files, now)? {
                Brought::Taken(release, trusted) => (release, trusted),
                Brought::Same => return Ok((Vec::new(), Vec::new())),
            };
        let (mut keep, is_first) = (Vec::new(), self.current.is_none());
        if !is_first {
            keep.push(self.happened(Kind::Superseded { sequence: release.known.sequence }, now));
        }
        let now = now.max(self.last);
        release.at = now;
        let (plan, members) = (Plan::from(&release.head), members(&release));
        let never = impossible(&plan, &members, now);
        let rollout = match &self.current {
            Some(before) => before.rollout.newer(plan, members, now),
            None => Rollout::new(plan, members, now),
        };
        // What is known of hosts goes with them, and is no news of this rollout.
        let known = rollout.events();
        keep.push(Keep::Release(release.clone(), trusted.clone(), known));
        self.trusted = Some(trusted);
        let gone: Vec<String> =
            self.said.keys().filter(|it| !release.entries.contains_key(*it)).cloned().collect();
        for host in gone {
            self.said.remove(&host);
            keep.push(Keep::Forget(host));
        }
        self.begin(*release, rollout, now);
        if is_first {
            // What hosts had said to one whose release is lost.
            let told: Vec<(String, CheckIn)> = self.said.clone().into_iter().collect();
            for (host, said) in told {
                keep.push(self.happened(Kind::Report { host, report: said.report }, now));
            }
        }
        Ok((keep, never))
    }

    /// A person says something.
    ///
    /// # Errors
    /// When there is no such host or wave, or no release yet.
    pub fn command(
        &mut self,
        by: &str,
        command: Command,
        now: Timestamp,
    ) -> Result<Vec<Keep>, Option<Unknown>> {
        let current = self.current.as_ref().ok_or(None)?;
        current.rollout.check(&command).map_err(Some)?;
        Ok(vec![self.happened(Kind::Said { by: by.to_owned(), command }, now)])
    }

    /// Who may go now. What it changes is applied, and to be written down.
    pub fn decide(&mut self, now: Timestamp) -> Vec<Keep> {
        self.last = self.last.max(now);
        let Some(current) = &mut self.current else { return Vec::new() };
        let sequence = current.shelf.known.sequence;
        let before = replace(&mut current.decision, current.rollout.decide(self.last));
        current.news.extend(current.decision.changed(&before).cloned());
        let events = current.decision.events.clone();
        for event in &events {
            self.apply(event);
        }
        events.into_iter().map(|it| Keep::Event(sequence, it)).collect()
    }

    /// When something follows from time alone.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.current.as_ref()?.decision.next
    }

    /// The hosts for which there is news since this was asked last: their [`Core::answer`] may have
    /// another mark. That of any other has the same, and at most another sentence: sentences count who
    /// is on the way, and with each host that arrives those of all that wait are others.
    pub fn news(&mut self) -> BTreeSet<Arc<str>> {
        self.current.as_mut().map(|it| take(&mut it.news)).unwrap_or_default()
    }

    /// What a host is told. Leave that was decided and is not known as an event yet, as before the first
    /// [`Core::decide`] of a release or a start, is none: who is told of it takes room, and whoever
    /// decides next has to know.
    #[must_use]
    pub fn answer(&self, host: &str) -> Answer {
        let none =
            Answer { version: VERSION, mark: "none".into(), offered: None, again: NO_RELEASE };
        let Some(current) = &self.current else { return none };
        let Some(verdict) = current.decision.verdict(host) else { return none };
        let release = current.shelf.known;
        let (word, wait) = match verdict.may {
            May::Go { .. } if current.rollout.was_given_leave(host) => ("go", None),
            May::Go { .. } => ("wait", Some("it is about to be let go".into())),
            May::Wait => (
                "wait",
                Some(current.rollout.sentence(&current.decision, host).unwrap_or_default()),
            ),
        };
        let again = matches!(verdict.may, May::Go { again: true });
        let retry = current.retries.get(host).copied().filter(|_| again);
        // The sentence is no part of it: it changes with each host that arrives, and the news for a
        // host is whether it may go.
        let mark = format!("{}-{word}-{}", current.mark, retry.unwrap_or_default());
        Answer { version: VERSION, mark, offered: Some(Offered { release, wait, retry }), again: 0 }
    }

    fn begin(&mut self, release: Shelf, rollout: Rollout, now: Timestamp) {
        let decision = rollout.decide(now);
        self.last = self.last.max(now);
        let mark = format!("{}-{}", release.known.sequence, &release.known.hash.to_string()[..12]);
        let news = decision.verdicts().map(|it| it.0.into()).collect();
        let retries = BTreeMap::new();
        self.current = Some(Current { shelf: release, rollout, decision, retries, mark, news });
    }

    /// Something happened: it is applied, and to be written down. It is later than all that happened
    /// before, also while a clock that was set back stands still: of what a host said and what it was
    /// given, or of two releases, it has to be plain which came first.
    fn happened(&mut self, kind: Kind, now: Timestamp) -> Keep {
        self.last = now.max(self.last.checked_add(MOMENT).unwrap_or(self.last));
        let event = Event { at: self.last, kind };
        self.apply(&event);
        Keep::Event(self.shelf().map_or(0, |it| it.known.sequence), event)
    }

    fn apply(&mut self, event: &Event) {
        let Some(current) = &mut self.current else { return };
        current.rollout.apply(event);
        match &event.kind {
            Kind::Go { host } => drop(current.news.insert(host.as_str().into())),
            Kind::Said { command: Command::Retry { host }, .. } => {
                let number = u64::try_from(event.at.as_millisecond()).unwrap_or_default();
                current.retries.insert(host.clone(), number);
                current.news.insert(host.as_str().into());
            }
            _ => {}
        }
    }
}

fn members(shelf: &Shelf) -> Vec<Member> {
    shelf.entries.values().map(Member::from).collect()
}
