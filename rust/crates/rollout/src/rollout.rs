//! One release's way to its hosts: what is known of it, as a fold over events.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use nixfleet_release::plan::Wave;

use crate::command::{Command, Unknown};
use crate::event::{Event, Kind};
use crate::known::Known;
use crate::limits::Limits;
use crate::plan::{Member, Plan};
use crate::report::Report;
use crate::standing::Moment;
use crate::track::{Track, Word};
use crate::window::Opening;

/// One release's way to its hosts.
#[derive(Debug, Clone)]
pub struct Rollout {
    pub(crate) plan: Plan,
    pub(crate) limits: Limits,
    pub(crate) began: Timestamp,
    pub(crate) listening: Timestamp,
    /// By name.
    pub(crate) members: Vec<Member>,
    pub(crate) names: Arc<[Arc<str>]>,
    pub(crate) tracks: Vec<Track>,
    /// For each host what a decision asks of it.
    pub(crate) known: Vec<Known>,
    pub(crate) waves: Vec<WaveTrack>,
    /// For each budget its hosts.
    pub(crate) budgets: Vec<Vec<usize>>,
    /// For each host its wave, and its budgets.
    pub(crate) wave_of: Vec<u32>,
    pub(crate) budgets_of: Vec<Vec<usize>>,
    index: HashMap<Arc<str>, usize>,
    pub(crate) pause: Option<Word>,
    pub(crate) abort: Option<Word>,
    pub(crate) given_up: Option<Timestamp>,
    pub(crate) superseded: Option<(Timestamp, u64)>,
}

#[derive(Debug, Clone)]
pub struct WaveTrack {
    pub wave: Wave,
    pub opening: Option<Opening>,
    pub hosts: Vec<usize>,
    /// When it had what it needs.
    pub passed: Option<Timestamp>,
    /// Who takes it as done.
    pub promoted: Option<Word>,
}

impl Rollout {
    /// A rollout that begins. Until [`Self::listening_since`] says otherwise, hosts could be heard of
    /// since then.
    #[must_use]
    pub fn new(plan: Plan, mut members: Vec<Member>, at: Timestamp) -> Self {
        members.sort_by(|one, other| one.name.cmp(&other.name));
        members.dedup_by(|one, other| one.name == other.name);
        let mut waves: Vec<WaveTrack> =
            plan.waves_or_all().iter().cloned().map(WaveTrack::new).collect();
        let by_name: HashMap<&str, usize> =
            plan.waves.iter().enumerate().map(|(at, it)| (it.name.as_str(), at)).collect();
        let last = waves.len() - 1;
        let mut wave_of = Vec::with_capacity(members.len());
        for (host, member) in members.iter().enumerate() {
            let named = member.wave.as_deref().and_then(|it| by_name.get(it)).copied();
            waves[named.unwrap_or(last)].hosts.push(host);
            // A head has no room for so many waves.
            wave_of.push(u32::try_from(named.unwrap_or(last)).unwrap_or(u32::MAX));
        }
        let has = |member: &Member, tags: &[String]| tags.iter().any(|it| member.tags.contains(it));
        let budgets_of: Vec<Vec<usize>> = members
            .iter()
            .map(|member| {
                (0..plan.budgets.len()).filter(|it| has(member, &plan.budgets[*it].tags)).collect()
            })
            .collect();
        let mut budgets = vec![Vec::new(); plan.budgets.len()];
        for (host, of) in budgets_of.iter().enumerate() {
            for budget in of {
                budgets[*budget].push(host);
            }
        }
        let names: Arc<[Arc<str>]> = members.iter().map(|it| it.name.as_str().into()).collect();
        let track = Track::default();
        Self {
            index: names.iter().cloned().enumerate().map(|(at, name)| (name, at)).collect(),
            known: members.iter().map(|it| Known::of(&track, &it.system, at)).collect(),
            tracks: vec![track; members.len()],
            limits: Limits::default(),
            began: at,
            listening: at,
            plan,
            members,
            names,
            waves,
            budgets,
            wave_of,
            budgets_of,
            pause: None,
            abort: None,
            given_up: None,
            superseded: None,
        }
    }

    /// The rollout of a newer release: what is known of hosts goes with them, and holds do.
    #[must_use]
    pub fn newer(&self, plan: Plan, members: Vec<Member>, at: Timestamp) -> Self {
        let mut next =
            Self { limits: self.limits, listening: self.listening, ..Self::new(plan, members, at) };
        for at in 0..next.members.len() {
            let member = &next.members[at];
            if let Some(host) = self.index.get(member.name.as_str()) {
                let before = self.tracks[*host].clone();
                next.change(at, |it, system| *it = before.under(system));
            }
        }
        next
    }

    /// Since when whoever decides has been there to hear of hosts. Said after each start: for a while,
    /// hosts that are not heard of since may be on the way, by leave that is in no log any more.
    pub fn listening_since(&mut self, at: Timestamp) {
        self.listening = at;
    }

