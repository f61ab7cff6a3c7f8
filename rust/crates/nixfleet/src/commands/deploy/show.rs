//! A deployment as text and JSON.

use std::io;

use nixfleet_nix::visible;
use nixfleet_text::Lines;
use serde::Serialize;

use super::course::Ended;
use super::host::Host;
use super::waves::{Plan, Stop};
use crate::commands::release::Made;
use crate::global::{Format, Global};
use crate::text::page::page;
use crate::text::table;
use crate::text::wrap::{columns, fit};
use nixfleet_text::json;
use nixfleet_text::output::print;

/// A deployment, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    fleet: &'a str,
    sequence: u64,
    hosts: Vec<Row<'a>>,
    /// Why not all hosts had their turn.
    stopped: Option<String>,
}

#[derive(Serialize)]
struct Row<'a> {
    host: &'a str,
    wave: Option<&'a str>,
    outcome: &'static str,
    system: &'a str,
    why: Option<String>,
}

/// Writes how a deployment ended.
pub fn result(global: &Global, release: &Made, plan: &Plan, hosts: &[Host], ended: &Ended) {
    let rows: Vec<Row> = hosts
        .iter()
        .zip(&ended.outcomes)
        .map(|(host, outcome)| Row {
            host: &host.name,
            wave: host.wave.as_deref(),
            outcome: outcome.word(),
            system: &host.target.system,
            why: outcome.why(),
        })
        .collect();
    let head = release.head.value();
    let stopped = ended.stopped.as_ref().map(|stop| sentence(stop, plan, head.sequence));
    print(match global.format {
        Format::Json => json::render(&Shown {
            fleet: &head.fleet,
            sequence: head.sequence,
            hosts: rows,
            stopped,
        }),
        _ => page(human(head.sequence, &head.fleet, &rows, stopped.as_deref())),
    });
}

fn human(sequence: u64, fleet: &str, rows: &[Row], stopped: Option<&str>) -> Lines {
    let width = columns(io::stdout()).unwrap_or(usize::MAX);
    let mut text = Lines::line(format_args!("release {sequence} of {fleet}"));
    text.end().end();
    let mut cells = vec![["HOST", "WAVE", "OUTCOME"].map(str::to_owned).to_vec()];
    for row in rows {
        let wave = row.wave.unwrap_or("-").to_owned();
        cells.push(vec![row.host.to_owned(), wave, row.outcome.replace('-', " ")]);
        if let Some(why) = &row.why {
            cells.push(vec![format!("  {why}")]);
        }
    }
    text.append(&table::render(&cells));
    if let Some(stopped) = stopped {
        fit(text.end(), &stopped.into(), width, 0);
    }
    text
}

/// Why nobody else was begun, and what to do.
fn sentence(stop: &Stop, plan: &Plan, sequence: u64) -> String {
    let (Stop::Failed { wave, .. } | Stop::Unproven { wave } | Stop::NoRoom { wave }) = stop;
    let name = plan.waves.get(*wave).map(|it| format!("wave `{}`", visible(&it.name)));
    let name = name.unwrap_or_else(|| "release".to_owned());
    match stop {
        Stop::Failed { failed, .. } => {
            let hosts = if *failed == 1 { "host" } else { "hosts" };
            let back = sequence.saturating_sub(1).max(1);
            format!(
                "stopped: the {name} failed on {failed} {hosts}, and nobody else was begun. Mend it and \
                 release again; where it has to go back, `nixfleet release --rollback-to {back}` and \
                 deploy that"
            )
        }
        Stop::Unproven { .. } => format!(
            "stopped: no host of the {name} could try it, so nothing proves it for those that go \
             later; `--ignore-waves` goes all the same"
        ),
        Stop::NoRoom { .. } => format!(
            "stopped: hosts that failed hold all the room that `atMost` leaves in the {name}"
        ),
    }
}
