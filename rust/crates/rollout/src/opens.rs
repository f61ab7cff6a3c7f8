//! Which waves are open, and which have what they need.

use std::time::Duration;

use jiff::Timestamp;

use crate::decision::WaveState;
use crate::event::Kind;
use crate::now::Deciding;
use crate::standing::Standing;
use crate::tally::Tally;
use crate::time::after;

impl Deciding<'_> {
    /// Which waves are open: each after the one before it has what it needs.
    pub fn judge_waves(&mut self) {
        let mut opened = self.rollout.began;
        let (mut is_first, mut may_pass) = (true, !self.is_over());
        for at in 0..self.waves.len() {
            let known = &self.rollout.waves[at];
            let state = match known.is_done() {
                Some(_) if known.promoted.is_some() => WaveState::Passed,
                _ if self.waves[at].has_failed() => WaveState::Failed,
                Some(_) => WaveState::Passed,
                None => self.judge_wave(at, opened, is_first),
            };
            let state = match state {
                WaveState::Passed if known.is_done().is_none() && !may_pass => WaveState::Open,
                state => state,
            };
            if state == WaveState::Passed && known.is_done().is_none() {
                self.record(Kind::Passed { wave: known.wave.name.clone() });
            }
            self.waves[at].state = state;
            may_pass &= state != WaveState::Failed;
            opened = opened.max(known.is_done().unwrap_or(self.now));
            is_first &= self.waves[at].tally.skipped == self.waves[at].tally.hosts;
            // After a wave that passed and failed since, those that are open stay so.
            if state != WaveState::Passed && known.is_done().is_none() {
                break;
            }
        }
    }

    /// Where an open wave stands that has not passed.
    fn judge_wave(&mut self, at: usize, opened: Timestamp, is_first: bool) -> WaveState {
        let known = &self.rollout.waves[at];
        let wave = &self.waves[at];
        let Tally { hosts, skipped, arrived, .. } = wave.tally;
        let is_empty = hosts == skipped || wave.tally.counted() == 0 && !is_first;
        if is_empty {
            return WaveState::Passed;
        }
        if arrived >= wave.need && wave.need > 0 {
            let soak = known.wave.soak.map_or(Duration::ZERO, nixfleet_release::plan::Span::get);
            let holds_from = self.enough_since(&known.hosts, wave.need).max(opened);
            let until = after(holds_from, soak);
            if until <= self.now {
                return WaveState::Passed;
            }
            self.waves[at].until = Some(until);
            self.wake(until);
            return WaveState::Soaking;
        }
        match &known.opening {
            Some(opening) if !opening.is_open(self.now) => {
                self.waves[at].until = opening.next(self.now);
                WaveState::Window
            }
            _ => WaveState::Open,
        }
    }

    /// Since when so many of a wave's hosts have arrived.
    fn enough_since(&self, hosts: &[usize], need: usize) -> Timestamp {
        let arrived = hosts.iter().filter(|it| self.stands[**it].standing == Standing::Arrived);
        let mut since: Vec<Timestamp> =
            arrived.filter_map(|it| self.verdicts[*it].since.get()).collect();
        let (_, nth, _) = since.select_nth_unstable(need - 1);
        *nth
    }

    /// Whether nobody goes any more, whatever is said.
    pub fn is_over(&self) -> bool {
        let rollout = self.rollout;
        let given_up = || self.events.iter().any(|it| it.kind == Kind::GiveUp);
        rollout.superseded.is_some()
            || rollout.abort.is_some()
            || rollout.given_up.is_some()
            || given_up()
    }
}
