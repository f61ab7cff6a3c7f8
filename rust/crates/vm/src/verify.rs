//! Checking that what was asserted holds: side by side, each tried until it does or its time is
//! over, and told in the order of the source.

mod slots;

use std::panic::resume_unwind;
use std::thread;
use std::time::Duration;

use crate::report::Outcome;
use crate::run::{Run, Running};
use crate::ssh::{SshError, Target};
use crate::{Clock, Error, Phase};
use nixfleet_assertion::{Assertion, Ran, host};
use nixfleet_nix::Foreign;
use nixfleet_text::word;
use slots::{Slot, Slots};

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(500);

/// How much longer everything may take under software emulation. `within` is what the user knows
/// of real machines.
const EMULATION: u32 = 3;

/// In which time a host must be up: every unit of multi-user.target started.
const UP: Duration = Duration::from_secs(90);

/// How long a host that has started all it will is looked at further.
const SETTLED: Duration = Duration::from_secs(3);

/// Commands at a time over one connection. sshd allows ten (`MaxSessions` in `sshd_config(5)`).
const SESSIONS: usize = 8;

/// Checks a host that runs. Assertions that do not hold are outcomes, no errors.
///
/// # Errors
/// When the guest or QEMU ends meanwhile, or the user wants the end.
pub fn verify(
    run: &Run,
    running: &mut Running,
    expected: &host::Expected,
    assertions: &[Assertion],
) -> Result<Vec<Outcome>, Error> {
    let forwards = running.forwards.clone();
    run.watched(Phase::Verify, running, |root| {
        let verifier = Verifier {
            run,
            root: root.clone(),
            outside: &|port| forwards.iter().skip(1).find(|it| it.guest == port).map(|it| it.host),
            factor: if run.accelerator().is_software() { EMULATION } else { 1 },
            slots: Slots::new(SESSIONS),
        };
        verifier.all(expected, assertions)
    })
}

struct Verifier<'a> {
    run: &'a Run<'a>,
    root: Target,
    outside: &'a (dyn Fn(u16) -> Option<u16> + Sync),
    factor: u32,
    slots: Slots,
}

