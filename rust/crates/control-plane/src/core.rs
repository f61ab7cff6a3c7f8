//! The control plane's decisions: what hosts and people say, and a moment, in; what to write down and
//! what each host is told out. No clock, no file and no socket is in it: the same code runs in the
//! program, in a simulation and in tests.
//!
//! Whoever runs it writes down what [`Core::check_in`], [`Core::bring`], [`Core::command`] and
//! [`Core::decide`] give, and tells a host its [`Core::answer`] only after that.

mod answer;
mod bring;
mod hear;

pub use answer::concerns;

use std::collections::{BTreeMap, BTreeSet};
use std::mem::{replace, take};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use nixfleet_link::CheckIn;
use nixfleet_release::{Entry, Signers};
use nixfleet_rollout::{
    Command, Decision, Event, HostView, Kind, Member, Plan, Rollout, Unknown, View,
};

use crate::log::host_of;
use crate::shelf::{Shelf, Trusted};
use crate::store::{Keep, Kept, News};

/// The least time between one thing and the next: the finest that every store keeps.
const MOMENT: SignedDuration = SignedDuration::from_micros(1);

/// All that is known.
#[derive(Debug)]
pub struct Core {
    fleet: String,
    configured: Signers,
    trusted: Option<Trusted>,
    current: Option<Current>,
    /// The one before, until [`Core::tidy`].
    past: Option<Current>,
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
            past: None,
            said: kept.hosts.into_iter().collect(),
            last: now,
            listening: now,
        };
        if let Some(release) = kept.release {
            let at = release.at;
            let rollout = Rollout::new(Plan::from(&*release.head), members(&release), at);
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

    /// What a person's word meets that was said before, by somebody else at the same time, say.
    #[must_use]
    pub fn meets(&self, command: &Command) -> Option<String> {
        self.current.as_ref()?.rollout.meets(command)
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

    fn begin(&mut self, release: Shelf, rollout: Rollout, now: Timestamp) {
        let decision = rollout.decide(now);
        self.last = self.last.max(now);
        let mark = format!("{}-{}", release.known.sequence, &release.known.hash.to_string()[..12]);
        let news = decision.verdicts().map(|it| it.0.into()).collect();
        let retries = BTreeMap::new();
        let next = Current { shelf: release, rollout, decision, retries, mark, news };
        self.past = self.current.replace(next);
    }

    /// Lets go of what is of no use any more: of a release before, which takes a while. It is done once hosts
    /// were told.
    pub fn tidy(&mut self) {
        self.past = None;
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
        let host = host_of(event);
        let called_back = |it: &Rollout| host.and_then(|host| it.called_back(host));
        let before = called_back(&current.rollout);
        current.rollout.apply(event);
        if let Some(host) = host.filter(|_| called_back(&current.rollout) != before) {
            current.news.insert(host.into());
        }
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
    let member = |(name, entry): (&String, &Entry)| Member {
        without_key: !shelf.can_ask(name),
        ..Member::from(entry)
    };
    shelf.entries.iter().map(member).collect()
}
