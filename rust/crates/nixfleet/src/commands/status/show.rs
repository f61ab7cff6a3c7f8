//! Hosts as a table that fits a terminal of 80 columns, and as JSON.

use std::io;

use nixfleet_nix::visible;
use nixfleet_text::Lines;
use serde::Serialize;

use crate::commands::hosts::{Said, Standing, Target};
use crate::global::{Format, Global};
use crate::text::page::page;
use crate::text::table;
use crate::text::wrap::{columns, fill};
use nixfleet_text::json;
use nixfleet_text::output::{clear, print};

/// Where the fleet stands.
pub struct Fleet {
    /// Who says so.
    pub source: Source,
    /// The release that the hosts should run.
    pub release: Option<Known>,
    /// What is to be said of all of it.
    pub notes: Vec<String>,
    /// The hosts.
    pub hosts: Vec<Row>,
}

/// Who says where hosts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// They do, over SSH.
    Hosts,
    /// The control plane, which they tell it.
    ControlPlane,
}

/// A release.
pub struct Known {
    /// Its number.
    pub number: u64,
    /// The fleet's name.
    pub fleet: String,
}

/// A host.
#[derive(Serialize)]
pub struct Row {
    pub host: String,
    pub state: &'static str,
    /// The system that runs.
    pub runs: Option<String>,
    /// Since how many seconds; by a control plane, since when it stands so.
    pub since: Option<u64>,
    /// Before how many seconds the control plane heard of it.
    pub seen: Option<u64>,
    /// The system that the release gives it.
    pub should: Option<String>,
    /// The release that its agent last tried.
    pub release: Option<u64>,
    pub why: Option<String>,
}

impl Row {
    /// A host of which nothing else is known.
    pub fn new(name: &str, state: &'static str) -> Self {
        let host = name.to_owned();
        let (runs, should, why) = (None, None, None);
        Self { host, state, runs, since: None, seen: None, should, release: None, why }
    }

    /// What a host says of itself.
    pub fn said(
        name: &str,
        target: Option<&Target>,
        said: Option<Said>,
        standing: &Standing,
    ) -> Self {
        let said = said.unwrap_or_default();
        Self {
            runs: said.system.map(|it| visible(&it).into_owned()),
            since: said.age,
            should: target.map(|it| it.system.clone()),
            release: said.report.and_then(|it| it.sequence),
            why: standing.why(),
            ..Self::new(name, standing.word())
        }
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    source: Source,
    /// The release that the hosts should run.
    release: Option<u64>,
    notes: &'a [String],
    hosts: &'a [Row],
}

/// Writes the hosts; over what stands on the terminal, where it is watched.
pub fn fleet(global: &Global, fleet: &Fleet, is_live: bool) {
    let Fleet { source, release, notes, hosts } = fleet;
    let release = release.as_ref().map(|it| it.number);
    let text = match global.format {
        Format::Json => json::render(&Shown { source: *source, release, notes, hosts }),
        _ => page(human(fleet)),
    };
    if is_live {
        clear();
    }
    print(text);
}

fn human(fleet: &Fleet) -> Lines {
    let rows = &fleet.hosts;
    let head = match (&fleet.release, fleet.source) {
        (Some(release), _) => {
            let current = rows.iter().filter(|it| it.state == "current").count();
            let (number, name, hosts) = (release.number, &release.fleet, rows.len());
            Lines::line(format_args!("release {number} of {name}: {current} of {hosts} on it"))
        }
        (None, Source::Hosts) => "no release of this fleet was made on this machine".into(),
        (None, Source::ControlPlane) => "the control plane has no release yet".into(),
    };
    let (mut text, width) = (Lines::default(), columns(io::stdout()).unwrap_or(usize::MAX));
    fill(&mut text, &head, width, 0);
    text.end();
    for note in &fleet.notes {
        fill(&mut text, &note.as_str().into(), width, 0);
        text.end();
    }
    text.end();
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
    text.append(&table::render(&cells));
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