impl Verifier<'_> {
    fn all(&self, expected: &host::Expected, assertions: &[Assertion]) -> Vec<Outcome> {
        thread::scope(|scope| {
            let host = scope.spawn(|| self.host(expected));
            let login = expected.user.as_ref().filter(|_| !expected.keys.is_empty());
            let login = login.map(|user| scope.spawn(|| self.login(user)));
            let users: Vec<_> =
                assertions.iter().map(|it| scope.spawn(|| vec![self.assertion(it)])).collect();
            let all = std::iter::once(host).chain(login).chain(users);
            all.flat_map(|it| it.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        })
    }

    /// Whether nobody waits for the guest any more.
    fn is_over(&self) -> bool {
        self.run.world.cancel.requested() || self.root.lost.requested()
    }

    /// What must hold on every host.
    fn host(&self, expected: &host::Expected) -> Vec<Outcome> {
        let clock = &self.run.world.clock;
        let mut time = Stopwatch::new(&**clock);
        let script = host::script(expected);
        let mut settled = None;
        loop {
            let slot = time.stopped(|| self.slots.take());
            let answer = self.ask(&slot, &self.root, &script, UP * self.factor);
            drop(slot);
            let (text, trouble) = match answer {
                Ok(ran) => (ran.stdout, None),
                Err(error) => (Foreign::default(), Some(Foreign::from(error.to_string()))),
            };
            let checks = host::judge(expected, &text);
            let took = time.took();
            if host::is_settled(&text) {
                settled = settled.or(Some(clock.now()));
            }
            let over = took > UP * self.factor
                || settled.is_some_and(|it| clock.now().saturating_sub(it) > SETTLED * self.factor)
                || self.is_over();
            if over || checks.iter().all(|it| it.seen.is_none()) {
                let outcome = |check: host::Check| {
                    let journal = check.seen.is_some().then_some(check.unit).flatten();
                    Outcome {
                        assertion: check.title,
                        held: check.seen.is_none(),
                        seconds: took.as_secs_f64(),
                        seen: check.seen.map(|seen| trouble.clone().unwrap_or(seen)),
                        journal: journal.and_then(|unit| self.journal(&unit)),
                    }
                };
                return checks.into_iter().map(outcome).collect();
            }
            clock.sleep(PAUSE);
        }
    }

    /// The primary user logs in: the one proof that keys, shell and account work together.
    fn login(&self, user: &str) -> Vec<Outcome> {
        let target = Target { user: user.to_owned(), shared: None, ..self.root.clone() };
        let title = format!("{user} logs in over SSH");
        vec![self.until(title.into(), UP, None, |slot, limit| {
            match self.ask(slot, &target, "true", limit) {
                Ok(ran) if ran.status == 0 => Ok(()),
                Ok(ran) => {
                    let (status, said) = (ran.status, ran.stderr.excerpt());
                    Err(format!("the login shell ended with {status}: {said}").into())
                }
                Err(error) => Err(error.to_string().into()),
            }
        })]
    }

    /// One of the user's assertions.
    fn assertion(&self, assertion: &Assertion) -> Outcome {
        self.until(assertion.title(), assertion.within(), assertion.unit(), |slot, limit| {
            let mut answer = Err(SshError::Unreachable(Foreign::default()));
            let mut ask = || {
                answer = self.ask(slot, &self.root, &assertion.script(), limit);
                true
            };
            match assertion.outside_port() {
                Some(port) => {
                    let forwarded = (self.outside)(port).unwrap_or(0);
                    if !self.run.world.remote.holds(forwarded, &mut ask) {
                        return Err("it accepts no connection".into());
                    }
                }
                None => {
                    ask();
                }
            }
            assertion.judge(&answer.map_err(|it| Foreign::from(it.to_string()))?)
        })
    }

    /// Tries until it holds or its time is over, which does not run while it waits for others. There
    /// is always one attempt.
    fn until(
        &self,
        assertion: Foreign,
        within: Duration,
        unit: Option<&str>,
        attempt: impl Fn(&Slot, Duration) -> Result<(), Foreign>,
    ) -> Outcome {
        let clock = &self.run.world.clock;
        let mut time = Stopwatch::new(&**clock);
        let within = within * self.factor;
        loop {
            let slot = time.stopped(|| self.slots.take());
            // An attempt that began in time may end a little later.
            let left = within.saturating_sub(time.took()).max(Duration::from_secs(5));
            let seen = attempt(&slot, left).err();
            drop(slot);
            let took = time.took();
            if seen.is_none() || took >= within || self.is_over() {
                let journal = seen.as_ref().and(unit).and_then(|it| self.journal(it));
                let seconds = took.as_secs_f64();
                return Outcome { assertion, held: seen.is_none(), seconds, seen, journal };
            }
            clock.sleep(PAUSE);
        }
    }

    fn journal(&self, unit: &str) -> Option<Foreign> {
        let unit = word(unit);
        let script = format!("journalctl --no-pager -o short -n 20 -u {unit}");
        let slot = self.slots.take();
        let ran = self.ask(&slot, &self.root, &script, Duration::from_secs(20)).ok()?;
        Some(ran.stdout.trim()).filter(|it| !it.is_empty())
    }

    /// Asks the guest; who does has a slot.
    fn ask(
        &self,
        _: &Slot,
        target: &Target,
        script: &str,
        limit: Duration,
    ) -> Result<Ran, SshError> {
        self.run.world.remote.run(target, script, limit)
    }
}

/// How long something has taken, without the time for which the watch was stopped.
struct Stopwatch<'a> {
    clock: &'a dyn Clock,
    begun: Duration,
}

impl<'a> Stopwatch<'a> {
    fn new(clock: &'a dyn Clock) -> Self {
        Self { clock, begun: clock.now() }
    }

    fn took(&self) -> Duration {
        self.clock.now().saturating_sub(self.begun)
    }

    fn stopped<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let took = self.took();
        let result = work();
        self.begun = self.clock.now().saturating_sub(took);
        result
    }
}

#[cfg(test)]
mod tests;
