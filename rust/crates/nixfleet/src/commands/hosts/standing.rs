//! Where a host stands towards a release: a pure judgement of what it says of itself.

use nixfleet_nix::Foreign;
use nixfleet_rollout::in_a_sentence;

use super::said::{Agent, Report, Said};
use super::ssh::Lost;

/// What a host should run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The release's number.
    pub sequence: u64,
    /// The system's path.
    pub system: String,
}

/// Where a host stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It runs and boots what the release says.
    Current,
    /// Its agent is at it, at this step.
    Underway(String),
    /// It waits for a restart of the machine.
    Restart,
    /// The release was tried, and the system before it is back.
    Failed(String),
    /// The release was not begun, for this reason.
    Refused(String),
    /// Somebody holds it.
    Held(String),
    /// Nothing has been begun; what its agent says.
    Waiting(String),
    /// Its agent does not run.
    Stopped,
    /// It has no agent.
    NoAgent,
    /// No release says what it should run.
    Free,
    /// It could not be asked.
    Offline(Lost),
}

/// Where a host stands, by what it says.
pub fn judge(target: Option<&Target>, said: &Result<Said, Lost>) -> Standing {
    let said = match said {
        Ok(said) => said,
        Err(lost) => return Standing::Offline(lost.clone()),
    };
    let report = said.report.as_ref().filter(|_| said.agent != Agent::Missing);
    if let Some(report) = report.filter(|it| it.step != "idle" && said.agent == Agent::Running) {
        return match report.step.as_str() {
            "restart" => Standing::Restart,
            step => Standing::Underway(Foreign::from(step).excerpt()),
        };
    }
    let Some(target) = target else { return Standing::Free };
    let runs = said.system.as_ref() == Some(&target.system);
    if runs && said.default.as_ref() == Some(&target.system) {
        return Standing::Current;
    }
    match (said.agent, report) {
        (Agent::Missing, _) => Standing::NoAgent,
        (Agent::Stopped, _) => Standing::Stopped,
        (Agent::Running, Some(report)) => at_rest(target, report),
        (Agent::Running, None) => Standing::Waiting("its agent has reported nothing yet".into()),
    }
}

/// An agent that rests, on a host that does not run the release.
fn at_rest(target: &Target, report: &Report) -> Standing {
    if let Some(denied) = report.denied.as_ref().filter(|it| it.system == target.system) {
        return Standing::Failed(Foreign::from(in_a_sentence(denied.why.raw())).excerpt());
    }
    let last = report.last.as_ref().filter(|_| report.sequence == Some(target.sequence));
    match last {
        Some(last) if last.outcome == "reverted" => Standing::Failed(last.why.excerpt()),
        Some(last) if last.outcome == "refused" => Standing::Refused(last.why.excerpt()),
        Some(last) if ["overridden", "shown"].contains(&last.outcome.as_str()) => {
            Standing::Refused(report.sentence.excerpt())
        }
        _ => match &report.hold {
            Some(why) => Standing::Held(why.excerpt()),
            None => Standing::Waiting(report.sentence.excerpt()),
        },
    }
}

impl Standing {
    /// The word for programs, and the column of people's table.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Underway(_) => "underway",
            Self::Restart => "restart",
            Self::Failed(_) => "failed",
            Self::Refused(_) => "refused",
            Self::Held(_) => "held",
            Self::Waiting(_) => "waiting",
            Self::Stopped => "stopped",
            Self::NoAgent => "no-agent",
            Self::Free => "free",
            Self::Offline(_) => "offline",
        }
    }

    /// Why the host does not run the release; nothing where it does.
    pub fn why(&self) -> Option<String> {
        let why = match self {
            Self::Current | Self::Free => return None,
            Self::Underway(step) => format!("its agent is at the step `{step}`"),
            Self::Restart => "it waits for a restart of the machine: restart it, or let the agent \
                              with `services.nixfleet-agent.reboot`"
                .to_owned(),
            Self::Failed(why) => format!("it was tried, and the system before it is back: {why}"),
            Self::Refused(why) | Self::Waiting(why) => why.clone(),
            Self::Held(why) => format!("held: {why}; `nixfleet-agent resume` there lifts it"),
            Self::Stopped => {
                "its agent does not run: `nixfleet-agent check` there says where to look".to_owned()
            }
            Self::NoAgent => {
                "it has no agent: `services.nixfleet-agent.enable = true` gives it one, \
                              and `nixos-rebuild` takes that to it once"
                    .to_owned()
            }
            Self::Offline(lost) => lost.to_string(),
        };
        Some(why)
    }
}

