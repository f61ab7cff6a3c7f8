//! What does not hold on a new system: units that failed newly, the host's assertions, and a fresh
//! connection to where releases come from. A host that cannot be reached by its next release cannot
//! be mended by one.

use std::time::Duration;

use nixfleet_assertion::{Assertion, From, Port, Ran};
use nixfleet_nix::Foreign;
use nixfleet_nix::process;

use super::Host;
use crate::core::Attempt;

/// What one assertion may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// What the service manager may take to begin with it.
const ASK: Duration = Duration::from_secs(60);
/// Where other systems have their programs, for tests on those.
pub(super) const PATH: &str = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Host {
    pub(super) fn probe(&mut self, attempt: &Attempt) -> Vec<String> {
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
        let now = self.platform.restarts();
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
        let failed = self.platform.failed().into_iter();
        failed
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
        let mut last = None;
        for source in self.sources() {
            match source.and_then(|it| self.reach(&it)) {
                Ok(_) => return None,
                Err(why) => last = Some(why),
            }
        }
        last.map(|why| format!("no release could come any more: {}", Foreign::from(why).excerpt()))
    }
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
