//! From what is known to who may go.

use jiff::Timestamp;
use nixfleet_release::plan::OnFailure;

use crate::decision::{Decision, May, NO_REASON, State, WaveState, WaveVerdict};
use crate::event::Kind;
use crate::now::{Deciding, WaveNow};
use crate::rollout::Rollout;
use crate::stamp::Stamp;
use crate::standing::Standing;
use crate::tally::Tally;
use crate::words;

impl Rollout {
    /// Who may go at a moment, and where everything stands.
    ///
    /// It depends on the events that were applied and the moment alone, not on the order in which
    /// events of different origin came.
    #[must_use]
    pub fn decide(&self, now: Timestamp) -> Decision {
        let mut deciding = Deciding::new(self, now);
        deciding.judge_waves();
        let state = deciding.state();
        deciding.let_go(state);
        deciding.conclude(state)
    }
}

impl Deciding<'_> {
    fn state(&mut self) -> State {
        let rollout = self.rollout;
        let has_failed = self.waves.iter().any(|it| it.state == WaveState::Failed);
        if rollout.superseded.is_some() {
            State::Superseded
        } else if rollout.abort.is_some() {
            State::Aborted
        } else if rollout.given_up.is_some() {
            State::GivenUp
        } else if has_failed && rollout.plan.on_failure == OnFailure::Rollback && !self.is_paused()
        {
            self.record(Kind::GiveUp);
            State::GivenUp
        } else if has_failed {
            State::Halted
        } else if rollout.plan.expires.is_some_and(|it| it <= self.now) {
            State::Expired
        } else if self.is_paused() {
            State::Paused
        } else {
            State::Running
        }
    }

    fn conclude(mut self, state: State) -> Decision {
        let tally = self.waves.iter().map(|it| it.tally).fold(Tally::default(), |a, b| a + b);
        let state = self.end(state, &tally);
        let sentence = words::rollout(&self, state, &tally);
        let waves: Vec<WaveVerdict> =
            (0..self.waves.len()).map(|it| self.wave_verdict(it)).collect();
        // What waits for nothing of its own waits for its wave, or for the whole.
        for at in 0..self.waves.len() {
            if self.waves[at].tally.waiting > 0 {
                let turn = || words::waits_for_its_turn(&self, at);
                let why = if state.lets_go() { turn() } else { sentence.clone() };
                self.wait(at, why);
            }
        }
        self.answer(state);
        self.take_back();
        let expired = self.rollout.plan.expires.filter(|it| *it > self.now);
        Decision {
            at: self.now,
            state,
            sentence,
            waves,
            tally,
            next: self.next.into_iter().chain(expired).filter(|it| *it > self.now).min(),
            events: self.events,
            names: self.rollout.names.clone(),
            verdicts: self.verdicts,
            reasons: self.reasons,
        }
    }

    /// Whether what was under way has come to its end.
    fn end(&self, state: State, tally: &Tally) -> State {
        let is_moving = tally.on_the_way + tally.unheard > 0;
        match state {
            State::Running if self.used_up.is_some() && !is_moving => State::Halted,
            State::Running | State::Expired
                if !is_moving
                    && tally.waiting == 0
                    && self.waves.iter().all(|it| it.state == WaveState::Passed) =>
            {
                State::Complete
            }
            state => state,
        }
    }

    /// What each host is answered.
    fn answer(&mut self, state: State) {
        let hosts = self.rollout.known.iter().zip(&self.rollout.wave_of);
        for (verdict, (known, wave)) in self.verdicts.iter_mut().zip(hosts) {
            if verdict.standing == Standing::Waiting && verdict.wait == NO_REASON {
                verdict.wait = self.waves[*wave as usize].why;
            }
            let is_going = verdict.standing == Standing::Going;
            let is_on = is_going || verdict.standing == Standing::OnTheWay;
            // Of those that are not on the way, nothing more is looked up.
            let may_go = || {
                let is_given = known.was_given_leave || verdict.may != May::Wait;
                is_given && known.called_back == Stamp::NONE
            };
            verdict.may = if state.lets_go() && is_on && may_go() {
                May::Go { again: known.is_to_try_again }
            } else {
                May::Wait
            };
        }
    }

    /// Who was called back and has surely stayed has no leave any more.
    fn take_back(&mut self) {
        let rollout = self.rollout;
        for (member, known) in rollout.members.iter().zip(&rollout.known) {
            if known.has_surely_stayed() {
                self.record(Kind::Seen { host: member.name.clone(), stays: true });
            }
        }
    }

    fn wave_verdict(&self, at: usize) -> WaveVerdict {
        let WaveNow { tally, state, need, at_most, .. } = self.waves[at];
        let name = self.rollout.waves[at].wave.name.clone();
        WaveVerdict { name, state, sentence: words::wave(self, at), tally, need, at_most }
    }
}