#[cfg(test)]
mod tests {
    use super::super::said::{Denied, Last};
    use super::*;

    fn target() -> Target {
        Target { sequence: 41, system: "/nix/store/new".into() }
    }

    fn said(system: &str, default: &str, report: Report) -> Said {
        Said {
            system: Some(format!("/nix/store/{system}")),
            default: Some(format!("/nix/store/{default}")),
            age: Some(5),
            agent: Agent::Running,
            report: Some(report),
        }
    }

    fn report(outcome: &str, sequence: u64) -> Report {
        Report {
            step: "idle".into(),
            sentence: "all is said".into(),
            sequence: Some(sequence),
            last: Some(Last { outcome: outcome.into(), why: "nginx".into() }),
            ..Report::default()
        }
    }

    fn judged(said: Said) -> Standing {
        judge(Some(&target()), &Ok(said))
    }

    #[test]
    fn what_runs_and_boots_decides_before_what_is_reported() {
        assert_eq!(judged(said("new", "new", report("reverted", 40))), Standing::Current);
        assert_eq!(
            judged(Said { agent: Agent::Missing, ..said("new", "new", report("", 1)) }),
            Standing::Current
        );
        assert_ne!(judged(said("new", "old", report("committed", 41))), Standing::Current);
        let mut busy = report("committed", 41);
        busy.step = "disarm".into();
        assert_eq!(judged(said("new", "new", busy)), Standing::Underway("disarm".into()));
    }

    #[test]
    fn a_try_of_another_release_says_nothing_of_this_one() {
        assert_eq!(
            judged(said("old", "old", report("reverted", 41))),
            Standing::Failed("nginx".into())
        );
        assert_eq!(
            judged(said("old", "old", report("refused", 41))),
            Standing::Refused("nginx".into())
        );
        assert_eq!(
            judged(said("old", "old", report("reverted", 40))),
            Standing::Waiting("all is said".into())
        );
        let denied = |system: &str| {
            let mut report = report("committed", 40);
            report.denied =
                Some(Denied { system: format!("/nix/store/{system}"), why: "nginx".into() });
            judged(said("old", "old", report))
        };
        assert_eq!(denied("new"), Standing::Failed("nginx".into()));
        assert_eq!(denied("other"), Standing::Waiting("all is said".into()));
    }

    #[test]
    fn a_host_without_an_agent_is_told_how_it_gets_one() {
        let standing = judged(Said { agent: Agent::Missing, ..said("old", "old", report("", 1)) });
        assert_eq!(standing, Standing::NoAgent);
        assert!(standing.why().unwrap().contains("services.nixfleet-agent.enable"));
        assert_eq!(judge(None, &Ok(Said::default())), Standing::Free);
    }

    #[test]
    fn nothing_that_a_terminal_obeys_comes_through() {
        let mut hostile = report("reverted", 41);
        hostile.last = Some(Last {
            outcome: "reverted".into(),
            why: format!("\u{1b}[2J{}", "x".repeat(9999)).into(),
        });
        let why = judged(said("old", "old", hostile)).why().unwrap();
        assert!(!why.contains('\u{1b}') && why.len() < 700, "{why}");
    }
}
