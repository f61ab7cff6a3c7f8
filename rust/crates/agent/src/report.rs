//! Where a host stands, for people and programs: a file that `nixfleet-agent status` and
//! `nixfleet status` read, and the metrics.

mod metrics;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::core::{Denied, Outcome, State, Step};
use crate::folder::write_whole;
use crate::run;

/// What is shown of a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Of this shape: 1.
    pub api_version: u32,
    /// The host's name.
    pub host: String,
    /// The step, as the state has it: `idle`, `fetch`, `probation`, …
    pub step: String,
    /// Where it stands, in a sentence.
    pub sentence: String,
    /// The release that the last try was for.
    pub sequence: Option<u64>,
    /// The release whose system runs, boots, and held.
    #[serde(default)]
    pub runs: Option<u64>,
    /// The newest release that this host may obey, as far as it has heard since it was started.
    #[serde(default)]
    pub offered: Option<u64>,
    /// How the last try ended.
    pub last: Option<Outcome>,
    /// The system that is not tried again.
    pub denied: Option<Denied>,
    /// Why nothing new is begun, where an operator said so.
    pub hold: Option<String>,
    /// How often in a row the sources did not answer, or something else stood in the way.
    pub failures: u32,
    /// When a source last answered with what may be obeyed, in seconds since 1970.
    #[serde(default)]
    pub heard_at: Option<i64>,
}

impl Report {
    /// The report of a state.
    #[must_use]
    pub fn of(host: &str, state: &State, heard_at: Option<i64>) -> Self {
        let last = state.last.as_ref();
        Self {
            api_version: 1,
            host: host.into(),
            step: step_name(&state.step),
            sentence: nixfleet_nix::visible(&run::sentence(state)).into_owned(),
            sequence: state.step.target().or(last.map(|it| &it.1)).map(|it| it.sequence),
            runs: state.runs,
            offered: state.offered,
            last: last.map(|it| it.0.clone()),
            denied: state.denied.clone(),
            hold: state.hold.clone(),
            failures: state.failures,
            heard_at,
        }
    }

    /// Whether what is offered is what runs, and nothing stands against it. How it came to run is
    /// another matter: the host may have been installed with it.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.offered.is_some()
            && self.runs == self.offered
            && self.failures == 0
            && self.denied.is_none()
    }
}

/// The name that the state's file has for a step.
fn step_name(step: &Step) -> String {
    let value = serde_json::to_value(step).unwrap_or_default();
    value.get("at").and_then(|it| it.as_str()).unwrap_or("idle").to_owned()
}

/// Where the report is: in the runtime folder, which everybody can read.
#[must_use]
pub fn path() -> PathBuf {
    folder().join("status.json")
}

/// The folder of what holds for this start of the machine alone. systemd makes it, and names it.
#[must_use]
pub fn folder() -> PathBuf {
    std::env::var_os("RUNTIME_DIRECTORY")
        .map_or_else(|| PathBuf::from("/run/nixfleet-agent"), PathBuf::from)
}

/// Writes the report and the metrics. Nothing depends on them: what cannot be written is left.
pub fn write(config: &Config, state: &State, heard_at: Option<i64>) {
    let report = Report::of(&config.host_name, state, heard_at);
    if let Ok(json) = serde_json::to_vec(&report) {
        let _ = write_whole(&path(), &json, 0o644);
    }
    if let Some(path) = &config.metrics {
        let text = metrics::text(&report, &metrics::Room::of(config));
        let _ = write_whole(path, text.as_bytes(), 0o644);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Command, Event, Facts, Moment, Offer, Poll, Reboot, Settings, Target, step};

    const SETTINGS: Settings = Settings {
        probation: 0,
        settle: 0,
        switch: 0,
        reboot: Reboot::Never,
        dry_run: false,
        poll_every: 1,
        switch_lasts: false,
    };

    fn told(state: State, event: Event) -> State {
        step(state, event, Moment { since_boot: 0, window_open: true }, &SETTINGS).0
    }

    fn target(sequence: u64, system: &str) -> Target {
        Target { sequence, system: system.into(), closure: String::new() }
    }

    /// What is said once a release is offered to a host that runs `running`.
    fn offered(state: State, target: Target, running: &str) -> Report {
        let facts = Facts { running: running.into(), default: running.into(), ..Facts::default() };
        let offer = Offer { target, wait: None, asked: true, facts };
        Report::of("", &told(state, Event::Polled(Poll::Offer(offer))), None)
    }

    fn ended(outcome: Outcome) -> State {
        State { last: Some((outcome, target(6, "/six"))), runs: Some(6), ..State::default() }
    }

    #[test]
    fn what_runs_is_fine_however_it_came() {
        let reverted = || ended(Outcome::Reverted { why: "a unit failed".into() });
        for state in [State::default(), ended(Outcome::Committed), reverted()] {
            let report = offered(state, target(7, "/new"), "/new");
            assert!(report.is_fine(), "{report:?}");
            assert_eq!(report.sentence, "release 7 runs, and is what boots");
        }
    }

    #[test]
    fn what_does_not_run_is_not_fine_whatever_ran_before() {
        let held = told(ended(Outcome::Committed), Event::Command(Command::Hold("why".into())));
        let report = offered(held, target(7, "/new"), "/six");
        assert!(report.step == "idle" && !report.is_fine(), "{report:?}");
        let failed = Event::Polled(Poll::Failed("it is older".into()));
        let report = Report::of("", &told(ended(Outcome::Committed), failed), None);
        assert!(!report.is_fine(), "{report:?}");
        assert!(!Report::of("", &ended(Outcome::Committed), None).is_fine());
    }
}
