//! Which hosts may go now: the plan of a release, as far as it is about order and numbers. Pure: what
//! has become of the hosts and the time go in, who may begin comes out.
//!
//! A control plane decides by the crate `rollout`, and this is no second one of it. That judges events
//! of hosts that come and go for weeks: who is silent, who is passed over and comes later, what people
//! said, what a log has that was cut. Here somebody waits at a terminal: some of the hosts may be
//! chosen while a part, as `25%`, is of all; a host that is not reached is over; so many go at a time;
//! and the end is the command's. To say that in events would take inventing reports that no host made.
//! What both have to agree on, how many hosts a part is, is [`Share`]'s, of the crate `release`.

use std::ops::RangeInclusive;

use nixfleet_release::plan::{Budget, Share, Wave};

use super::outcome::Proof;

/// A host that is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The place of its wave in the plan; without waves, 0.
    pub wave: usize,
    /// Its tags.
    pub tags: Vec<String>,
}

/// The rules that hold, and the hosts that go by them.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The waves; without any, all go at once.
    pub waves: Vec<Wave>,
    /// Limits across waves.
    pub budgets: Vec<Budget>,
    /// The hosts that are to go.
    pub members: Vec<Member>,
    /// All hosts of the release: a part, as `25%`, is of these.
    pub fleet: Vec<Member>,
    /// How many at a time, whatever the waves say.
    pub jobs: usize,
    /// Whether what fails stops nobody.
    pub heedless: bool,
    /// Whether a wave is waited for after it has held.
    pub soak: bool,
}

/// What has become of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing yet.
    Waiting,
    /// It is under way.
    Going,
    /// It is over; since when it holds, in seconds of the clock that decides, where it does.
    Over(Proof, u64),
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// These begin now, by their places; none: somebody who is under way is waited for.
    Begin(Vec<usize>),
    /// The wave at this place has held until this moment before the one after it opens.
    Soak(usize, u64),
    /// Nobody begins any more.
    Stop(Stop),
    /// All had their turn.
    Done,
}

/// Why nobody begins any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Too many hosts of the wave failed: it can't have as many good ones as it needs.
    Failed {
        /// The wave's place.
        wave: usize,
        /// How many did.
        failed: usize,
    },
    /// No host of the wave could try it.
    Unproven {
        /// The wave's place.
        wave: usize,
    },
    /// Hosts that failed hold all the room that a limit leaves.
    NoRoom {
        /// The wave's place.
        wave: usize,
    },
}

impl Plan {
    /// Who may begin now.
    pub fn next(&self, hosts: &[Progress], now: u64) -> Next {
        if self.heedless {
            return self.begin_all(hosts);
        }
        let waves = self.members.iter().map(|it| it.wave).max().map_or(0, |it| it + 1);
        for wave in 0..waves {
            let own = self.of_wave(hosts, wave);
            if own.is_empty() {
                continue;
            }
            let count = |is: fn(Progress) -> bool| own.iter().filter(|it| is(**it)).count();
            let good = count(|it| matches!(it, Progress::Over(Proof::Good, _)));
            let bad = count(|it| matches!(it, Progress::Over(Proof::Bad, _)));
            let open = count(|it| matches!(it, Progress::Waiting | Progress::Going));
            let is_last = self.members.iter().all(|it| it.wave <= wave);
            if bad > own.len() - self.needed(wave, own.len()) {
                let going = hosts.contains(&Progress::Going);
                let stop = Next::Stop(Stop::Failed { wave, failed: bad });
                return if going { Next::Begin(Vec::new()) } else { stop };
            }
            if open > 0 {
                return self.begin(hosts, wave..=wave);
            }
            if is_last {
                return Next::Done;
            }
            if good == 0 {
                return Next::Stop(Stop::Unproven { wave });
            }
            let until = self.soaked(&own, wave);
            if now < until {
                return Next::Soak(wave, until);
            }
        }
        Next::Done
    }

