//! What does not hold on a new system: units that failed newly, the host's assertions, and a fresh
//! connection to where releases come from. A host that cannot be reached by its next release cannot
//! be mended by one.

use std::time::{Duration, Instant};

use nixfleet_assertion::{Assertion, From, Port, Ran};
use nixfleet_nix::Foreign;
use nixfleet_nix::process;

use super::{Host, UNANSWERED};
use crate::core::Attempt;

/// What one assertion may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// What the service manager may take to begin with it.
const ASK: Duration = Duration::from_secs(60);
/// How often the sources are asked in one look until one answers. A connection over a link that loses
/// three packets in ten fails once in thirty times: that is no word on the new system.
const ROUNDS: usize = 3;
/// After this no further round begins: one look is not to take what is left of a probation.
const ROUNDS_LIMIT: Duration = Duration::from_secs(60);
/// Where other systems have their programs, for tests on those.
pub(super) const PATH: &str = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Host {
    pub(super) fn probe(&mut self, attempt: &Attempt) -> Vec<String> {
        self.see_to_the_guard(attempt);
        let mut failing = self.newly_failed(attempt);
        failing.extend(self.started_again(attempt));
        failing.extend(match self.successor_says(&attempt.target.system) {
            Some(Ok(failing)) => failing,
            Some(Err(why)) => vec![why],
            None => self.failing(),
        });
        failing
    }

    /// What does not hold, as this agent's own configuration has it.
    #[must_use]
    pub fn failing(&self) -> Vec<String> {
        let mut failing = self.assertions();
        failing.extend(self.unreachable());
        failing
    }

    /// Services that ended and were started again since the last look, and did not do that before.
    fn started_again(&mut self, attempt: &Attempt) -> Vec<String> {
        let Some(now) = self.platform.restarts() else { return Vec::new() };
        let last = std::mem::replace(&mut self.restarts, now.clone());
        now.into_iter()
            .filter(|(name, count)| *count > last.get(name).copied().unwrap_or(0))
            .filter(|(name, _)| is_news(attempt, name))
            .map(|(name, _)| {
                format!("unit `{name}` ended and was started again{}", self.platform.words(&name))
            })
            .collect()
    }

    fn assertions(&self) -> Vec<String> {
        Assertion::all(&self.config.health).iter().filter_map(|it| self.failure(it)).collect()
    }

    fn newly_failed(&self, attempt: &Attempt) -> Vec<String> {
        let Some(failed) = self.platform.failed() else { return vec![UNANSWERED.into()] };
        failed
            .into_iter()
            .filter(|name| is_news(attempt, name))
            .map(|name| format!("unit `{name}` failed{}", self.platform.words(&name)))
            .collect()
    }

    fn failure(&self, assertion: &Assertion) -> Option<String> {
        let assertion = on_the_machine(assertion);
        let mut command = self.platform.shell(&assertion.script(), ANSWER_LIMIT);
        let ran = match process::output(&mut command, ANSWER_LIMIT + ASK) {
            Ok(output) => match output.status {
                Some(status) => Ran {
                    status: status.code().unwrap_or(-1),
                    stdout: output.stdout,
                    stderr: output.stderr,
                },
                None => {
                    return Some(format!(
                        "{}: it did not answer in {} s",
                        assertion.title(),
                        ANSWER_LIMIT.as_secs()
                    ));
                }
            },
            Err(error) => {
                return Some(format!("{}: it could not be asked: {error}", assertion.title()));
            }
        };
        assertion.judge(&ran).err().map(|seen| format!("{}: {seen}", assertion.title()))
    }

    /// Any source that answers will do.
    fn unreachable(&self) -> Option<String> {
        let sources = self.sources();
        let reach = |at: usize| self.reach(sources[at].as_ref().map_err(Clone::clone)?);
        let why = none_answers(sources.len(), ROUNDS_LIMIT, reach)?;
        Some(format!("no release could come any more: {}", Foreign::from(why).excerpt()))
    }
}

/// Why none of so many sources answers, in any round; the last one's reason.
fn none_answers<T>(
    sources: usize,
    limit: Duration,
    reach: impl Fn(usize) -> Result<T, String>,
) -> Option<String> {
    let began = Instant::now();
    let mut last = None;
    for round in 0..ROUNDS {
        if round > 0 && began.elapsed() >= limit {
            break;
        }
        for at in 0..sources {
            match reach(at) {
                Ok(_) => return None,
                Err(why) => last = Some(why),
            }
        }
    }
    last
}

/// Whether a unit that is unwell was not before, and is none of the agent's own.
fn is_news(attempt: &Attempt, name: &String) -> bool {
    !attempt.failed_before.contains(name) && !is_own(name)
}

fn is_own(name: &str) -> bool {
    name.strip_prefix("org.nixos.").unwrap_or(name).starts_with("nixfleet-")
}

/// From outside is for a test in a VM: on the machine itself, that the port answers has to do.
fn on_the_machine(assertion: &Assertion) -> Assertion {
    match assertion.clone() {
        Assertion::Port(port) => Assertion::Port(Port { from: From::Guest, ..port }),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_source_that_answers_now_and_then_is_reached() {
        let asked = Cell::new(0);
        let answers_at = |when: usize| {
            asked.set(0);
            let asked = &asked;
            move |at: usize| {
                asked.set(asked.get() + 1);
                if asked.get() == when { Ok(()) } else { Err(format!("source {at}")) }
            }
        };
        assert_eq!(none_answers(2, ROUNDS_LIMIT, answers_at(6)), None);
        assert_eq!(none_answers(2, ROUNDS_LIMIT, answers_at(7)), Some("source 1".into()));
        assert_eq!(asked.get(), 6);
        // Each has been slow.
        assert_eq!(none_answers(2, Duration::ZERO, answers_at(3)), Some("source 1".into()));
        assert_eq!(none_answers(0, ROUNDS_LIMIT, answers_at(1)), None);
    }
}
