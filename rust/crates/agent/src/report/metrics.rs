//! The report as metrics, in Prometheus' text format (prometheus.io, exposition formats).

use std::fmt::Write;

use rustix::fs::statvfs;

use super::Report;
use crate::config::Config;
use crate::core::{Outcome, Step};

/// The free bytes of what a release needs room on, by mount point.
pub(super) struct Room(Vec<(String, u64)>);

impl Room {
    pub(super) fn of(config: &Config) -> Self {
        let places = ["/nix/store".to_owned()].into_iter();
        let places = places.chain(config.boot.as_ref().map(|it| it.display().to_string()));
        let free = |place: String| {
            let there = statvfs(place.as_str()).ok()?;
            Some((place, there.f_bavail.saturating_mul(there.f_frsize)))
        };
        Self(places.filter_map(free).collect())
    }
}

/// How a try can end, as the state's file has it.
const OUTCOMES: [&str; 7] =
    ["committed", "reverted", "stranded", "refused", "interrupted", "overridden", "shown"];

pub(super) fn text(report: &Report, room: &Room) -> String {
    let mut text = Text::default();
    text.one(
        "release_running",
        "The release whose system runs, boots, and held; 0 if none.",
        report.runs.unwrap_or(0),
    );
    if let Some(offered) = report.offered {
        text.one("release_offered", "The newest release that this host may obey.", offered);
    }
    text.head("step", "The step that is under way.");
    for name in Step::NAMES {
        let value = u64::from(report.step == name);
        text.line("step", &format!("{{step=\"{name}\"}}"), value);
    }
    let last = report.last.as_ref().map(outcome);
    text.head("last_outcome", "How the last try ended.");
    for name in OUTCOMES {
        let value = u64::from(last.as_deref() == Some(name));
        text.line("last_outcome", &format!("{{outcome=\"{name}\"}}"), value);
    }
    text.one(
        "denied",
        "Whether a system that failed here is not tried again.",
        report.denied.is_some().into(),
    );
    text.one("held", "Whether an operator holds this host.", report.hold.is_some().into());
    text.one(
        "reboot_pending",
        "Whether a release waits for a restart of the machine.",
        u64::from(report.step == "restart"),
    );
    text.one("failures", "How often in a row no release could be had.", report.failures.into());
    if let Some(heard) = report.heard_at.and_then(|it| u64::try_from(it).ok()) {
        text.one(
            "heard_timestamp_seconds",
            "When a source last answered with what may be obeyed.",
            heard,
        );
    }
    text.head("free_bytes", "Free bytes where a release needs room.");
    for (place, free) in &room.0 {
        text.line("free_bytes", &format!("{{mountpoint=\"{}\"}}", escaped(place)), *free);
    }
    text.0
}

fn outcome(outcome: &Outcome) -> String {
    let value = serde_json::to_value(outcome).unwrap_or_default();
    value.get("outcome").and_then(|it| it.as_str()).unwrap_or_default().to_owned()
}

/// A label's value: backslash, quote and line feed are written apart.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn one(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, help);
        self.line(name, "", value);
    }

    fn head(&mut self, name: &str, help: &str) {
        let _ = write!(
            self.0,
            "# HELP nixfleet_agent_{name} {help}\n# TYPE nixfleet_agent_{name} gauge\n"
        );
    }

    fn line(&mut self, name: &str, labels: &str, value: u64) {
        let _ = writeln!(self.0, "nixfleet_agent_{name}{labels} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{State, Target};

    #[test]
    fn a_host_is_shown_as_prometheus_reads_it() {
        let target = Target { sequence: 41, system: "/nix/store/x".into(), closure: String::new() };
        let state = State {
            runs: Some(40),
            offered: Some(41),
            last: Some((Outcome::Reverted { why: "\"\n".into() }, target)),
            ..State::default()
        };
        let report = Report::of("web-01", &state, Some(1_790_000_000));
        let text = text(&report, &Room(vec![("/nix/\"store".into(), 7)]));
        for line in [
            "nixfleet_agent_release_running 40",
            "nixfleet_agent_release_offered 41",
            "nixfleet_agent_step{step=\"idle\"} 1",
            "nixfleet_agent_step{step=\"restart\"} 0",
            "nixfleet_agent_last_outcome{outcome=\"reverted\"} 1",
            "nixfleet_agent_last_outcome{outcome=\"committed\"} 0",
            "nixfleet_agent_reboot_pending 0",
            "nixfleet_agent_heard_timestamp_seconds 1790000000",
            "nixfleet_agent_free_bytes{mountpoint=\"/nix/\\\"store\"} 7",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
        }
        // Each metric is described once, just before its first line.
        let names: Vec<_> = text.lines().filter(|it| it.starts_with("# TYPE")).collect();
        let mut once = names.clone();
        once.dedup();
        assert_eq!(names, once);
    }

    #[test]
    fn every_step_and_outcome_has_a_line() {
        assert_eq!(Step::NAMES.len(), 13);
        for name in Step::NAMES {
            let state: Result<Step, _> =
                serde_json::from_value(serde_json::json!({ "at": name, "with": null }));
            // A name that the state's file does not have is told as such, and a missing content else.
            assert!(!state.is_err_and(|it| it.to_string().contains("unknown variant")), "{name}");
        }
    }
}
