//! Who gets leave: as many as there is room for, in the order of waves and names.

use crate::decision::{May, NO_REASON, State, Verdict, WaveState};
use crate::event::Kind;
use crate::now::Deciding;
use crate::standing::{Standing, Stands};
use crate::time::after;
use crate::words;

impl Deciding<'_> {
    /// Gives leave as far as there is room, in the order of waves and names.
    pub fn let_go(&mut self, state: State) {
        if state == State::Running {
            (0..self.waves.len()).for_each(|it| self.let_wave_go(it));
        }
    }

    fn let_wave_go(&mut self, at: usize) {
        let known = &self.rollout.waves[at];
        if self.waves[at].state == WaveState::Closed || self.waves[at].tally.waiting == 0 {
            return;
        }
        if let Some(opening) = known.opening.as_ref().filter(|it| !it.is_open(self.now)) {
            let next = opening.next(self.now);
            self.waves[at].until = self.waves[at].until.or(next);
            if let Some(next) = next {
                self.wake(next);
            }
            return self.wait(at, words::window(opening, next));
        }
        for host in &known.hosts {
            if self.stands[*host].standing != Standing::Waiting {
                continue;
            }
            if self.waves[at].room() == 0 {
                let why = words::wave_is_full(self, at);
                if self.waves[at].is_used_up() {
                    self.used_up.get_or_insert_with(|| why.clone());
                }
                return self.wait(at, why);
            }
            match self.full_budget(*host) {
                None => self.give_leave(*host),
                Some(budget) => self.verdicts[*host].wait = self.budget_is_full(budget),
            }
        }
    }

    /// The sentence is made once: what is full stays so while leave is given.
    fn budget_is_full(&mut self, at: usize) -> u32 {
        if let Some(why) = self.budgets[at].is_full {
            return why;
        }
        let why = words::budget_is_full(self, at);
        if self.budgets[at].tally.lost() >= self.budgets[at].at_most {
            self.used_up.get_or_insert_with(|| why.clone());
        }
        let why = self.reason(why);
        self.budgets[at].is_full = Some(why);
        why
    }

    fn full_budget(&self, host: usize) -> Option<usize> {
        let budgets = &self.rollout.budgets_of[host];
        let is_full = |it: &&usize| {
            let budget = &self.budgets[**it];
            budget.tally.taking_room >= budget.at_most
        };
        budgets.iter().find(is_full).copied()
    }

    fn give_leave(&mut self, host: usize) {
        let name = self.rollout.members[host].name.clone();
        self.record(Kind::Go { host: name });
        self.count_as_going(host);
        self.verdicts[host].may = May::Go { again: false };
        self.waves[self.rollout.wave_of[host] as usize].tally.let_go();
        for budget in &self.rollout.budgets_of[host] {
            self.budgets[*budget].tally.let_go();
        }
    }

    fn count_as_going(&mut self, host: usize) {
        self.stands[host] = Stands { standing: Standing::Going, takes_room: true };
        self.verdicts[host] = Verdict::new(Standing::Going, self.now.into());
        self.waves[self.rollout.wave_of[host] as usize].roll.add(Standing::Going, host);
        self.wake(after(self.now, self.rollout.limits.silent));
    }

    /// Those that wait in a wave and have no reason of their own wait for this.
    pub fn wait(&mut self, wave: usize, why: String) {
        if self.waves[wave].tally.waiting > 0 && self.waves[wave].why == NO_REASON {
            self.waves[wave].why = self.reason(why);
        }
    }

    fn reason(&mut self, why: String) -> u32 {
        self.reasons.push(why);
        u32::try_from(self.reasons.len() - 1).unwrap_or(NO_REASON)
    }
}
