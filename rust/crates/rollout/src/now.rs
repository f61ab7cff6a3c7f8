//! A decision in the making: what is known, as it is at the moment.

use jiff::Timestamp;

use crate::decision::{NO_REASON, Verdict, WaveState};
use crate::event::{Event, Kind};
use crate::named::{Named, Roll};
use crate::rollout::{Rollout, WaveTrack};
use crate::stamp::Stamp;
use crate::standing::{Standing, Stands};
use crate::tally::Tally;

/// A decision in the making.
pub(crate) struct Deciding<'a> {
    pub rollout: &'a Rollout,
    pub now: Timestamp,
    pub stands: Vec<Stands>,
    pub waves: Vec<WaveNow>,
    pub budgets: Vec<BudgetNow>,
    pub verdicts: Vec<Verdict>,
    pub reasons: Vec<String>,
    pub events: Vec<Event>,
    pub next: Option<Timestamp>,
    /// What says so, where hosts wait for room that is all taken by hosts that failed.
    pub used_up: Option<String>,
}

/// A wave at the moment.
pub(crate) struct WaveNow {
    pub tally: Tally,
    pub roll: Roll,
    pub state: WaveState,
    pub need: usize,
    /// Whether a person took it as done: what failed takes no room then.
    pub forgives: bool,
    pub at_most: usize,
    /// What says why those of its hosts wait that have no reason of their own.
    pub why: u32,
    /// When what it waits for is, if time is what it waits for.
    pub until: Option<Timestamp>,
}

/// A budget at the moment.
pub(crate) struct BudgetNow {
    pub tally: Tally,
    pub at_most: usize,
    /// What says so to hosts that it lets not go.
    pub is_full: Option<u32>,
}

impl<'a> Deciding<'a> {
    pub fn new(rollout: &'a Rollout, now: Timestamp) -> Self {
        let moment = rollout.moment(now);
        let hosts = rollout.known.len();
        let (mut stands, mut verdicts) = (Vec::with_capacity(hosts), Vec::with_capacity(hosts));
        let mut waves = vec![(Tally::default(), Roll::default()); rollout.waves.len()];
        let mut next = Stamp::NONE;
        for (host, (known, wave)) in rollout.known.iter().zip(&rollout.wave_of).enumerate() {
            let judged = known.judge(&moment);
            let standing = judged.stands.standing;
            let (tally, roll) = &mut waves[*wave as usize];
            tally.count(judged.stands);
            roll.add(standing, host);
            if judged.until != Stamp::NONE {
                next = if next == Stamp::NONE { judged.until } else { next.min(judged.until) };
            }
            stands.push(judged.stands);
            verdicts.push(Verdict::new(standing, judged.since));
        }
        let waves = rollout.waves.iter().zip(waves);
        let budgets =
            rollout.budgets.iter().zip(&rollout.plan.budgets).map(|(hosts, budget)| BudgetNow {
                tally: hosts.iter().fold(Tally::default(), |mut tally, host| {
                    tally.count(stands[*host]);
                    tally
                }),
                at_most: budget.at_most.at_most(hosts.len()),
                is_full: None,
            });
        Self {
            waves: waves.map(|(it, (tally, roll))| WaveNow::new(it, tally, roll)).collect(),
            budgets: budgets.collect(),
            next: next.get(),
            events: Vec::new(),
            used_up: None,
            reasons: vec!["it waits".into()],
            rollout,
            now,
            stands,
            verdicts,
        }
    }

    pub fn is_paused(&self) -> bool {
        self.rollout.pause.as_ref().is_some_and(|it| it.holds)
    }

    /// The hosts of a wave, or of all, that stand somewhere.
    pub fn named(&self, wave: Option<usize>, standing: &[Standing]) -> Named<'a> {
        let waves = match wave {
            Some(wave) => &self.waves[wave..=wave],
            None => &self.waves,
        };
        let name = |host: usize| self.rollout.members[host].name.as_str();
        let named = waves.iter().map(|it| it.roll.named(standing, name));
        named.fold(Named::default(), Named::and)
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
    fn new(known: &WaveTrack, tally: Tally, roll: Roll) -> Self {
        let counted = tally.counted();
        Self {
            need: known.wave.need.map_or(counted, |it| it.at_least(counted)),
            forgives: known.promoted.is_some(),
            at_most: known.wave.at_most.map_or(tally.hosts, |it| it.at_most(tally.hosts)),
            state: WaveState::Closed,
            why: NO_REASON,
            until: None,
            tally,
            roll,
        }
    }

    /// How many more may be let go.
    pub fn room(&self) -> usize {
        self.at_most.saturating_sub(self.tally.taking_room - self.forgiven())
    }

    /// Whether all room is taken by those that did not make it.
    pub fn is_used_up(&self) -> bool {
        self.tally.lost() - self.forgiven() >= self.at_most
    }

    fn forgiven(&self) -> usize {
        if self.forgives { self.tally.failed } else { 0 }
    }

    /// More failed than may, or those that failed have taken all the room.
    pub fn has_failed(&self) -> bool {
        let lost = self.tally.lost();
        let is_short = self.tally.arrived < self.need;
        lost > self.tally.counted() - self.need || is_short && lost > 0 && lost >= self.at_most
    }
}