    /// Where waves hold nobody back.
    fn begin_all(&self, hosts: &[Progress]) -> Next {
        let is_open = |it: &Progress| matches!(it, Progress::Waiting | Progress::Going);
        if hosts.iter().any(is_open) { self.begin(hosts, 0..=usize::MAX) } else { Next::Done }
    }

    fn of_wave(&self, hosts: &[Progress], wave: usize) -> Vec<Progress> {
        let members = self.members.iter().zip(hosts);
        members.filter(|(it, _)| it.wave == wave).map(|(_, progress)| *progress).collect()
    }

    /// How many of so many hosts have to be good; where the plan does not say, all that are heard
    /// of, so that the first that fails is one too many.
    fn needed(&self, wave: usize, hosts: usize) -> usize {
        let need = self.waves.get(wave).and_then(|it| it.need);
        need.map_or(hosts, |it| it.at_least(hosts))
    }

    /// When the wave has held for as long as it has to.
    fn soaked(&self, own: &[Progress], wave: usize) -> u64 {
        let soak = self.waves.get(wave).and_then(|it| it.soak).filter(|_| self.soak);
        let soak = soak.map_or(0, |it| it.get().as_secs());
        let since = own.iter().filter_map(|it| match it {
            Progress::Over(Proof::Good, since) => Some(*since),
            _ => None,
        });
        since.max().unwrap_or_default().saturating_add(soak)
    }

    /// Those of some waves that there is room for: as many as there are jobs, and as each limit leaves.
    fn begin(&self, hosts: &[Progress], waves: RangeInclusive<usize>) -> Next {
        let going = hosts.iter().filter(|it| **it == Progress::Going).count();
        let free = self.jobs.max(1).saturating_sub(going);
        let mut limits = self.limits(hosts, *waves.start());
        let mut begun = Vec::new();
        for (place, member) in self.members.iter().enumerate() {
            if begun.len() == free {
                break;
            }
            if !waves.contains(&member.wave) || hosts[place] != Progress::Waiting {
                continue;
            }
            let own: Vec<_> = limits.iter_mut().filter(|it| (it.is_over)(member)).collect();
            if own.iter().all(|it| it.left > 0) {
                for limit in own {
                    limit.left -= 1;
                }
                begun.push(place);
            }
        }
        // Nobody is under way whose end could make room.
        if begun.is_empty() && going == 0 {
            let mut waiting = self.members.iter().zip(hosts);
            let first = waiting.find(|(_, it)| **it == Progress::Waiting);
            let wave = first.map_or(*waves.start(), |(it, _)| it.wave);
            return Next::Stop(Stop::NoRoom { wave });
        }
        Next::Begin(begun)
    }

    /// What the limits leave that hosts of a wave are under.
    fn limits(&self, hosts: &[Progress], wave: usize) -> Vec<Limit<'_>> {
        let at_most = self.waves.get(wave).and_then(|it| it.at_most).filter(|_| !self.heedless);
        let of_wave = at_most.map(|share| self.limit(hosts, share, move |it| it.wave == wave));
        let of_budgets = self.budgets.iter().map(|budget| {
            let has_tag = |it: &Member| it.tags.iter().any(|it| budget.tags.contains(it));
            self.limit(hosts, budget.at_most, has_tag)
        });
        of_wave.into_iter().chain(of_budgets).collect()
    }

    /// Those that are under way or have failed take of it.
    fn limit<'a>(
        &self,
        hosts: &[Progress],
        share: Share,
        is_over: impl Fn(&Member) -> bool + 'a,
    ) -> Limit<'a> {
        let taken = self.members.iter().zip(hosts).filter(|(it, progress)| {
            is_over(it) && matches!(progress, Progress::Going | Progress::Over(Proof::Bad, _))
        });
        let most = share.at_most(self.fleet.iter().filter(|it| is_over(it)).count());
        Limit { left: most.saturating_sub(taken.count()), is_over: Box::new(is_over) }
    }
}

/// How many more of the hosts that a limit is over may be under way.
struct Limit<'a> {
    is_over: Box<dyn Fn(&Member) -> bool + 'a>,
    left: usize,
}

#[cfg(test)]
mod properties;