    /// With other limits than [`Limits::default`].
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The hosts, by name.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The names of the waves, in their order.
    pub fn waves(&self) -> impl Iterator<Item = &str> {
        self.waves.iter().map(|it| it.wave.name.as_str())
    }

    /// Whether a command is for what there is.
    ///
    /// # Errors
    /// When the release has no such host or wave.
    pub fn check(&self, command: &Command) -> Result<(), Unknown> {
        match command {
            Command::Promote { wave } if self.wave(wave).is_none() => {
                Err(Unknown::Wave(wave.clone()))
            }
            command => match command.host() {
                Some(host) if self.host(host).is_none() => Err(Unknown::Host(host.to_owned())),
                _ => Ok(()),
            },
        }
    }

    /// Whether a report was said before what is known of its host: then it is as if it never came.
    #[must_use]
    pub fn is_late(&self, host: &str, report: &Report, at: Timestamp) -> bool {
        self.host(host).is_some_and(|host| self.tracks[host].is_late(report, at))
    }

    /// Whether a host was given leave for this release, by an event that was applied.
    #[must_use]
    pub fn was_given_leave(&self, host: &str) -> bool {
        self.host(host).is_some_and(|host| self.known[host].was_given_leave)
    }

    /// Since when a host that may be about to go, by leave that it has, is to stay all the same: who tells
    /// it so, and hears that it heard it, knows that it has no leave any more: [`Kind::Seen`]. All who
    /// applied the same events have the same time here, and another after each time that it was to go.
    #[must_use]
    pub fn called_back(&self, host: &str) -> Option<Timestamp> {
        self.host(host).and_then(|host| self.known[host].called_back.get())
    }

    /// Takes an event. What is of a host or wave that the release has not changes nothing.
    pub fn apply(&mut self, event: &Event) {
        let at = event.at;
        match &event.kind {
            Kind::Report { host, report } => {
                self.on(host, |it, system| it.reported(at, report.clone(), system));
            }
            Kind::Seen { host, stays: false } => self.on(host, |it, _| it.was_seen(at)),
            Kind::Seen { host, stays: true } => {
                self.on(host, |it, _| it.stayed = it.stayed.max(Some(at)));
            }
            Kind::Go { host } => self.on(host, |it, _| it.go = it.go.max(Some(at))),
            Kind::Passed { wave } => {
                if let Some(wave) = self.wave(wave) {
                    let passed = &mut self.waves[wave].passed;
                    *passed = Some(passed.map_or(at, |it| it.min(at)));
                }
            }
            Kind::GiveUp => {
                self.given_up = Some(self.given_up.map_or(at, |it| it.min(at)));
            }
            Kind::Superseded { sequence } => {
                self.superseded = self.superseded.max(Some((at, *sequence)));
            }
            Kind::Said { by, command } => self.said(at, by, command),
        }
    }

    fn said(&mut self, at: Timestamp, by: &str, command: &Command) {
        let set = |word: &mut Option<Word>, holds| {
            if word.as_ref().is_none_or(|it| it.at <= at) {
                *word = Some(Word { at, by: by.to_owned(), holds });
            }
        };
        match command {
            Command::Pause => set(&mut self.pause, true),
            Command::Resume => set(&mut self.pause, false),
            Command::Abort => set(&mut self.abort, true),
            Command::Promote { wave } => {
                let last = self.wave(wave).map_or(0, |it| it + 1);
                for wave in &mut self.waves[..last] {
                    set(&mut wave.promoted, true);
                }
            }
            command => {
                if let Some(host) = command.host() {
                    self.on(host, |it, _| it.said(at, by, command));
                }
            }
        }
    }

    pub(crate) fn moment(&self, now: Timestamp) -> Moment {
        let (began, listening) = (self.began.into(), self.listening.into());
        Moment { now: now.into(), began, listening, limits: self.limits }
    }

    pub(crate) fn host(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    fn wave(&self, name: &str) -> Option<usize> {
        self.waves.iter().position(|it| it.wave.name == name)
    }

    fn on(&mut self, host: &str, change: impl FnOnce(&mut Track, &str)) {
        if let Some(host) = self.host(host) {
            self.change(host, change);
        }
    }

    /// Changes what is known of a host that is to run a system, and with it what decisions ask of it.
    fn change(&mut self, host: usize, change: impl FnOnce(&mut Track, &str)) {
        let (track, system) = (&mut self.tracks[host], &self.members[host].system);
        change(track, system);
        self.known[host] = Known::of(track, system, self.began);
    }
}

impl WaveTrack {
    fn new(wave: Wave) -> Self {
        let opening = wave.window.as_ref().map(Opening::new);
        Self { wave, opening, hosts: Vec::new(), passed: None, promoted: None }
    }

    /// When it had what it needs, or a person took it as done.
    pub fn is_done(&self) -> Option<Timestamp> {
        let promoted = self.promoted.as_ref().map(|it| it.at);
        [self.passed, promoted].into_iter().flatten().min()
    }
}
