//! What a host says of itself. It is foreign: bounded before it came here, and shown with nothing that
//! a terminal would obey.

use nixfleet_nix::Foreign;
use serde::Deserialize;

/// What a host says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// The system that runs, by its store path.
    pub system: Option<String>,
    /// The system that boots.
    pub default: Option<String>,
    /// Seconds since the running system was switched to, or booted.
    pub age: Option<u64>,
    /// Its agent.
    pub agent: Agent,
    /// What the agent reports.
    pub report: Option<Report>,
}

/// Whether a host has an agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Agent {
    /// None.
    #[default]
    Missing,
    /// One that does not run.
    Stopped,
    /// One that runs.
    Running,
}

/// The report of an agent, `nixfleet-agent status --json`; what a newer one adds is left.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The step: `idle`, `fetch`, `probation`, …
    pub step: String,
    /// Where the host stands, in a sentence.
    pub sentence: Foreign,
    /// The release that the last try was for.
    pub sequence: Option<u64>,
    /// How the last try ended.
    pub last: Option<Last>,
    /// The system that is not tried again.
    pub denied: Option<Denied>,
    /// Why nothing new is begun.
    pub hold: Option<Foreign>,
}

/// How a try ended.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Last {
    /// `committed`, `reverted`, `refused`, …
    pub outcome: String,
    /// Why.
    #[serde(default)]
    pub why: Foreign,
}

/// A system that failed.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Denied {
    /// Its path.
    pub system: String,
    /// Why.
    pub why: Foreign,
}

impl Said {
    /// Reads what a host wrote; what cannot be read is as if it had not been said.
    pub fn read(text: &str) -> Self {
        let mut said = Self::default();
        for line in text.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let path = || Some(rest.to_owned()).filter(|it| it.starts_with('/'));
            match word {
                "system" => said.system = path(),
                "default" => said.default = path(),
                "age" => said.age = rest.parse().ok(),
                "agent" if rest == "running" => said.agent = Agent::Running,
                "agent" => said.agent = Agent::Stopped,
                "report" => said.report = serde_json::from_str(rest).ok(),
                _ => {}
            }
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_says_is_read_and_what_it_cannot_mean_is_left() {
        let said = Said::read(
            "system /nix/store/a\ndefault /nix/store/b\nage 12\nagent running\n\
             report {\"step\":\"idle\",\"sentence\":\"ok\",\"last\":{\"outcome\":\"committed\"},\"new\":1}\nhello\n",
        );
        assert_eq!((said.system.as_deref(), said.age), (Some("/nix/store/a"), Some(12)));
        let report = said.report.unwrap();
        assert_eq!(
            (report.step.as_str(), report.last.unwrap().outcome.as_str()),
            ("idle", "committed")
        );
        let said = Said::read("system \ndefault x\nage -3\nreport {\nagent stopped");
        assert_eq!(said, Said { agent: Agent::Stopped, ..Said::default() });
    }
}
