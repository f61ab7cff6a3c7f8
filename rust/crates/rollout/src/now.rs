//! A decision in the making: what is known, as it is at the moment.

use std::sync::Arc;

use jiff::Timestamp;

use crate::decision::{Verdict, WaveState};
use crate::event::{Event, Kind};
use crate::rollout::{Rollout, WaveTrack};
use crate::standing::{Judged, Standing};
use crate::tally::Tally;

/// A decision in the making.
pub(crate) struct Deciding<'a> {
    pub rollout: &'a Rollout,
    pub now: Timestamp,
    pub judged: Vec<Judged>,
    pub waves: Vec<WaveNow>,
    pub budgets: Vec<BudgetNow>,
    pub verdicts: Vec<Verdict>,
    pub events: Vec<Event>,
    pub next: Option<Timestamp>,
    /// What says so, where hosts wait for room that is all taken by hosts that failed.
    pub used_up: Option<String>,
}

/// A wave at the moment.
pub(crate) struct WaveNow {
    pub tally: Tally,
    pub state: WaveState,
    pub need: usize,
    /// Whether a person took it as done: what failed takes no room then.
    forgives: bool,
    pub at_most: usize,
    /// When what it waits for is, if time is what it waits for.
    pub until: Option<Timestamp>,
}

/// A budget at the moment.
pub(crate) struct BudgetNow {
    pub tally: Tally,
    pub at_most: usize,
    /// What says so to hosts that it lets not go.
    pub is_full: Option<Arc<str>>,
}

impl<'a> Deciding<'a> {
    pub fn new(rollout: &'a Rollout, now: Timestamp) -> Self {
        let moment = rollout.moment(now);
        let hosts = rollout.tracks.iter().zip(&rollout.members);
        let judged: Vec<Judged> =
            hosts.map(|(track, member)| track.judge(&member.system, &moment)).collect();
        let tally = |hosts: &[usize]| {
            let mut tally = Tally::default();
            for host in hosts {
                tally.count(&judged[*host]);
            }
            tally
        };
        let waves = rollout.waves.iter().map(|it| WaveNow::new(it, tally(&it.hosts))).collect();
        let budgets =
            rollout.budgets.iter().zip(&rollout.plan.budgets).map(|(hosts, budget)| BudgetNow {
                tally: tally(hosts),
                at_most: budget.at_most.at_most(hosts.len()),
                is_full: None,
            });
        Self {
            budgets: budgets.collect(),
            next: judged.iter().filter_map(|it| it.until).min(),
            verdicts: judged.iter().map(Verdict::of).collect(),
            events: Vec::new(),
            used_up: None,
            rollout,
            now,
            judged,
            waves,
        }
    }

    pub fn is_paused(&self) -> bool {
        self.rollout.pause.as_ref().is_some_and(|it| it.holds)
    }

    /// The names of the hosts of a wave, or of all, that stand somewhere.
    pub fn named(&self, wave: Option<usize>, standing: &[Standing]) -> Vec<&'a str> {
        let waves = &self.rollout.waves;
        let hosts = waves.iter().enumerate().filter(|(at, _)| wave.is_none_or(|it| it == *at));
        let hosts = hosts.flat_map(|(_, it)| &it.hosts);
        let hosts = hosts.filter(|it| standing.contains(&self.judged[**it].standing));
        hosts.map(|it| self.rollout.members[*it].name.as_str()).collect()
    }

    pub fn record(&mut self, kind: Kind) {
        self.events.push(Event { at: self.now, kind });
    }

    /// Something follows from time alone then.
    pub fn wake(&mut self, at: Timestamp) {
        self.next = Some(self.next.map_or(at, |it| it.min(at)));
    }
}

impl WaveNow {
    fn new(known: &WaveTrack, tally: Tally) -> Self {
        let counted = tally.counted();
        Self {
            need: known.wave.need.map_or(counted, |it| it.at_least(counted)),
            forgives: known.promoted.is_some(),
            at_most: known.wave.at_most.map_or(tally.hosts, |it| it.at_most(tally.hosts)),
            state: WaveState::Closed,
            until: None,
            tally,
        }
    }

    /// How many more may be let go.
    pub fn room(&self) -> usize {
        let forgiven = if self.forgives { self.tally.failed } else { 0 };
        self.at_most.saturating_sub(self.tally.taking_room - forgiven)
    }

    /// More failed than may, or those that failed have taken all the room.
    pub fn has_failed(&self) -> bool {
        let lost = self.tally.lost();
        let is_short = self.tally.arrived < self.need;
        lost > self.tally.counted() - self.need || is_short && lost > 0 && lost >= self.at_most
    }
}
