//! Hosts as a table that fits a terminal of 80 columns, and as JSON.

use std::fmt::Write;

use nixfleet_nix::visible;
use serde::Serialize;

use crate::commands::hosts::{Said, Standing, Target};
use crate::commands::release::Made;
use crate::global::{Format, Global};
use crate::text::output::{clear, print};
use crate::text::{json, table};

/// A host.
#[derive(Serialize)]
pub struct Row {
    host: String,
    state: &'static str,
    /// The system that runs.
    runs: Option<String>,
    /// Since how many seconds.
    since: Option<u64>,
    /// The system that the release gives it.
    should: Option<String>,
    /// The release that its agent last tried.
    release: Option<u64>,
    why: Option<String>,
    #[serde(skip)]
    pub standing: Standing,
}

impl Row {
    /// What is shown of a host.
    pub fn new(
        name: &str,
        target: Option<&Target>,
        said: Option<Said>,
        standing: Standing,
    ) -> Self {
        let said = said.unwrap_or_default();
        Self {
            host: name.to_owned(),
            state: standing.word(),
            runs: said.system.map(|it| visible(&it).into_owned()),
            since: said.age,
            should: target.map(|it| it.system.clone()),
            release: said.report.and_then(|it| it.sequence),
            why: standing.why(),
            standing,
        }
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    /// The release that the hosts should run.
    release: Option<u64>,
    hosts: &'a [Row],
}

/// Writes the hosts; over what stands on the terminal, where it is watched.
pub fn rows(global: &Global, release: Option<&Made>, rows: &[Row], is_live: bool) {
    let text = match global.format {
        Format::Json => json::render(&Shown { release: release.map(Made::number), hosts: rows }),
        _ => human(release, rows),
    };
    if is_live {
        clear();
    }
    print(&text);
}

fn human(release: Option<&Made>, rows: &[Row]) -> String {
    let mut text = String::new();
    match release.map(|it| it.head.value()) {
        Some(head) => {
            let current = rows.iter().filter(|it| it.standing == Standing::Current).count();
            let _ = writeln!(
                text,
                "release {} of {}: {current} of {} on it\n",
                head.sequence,
                visible(&head.fleet),
                rows.len()
            );
        }
        None => text.push_str("no release of this fleet was made on this machine\n\n"),
    }
    let mut cells = vec![["HOST", "STATE", "SINCE", "RUNS"].map(str::to_owned).to_vec()];
    for row in rows {
        let since = row.since.map_or("-".to_owned(), ago);
        let runs = row.runs.as_deref().map_or("-", system);
        let state = row.state.replace('-', " ");
        cells.push(vec![row.host.clone(), state, since, runs.to_owned()]);
        let should = row.should.as_deref().filter(|it| Some(*it) != row.runs.as_deref());
        let should =
            should.filter(|_| row.runs.is_some()).map(|it| format!("should run {}", system(it)));
        for line in [row.why.clone(), should].into_iter().flatten() {
            cells.push(vec![format!("  {line}")]);
        }
    }
    text.push_str(&table::render(&cells));
    text
}

/// `akmc1234-nixos-system-web-01-26.05`: of a store path the end tells most, and of the hash the
/// beginning is enough to tell two apart.
fn system(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `3 h`
fn ago(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86400),
    }
}
