//! What happened, as lines for people and programs.

use nixfleet_rollout::{Command, Event, Kind, Phase, bounded, in_a_sentence};
use serde::Serialize;

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Logged {
    /// Counts up.
    pub id: u64,
    /// Of which release's rollout it is.
    pub release: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// The host that an event is about.
#[must_use]
pub fn host_of(event: &Event) -> Option<&str> {
    match &event.kind {
        Kind::Report { host, .. } | Kind::Seen { host, .. } | Kind::Go { host } => Some(host),
        Kind::Said { command, .. } => command.host(),
        Kind::Passed { .. } | Kind::GiveUp | Kind::Superseded { .. } => None,
    }
}

/// An event in a sentence. What a host said of itself in it is foreign text.
#[must_use]
pub fn sentence(event: &Event) -> String {
    match &event.kind {
        Kind::Report { host, report } => {
            let why = report.phase.why().map(|it| format!(": {}", in_a_sentence(&bounded(it))));
            format!("{host} {}{}", phase(&report.phase), why.unwrap_or_default())
        }
        Kind::Seen { host, stays: false } => format!("{host} was heard of"),
        Kind::Seen { host, stays: true } => format!("{host} stays, and has not begun"),
        Kind::Go { host } => format!("{host} may go"),
        Kind::Passed { wave } => format!("wave {wave} has what it needs"),
        Kind::GiveUp => "too many hosts failed: the release is given up".into(),
        Kind::Superseded { sequence } => format!("release {sequence} took its place"),
        Kind::Said { by, command } => format!("{by}: {}", said(command)),
    }
}

/// What a host says that it does, in a word or two.
pub(crate) fn phase(phase: &Phase) -> &'static str {
    match phase {
        Phase::Idle => "rests",
        Phase::Fetching => "fetches",
        Phase::Switching => "switches",
        Phase::Restarting => "restarts, or waits until it may",
        Phase::Probation => "is on probation",
        Phase::Reverting => "goes back",
        Phase::Committed => "committed",
        Phase::Reverted { .. } => "reverted",
        Phase::Failed { .. } => "did not begin, and does not try again",
        Phase::Refused { .. } => "did not begin",
        Phase::Held { .. } => "is held there",
    }
}

fn said(command: &Command) -> String {
    match command {
        Command::Pause => "pause".into(),
        Command::Resume => "resume".into(),
        Command::Hold { host } => format!("hold {host}"),
        Command::Release { host } => format!("release {host}"),
        Command::Skip { host } => format!("skip {host}"),
        Command::Retry { host } => format!("retry {host}"),
        Command::Promote { wave } => format!("promote {wave}"),
        Command::Abort => "abort".into(),
    }
}

/// The log as CSV (RFC 4180), with a line of names.
#[must_use]
pub fn csv(events: &[Logged]) -> String {
    let mut text = String::from("id,time,release,host,event,sentence\r\n");
    for it in events {
        let kind = serde_json::to_value(&it.event.kind).unwrap_or_default();
        let kind = kind.get("kind").and_then(|it| it.as_str()).unwrap_or_default().to_owned();
        let fields = [
            it.id.to_string(),
            it.event.at.to_string(),
            it.release.to_string(),
            host_of(&it.event).unwrap_or_default().to_owned(),
            kind,
            sentence(&it.event),
        ];
        text.push_str(&fields.map(|it| field(&it)).join(","));
        text.push_str("\r\n");
    }
    text
}

/// A text that a spreadsheet would take for a formula is foreign as any: it gets a mark before it.
fn field(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_field_says_stays_in_its_field() {
        assert_eq!(field("web-01"), "web-01");
        assert_eq!(field("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(field("=HYPERLINK(1)"), "'=HYPERLINK(1)");
    }
}
