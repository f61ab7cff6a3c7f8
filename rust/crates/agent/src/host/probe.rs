//! What does not hold on a new system: units that failed newly, the host's assertions, and a fresh
//! connection to where releases come from. A host that cannot be reached by its next release cannot
//! be mended by one.

use std::process::Command;
use std::time::Duration;

use nixfleet_assertion::{Assertion, From, Port, Ran};
use nixfleet_nix::Foreign;
use nixfleet_nix::process;
use nixfleet_release::{SIGNATURES_BYTES, SIGNATURES_FILE};

use super::{Host, facts, unit};
use crate::core::Attempt;

/// What one assertion may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// Where other systems have their programs, for tests on those.
const PATH: &str = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Host {
    pub(super) fn probe(&self, attempt: &Attempt) -> Vec<String> {
        let mut failing = newly_failed(attempt);
        failing.extend(self.assertions());
        failing.extend(self.unreachable());
        failing
    }

    fn assertions(&self) -> Vec<String> {
        Assertion::all(&self.config.health).iter().filter_map(failure).collect()
    }

    /// Any source that answers will do.
    fn unreachable(&self) -> Option<String> {
        let mut last = None;
        for source in self.sources() {
            let asked = source.and_then(|it| it.fetch(SIGNATURES_FILE, SIGNATURES_BYTES, None));
            match asked {
                Ok(_) => return None,
                Err(why) => last = Some(why),
            }
        }
        last.map(|why| format!("no release could come any more: {}", Foreign::from(why).excerpt()))
    }
}

fn newly_failed(attempt: &Attempt) -> Vec<String> {
    let own = |name: &String| name.starts_with("nixfleet-");
    facts::failed_units()
        .into_iter()
        .filter(|name| !attempt.failed_before.contains(name) && !own(name))
        .map(|name| format!("unit `{name}` failed{}", journal(&name)))
        .collect()
}

fn failure(assertion: &Assertion) -> Option<String> {
    let assertion = on_the_machine(assertion);
    let limit = ANSWER_LIMIT.as_secs();
    // Outside of the agent's sandbox, with what a root shell finds.
    let mut command = Command::new("systemd-run");
    command
        .args(["--pipe", "--wait", "--collect", "--quiet", "--no-ask-password"])
        .arg(format!("--property=RuntimeMaxSec={limit}"))
        .arg(format!("--setenv=PATH=/run/wrappers/bin:/run/current-system/sw/bin:{PATH}"))
        .args(["--", "sh", "-c", &assertion.script()]);
    let ran = match process::output(&mut command, ANSWER_LIMIT + unit::ASK) {
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

/// From outside is for a test in a VM: on the machine itself, that the port answers has to do.
fn on_the_machine(assertion: &Assertion) -> Assertion {
    match assertion.clone() {
        Assertion::Port(port) => Assertion::Port(Port { from: From::Guest, ..port }),
        other => other,
    }
}

/// The last words of a unit that failed.
fn journal(unit: &str) -> String {
    let mut command = Command::new("journalctl");
    command.args(["--unit", unit, "--lines=1", "--output=cat", "--no-pager"]);
    let line = super::switch::line_of(&mut command).unwrap_or_default();
    if line.is_empty() { String::new() } else { format!(": {}", Foreign::from(line).excerpt()) }
}
