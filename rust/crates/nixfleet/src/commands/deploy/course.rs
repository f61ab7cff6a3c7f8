//! A deployment from its first host to its last: the plan says who begins, and each host has a thread.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_nix::Foreign;
use nixfleet_vm::observer::Observer;

use super::host::{Host, Taken, Taking};
use super::outcome::{Outcome, Proof};
use super::waves::{Next, Plan, Progress, Stop};
use crate::text::progress::Progress as Shown;

/// How often the user's wish is looked at.
const GLANCE: Duration = Duration::from_millis(200);

/// Where the clock that decides begins, so that hosts may have held since before that.
const BEGIN: u64 = 1 << 40;

/// A deployment.
pub struct Course<'a> {
    /// How the release is taken to a host.
    pub taking: Taking<'a>,
    /// Who may begin.
    pub plan: &'a Plan,
    /// The hosts, as the plan's members.
    pub hosts: &'a [Host],
    /// What is shown meanwhile.
    pub progress: &'a Shown,
}

/// How a deployment ended.
pub struct Ended {
    /// What became of each host.
    pub outcomes: Vec<Outcome>,
    /// Why not all had their turn.
    pub stopped: Option<Stop>,
    /// Whether the user wanted the end.
    pub interrupted: bool,
}

impl Course<'_> {
    /// Runs it to its end.
    pub fn run(&self) -> Ended {
        let began = Instant::now();
        let mut states = vec![Progress::Waiting; self.hosts.len()];
        let mut outcomes = vec![Outcome::NotBegun; self.hosts.len()];
        let (sender, receiver) = mpsc::channel::<(usize, Taken)>();
        let mut soaking = None;
        let stopped = thread::scope(|scope| {
            loop {
                let now = BEGIN + began.elapsed().as_secs();
                let going = states.contains(&Progress::Going);
                // Those under way end by themselves, soon.
                let next = match self.taking.ssh.cancel.requested() {
                    true if going => Next::Begin(Vec::new()),
                    true => break None,
                    false => self.plan.next(&states, now),
                };
                match next {
                    Next::Done => break None,
                    Next::Stop(stop) => break Some(stop),
                    Next::Soak(wave, until) => {
                        if soaking != Some((wave, until)) {
                            self.tell_soak(wave, until - now);
                            soaking = Some((wave, until));
                        }
                    }
                    Next::Begin(places) => {
                        for place in places {
                            states[place] = Progress::Going;
                            let sender = sender.clone();
                            scope.spawn(move || {
                                let taken = self.take(&self.hosts[place]);
                                let _ = sender.send((place, taken));
                            });
                        }
                    }
                }
                match receiver.recv_timeout(GLANCE) {
                    Ok((place, taken)) => {
                        let now = BEGIN + began.elapsed().as_secs();
                        let since = now.saturating_sub(taken.age);
                        states[place] = Progress::Over(taken.outcome.proof(), since);
                        self.tell_end(place, &taken.outcome);
                        outcomes[place] = taken.outcome;
                    }
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
                }
            }
        });
        let stopped = stopped.filter(|_| outcomes.contains(&Outcome::NotBegun));
        Ended { outcomes, stopped, interrupted: self.taking.ssh.cancel.requested() }
    }

    fn take(&self, host: &Host) -> Taken {
        self.taking.take(host, &|words| {
            Observer::step(self.progress, &host.name, &Foreign::from(words));
        })
    }

    fn tell_end(&self, place: usize, outcome: &Outcome) {
        let why = outcome.why().map(|it| format!(": {it}")).unwrap_or_default();
        let mark = if outcome.proof() == Proof::Good { "" } else { "not " };
        let number = self.hosts[place].target.sequence;
        let words = match outcome {
            Outcome::Current => format!("ran release {number} before"),
            Outcome::NotBegun => "not begun".to_owned(),
            _ => format!("{mark}on release {number}{why}"),
        };
        self.progress.done(&self.hosts[place].name, &words);
    }

    fn tell_soak(&self, wave: usize, seconds: u64) {
        let name = self.plan.waves.get(wave).map(|it| it.name.as_str()).unwrap_or_default();
        let words = format!(
            "it has to hold for {seconds} s more before the next wave opens; `--no-soak` opens it at once"
        );
        self.progress.done(&format!("wave `{}`", nixfleet_nix::visible(name)), &words);
    }
}
