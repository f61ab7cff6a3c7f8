//! What a run did: the same for people, programs, `JUnit` and a page.

pub mod html;
pub mod junit;
pub mod place;

use std::path::PathBuf;

use nixfleet_nix::{Cause, Foreign};
use serde::Serialize;

use crate::ssh::Target;
use crate::{Accelerator, Error, Phase};

/// How a run on a host ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It did all it should, and all assertions held.
    Passed,
    /// An assertion did not hold.
    Failed,
    /// It could not be done.
    Error,
    /// The user ended it.
    Interrupted,
}

/// A run on a host.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HostReport {
    /// The host.
    pub host: String,
    /// How it ended.
    pub result: Verdict,
    /// How long it took.
    pub seconds: f64,
    /// What ran the guest's instructions.
    pub accelerator: Accelerator,
    /// Whether an earlier install was used, as nothing has changed since.
    pub reused: bool,
    /// The system, a store path.
    pub system: Option<String>,
    /// The phases, in order.
    pub phases: Vec<PhaseReport>,
    /// The assertions: first those of every host, then the user's in the order of the source.
    pub assertions: Vec<Outcome>,
    /// State that a reboot loses, with the line that keeps it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Foreign>,
    /// What went wrong.
    pub error: Option<ErrorReport>,
    /// A picture of the screen when it failed.
    pub screenshot: Option<PathBuf>,
    /// The folder of the logs.
    pub logs: Option<PathBuf>,
    /// How to log in to the VM that was left running.
    pub ssh: Option<String>,
    /// The file for `ssh -F` that knows the VMs which were left running by their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_config: Option<PathBuf>,
    /// How root is reached in that VM, and by which names.
    #[serde(skip)]
    pub left: Option<(Vec<String>, Target)>,
}

/// A phase of a run.
#[derive(Debug, Clone, Serialize)]
pub struct PhaseReport {
    /// Which.
    pub phase: Phase,
    /// How long it took.
    pub seconds: f64,
    /// Whether it did what it should.
    pub held: bool,
}

/// An assertion and whether it held.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// What was asserted.
    pub assertion: Foreign,
    /// Whether it held.
    pub held: bool,
    /// How long it took to hold, or was tried.
    pub seconds: f64,
    /// What was seen instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<Foreign>,
    /// The end of the journal of the unit at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journal: Option<Foreign>,
}

/// What went wrong.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorReport {
    /// What.
    pub message: Foreign,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<Foreign>,
    /// The lines that show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Foreign>,
    /// The exit status that tells it.
    pub status: u8,
    /// What Nix said, when it was Nix that failed.
    #[serde(skip)]
    pub nix: Option<NixFailure>,
}

/// A failure of Nix, for who can tell more of it.
#[derive(Debug, Clone)]
pub struct NixFailure {
    /// The cause.
    pub cause: Cause,
    /// All that Nix wrote.
    pub trace: Foreign,
}

impl HostReport {
    /// A run that has not begun.
    #[must_use]
    pub fn new(host: &str, accelerator: Accelerator) -> Self {
        Self {
            host: host.to_owned(),
            result: Verdict::Passed,
            seconds: 0.0,
            accelerator,
            reused: false,
            system: None,
            phases: Vec::new(),
            assertions: Vec::new(),
            advice: Vec::new(),
            error: None,
            screenshot: None,
            logs: None,
            ssh: None,
            ssh_config: None,
            left: None,
        }
    }

    /// Writes down how the run ended.
    pub fn close(&mut self, result: Result<(), &Error>) {
        self.result = match result {
            Err(Error::Interrupted) => Verdict::Interrupted,
            Err(_) => Verdict::Error,
            Ok(()) if self.assertions.iter().all(|it| it.held) => Verdict::Passed,
            Ok(()) => Verdict::Failed,
        };
        self.seconds = self.phases.iter().map(|it| it.seconds).sum();
        self.error = result.err().map(|error| ErrorReport {
            message: error.to_string().into(),
            help: error.help().map(Foreign::from),
            evidence: error.evidence().cloned(),
            status: error.exit_status(),
            nix: error.nix(),
        });
    }

