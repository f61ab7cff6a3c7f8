//! Metrics in Prometheus' text format.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use crate::hosts::Crowd;
use crate::status::Status;

/// The metrics. No name of a host is a label: ten thousand hosts would be as many series.
pub(crate) fn text(status: &Status, crowd: &Crowd, check_ins: u64) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, values: &[(String, f64)]| {
        let _ = writeln!(text, "# HELP nixfleet_{name} {help}\n# TYPE nixfleet_{name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(text, "nixfleet_{name}{labels} {value}");
        }
    };
    let one = |value: f64| vec![(String::new(), value)];
    #[allow(clippy::cast_precision_loss)]
    let count = |it: usize| it as f64;
    #[allow(clippy::cast_precision_loss)]
    let number = |it: u64| it as f64;

    let tally = status.rollout.as_ref().map(|it| it.tally).unwrap_or_default();
    let standings = [
        ("arrived", tally.arrived),
        ("on-the-way", tally.on_the_way),
        ("waiting", tally.waiting),
        ("failed", tally.failed),
        ("silent", tally.silent),
        ("offline", tally.offline),
        ("unheard", tally.unheard),
        ("held", tally.held),
        ("skipped", tally.skipped),
    ]
    .map(|(state, hosts)| (format!("{{state=\"{state}\"}}"), count(hosts)));
    metric("hosts", "gauge", "The fleet's hosts, by where they stand.", &standings);
    let sequence = status.release.as_ref().map_or(0, |it| it.sequence);
    metric(
        "release_sequence",
        "gauge",
        "The number of the newest release.",
        &one(number(sequence)),
    );
    if let Some(release) = &status.release {
        let age = Timestamp::now().duration_since(release.created).as_secs_f64();
        metric("release_age_seconds", "gauge", "How old the newest release is.", &one(age));
        let keyless = count(release.without_key.len() + release.without_key_more);
        metric(
            "hosts_without_key",
            "gauge",
            "Hosts that cannot ask, having no key in the release.",
            &one(keyless),
        );
    }
    if let Some(rollout) = &status.rollout {
        let failed = f64::from(u8::from(rollout.state.is_failure()));
        metric(
            "rollout_failed",
            "gauge",
            "Whether the rollout waits for a person, or goes back.",
            &one(failed),
        );
    }
    metric(
        "keys_doubled",
        "gauge",
        "Keys that several machines use at once.",
        &one(count(status.doubled.len() + status.doubled_more)),
    );
    metric(
        "hosts_ahead",
        "gauge",
        "Hosts that know a newer release than the one that is here.",
        &one(count(status.ahead.len() + status.ahead_more)),
    );
    let trouble = f64::from(u8::from(status.trouble.is_some()));
    metric(
        "unwritten",
        "gauge",
        "Whether nothing can be written down, so that no host is let go.",
        &one(trouble),
    );
    let connections = count(crowd.connections.load(Ordering::Relaxed));
    metric("connections", "gauge", "Connections of hosts.", &one(connections));
    let strangers = count(crowd.strangers.len());
    metric(
        "strangers",
        "gauge",
        "Connections by keys that no host of the newest release has.",
        &one(strangers),
    );
    let turned_away = number(crowd.turned_away.load(Ordering::Relaxed));
    metric(
        "connections_turned_away_total",
        "counter",
        "Connections that were too many.",
        &one(turned_away),
    );
    metric("check_ins_total", "counter", "Check-ins of hosts.", &one(number(check_ins)));
    text
}