    /// The exit status that tells it.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match (&self.error, self.result) {
            (Some(error), _) => error.status,
            (None, Verdict::Failed) => 1,
            (None, _) => 0,
        }
    }

    /// What went wrong, in a line.
    #[must_use]
    pub fn message(&self) -> Option<Foreign> {
        let failed: Vec<&Outcome> = self.assertions.iter().filter(|it| !it.held).collect();
        match (&self.error, failed.len()) {
            (Some(error), _) => Some(error.message.clone()),
            (None, 0) => None,
            (None, 1) => Some(format!("not so: {}", failed[0].assertion.raw()).into()),
            (None, count) => {
                Some(format!("{count} of {} assertions failed", self.assertions.len()).into())
            }
        }
    }
}

/// The exit status that tells of several runs: the first of interrupted, lacking, timed out and
/// failed that there is.
#[must_use]
pub fn exit_status(reports: &[HostReport]) -> u8 {
    worst(&reports.iter().map(HostReport::exit_status).collect::<Vec<_>>())
}

/// The exit status that tells of several.
#[must_use]
pub fn worst(statuses: &[u8]) -> u8 {
    [130, 3, 4, 2, 1].into_iter().find(|it| statuses.contains(it)).unwrap_or(0)
}

/// A run with an assertion that failed.
#[cfg(test)]
fn sample() -> HostReport {
    let mut report = HostReport::new("web-01", Accelerator::Tcg);
    let phase = |phase, seconds| PhaseReport { phase, seconds, held: true };
    report.phases = vec![phase(Phase::Boot, 1.0), phase(Phase::Verify, 3.0)];
    let outcome = |assertion: &str, seen: Option<&str>| Outcome {
        assertion: assertion.into(),
        held: seen.is_none(),
        seconds: 1.0,
        seen: seen.map(Into::into),
        journal: None,
    };
    report.assertions = vec![outcome("a", None), outcome("b", Some("seen <nothing>"))];
    report.close(Ok(()));
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_end_gives_the_exit_status() {
        let failed = sample();
        let mut timed_out = HostReport::new("b", Accelerator::Tcg);
        timed_out.close(Err(&Error::TimedOut {
            phase: Phase::Install,
            limit: std::time::Duration::from_secs(1),
            seen: String::new(),
            console: Foreign::default(),
        }));
        let passed = HostReport::new("c", Accelerator::Tcg);
        assert_eq!(failed.message().unwrap().raw(), "not so: b");
        assert_eq!(exit_status(std::slice::from_ref(&passed)), 0);
        assert_eq!(exit_status(&[passed, failed.clone()]), 1);
        assert_eq!(exit_status(&[failed, timed_out]), 4);
    }

    /// What a guest says reaches each of the reports as text that nothing obeys.
    #[test]
    fn no_report_lets_a_terminal_obey_a_guest() {
        let hostile = "\u{1b}[2J\u{1b}]0;x\u{7}\r\n\u{9b}1m\u{202e}\u{200b}\0\u{7f}<script>&\"";
        let long = format!("{hostile}{}", "x".repeat(10 << 20));
        let mut report = sample();
        report.assertions[1] = Outcome {
            assertion: hostile.into(),
            held: false,
            seconds: 1.0,
            seen: Some(long.as_str().into()),
            journal: Some(long.as_str().into()),
        };
        report.advice = vec![hostile.into()];
        let mut ended = HostReport::new("web-02", Accelerator::Tcg);
        ended.close(Err(&Error::Install {
            status: "1".into(),
            step: hostile.into(),
            tail: long.as_str().into(),
            log: hostile.into(),
        }));
        ended.logs = Some(hostile.into());
        let reports = [report, ended];
        let folder = tempfile::tempdir().unwrap();
        html::write(folder.path(), &reports).unwrap();
        junit::write(&folder.path().join("junit.xml"), &reports).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let json =
            serde_json::to_string(&reports.iter().map(HostReport::message).collect::<Vec<_>>());
        for text in [read(html::PAGE), read("junit.xml"), json.unwrap()] {
            let is_obeyed = |it: char| it != '\n' && nixfleet_text::is_hidden(it);
            assert!(!text.contains(is_obeyed), "{text}");
            assert!(!text.starts_with('<') || !text.contains("<script>"), "{text}");
            assert!(text.len() < 1 << 20, "{} bytes", text.len());
        }
    }
}
