//! Releases as text and JSON.

use std::collections::BTreeMap;

use nixfleet_release::{Key, Signatures};
use nixfleet_text::Lines;
use serde::Serialize;

use super::diff::{Changed, Difference, Package};
use super::files::Release;
use crate::global::{Format, Global};
use crate::text::page::page;
use crate::text::table;
use nixfleet_text::json;
use nixfleet_text::output::print;

/// A release, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    fleet: &'a str,
    sequence: u64,
    created: String,
    expires: Option<String>,
    revision: Option<&'a str>,
    hash: String,
    signed_by: Vec<String>,
    threshold: usize,
    waves: Vec<&'a str>,
    hosts: Vec<Row<'a>>,
    /// The folder of the release, where it was made now.
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    /// Where it was published now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    published: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    host: &'a str,
    platform: &'a str,
    system: &'a str,
    wave: Option<&'a str>,
    tags: &'a [String],
    closure_size: Option<u64>,
}

/// What was done with a release beside showing it.
#[derive(Default)]
pub struct Done {
    /// The folder that it was written to.
    pub folder: Option<String>,
    /// Where it was published.
    pub published: Vec<String>,
}

/// Those of the release's keys that signed it.
pub fn signed_by(release: &Release) -> Vec<Key> {
    let keys = &release.head.value().signers.keys;
    let signatures = Signatures::read(&release.signatures);
    let by =
        signatures.map(|it| it.by(keys, release.head.bytes()).0.into_iter().cloned().collect());
    by.unwrap_or_default()
}

/// Writes a release.
pub fn release(global: &Global, release: &Release, done: Done) {
    let rows: Vec<Row> = release
        .entries
        .iter()
        .map(|(name, entry)| Row {
            host: name,
            platform: &entry.value().platform,
            system: entry.value().system.as_str(),
            wave: entry.value().wave.as_deref(),
            tags: &entry.value().tags,
            closure_size: entry.value().closure_size,
        })
        .collect();
    let head = release.head.value();
    let signed_by = signed_by(release);
    print(match global.format {
        Format::Json => json::render(&Shown {
            fleet: &head.fleet,
            sequence: head.sequence,
            created: head.created.to_string(),
            expires: head.expires.map(|it| it.to_string()),
            revision: head.revision.as_deref(),
            hash: release.head.hash().to_string(),
            signed_by: signed_by.iter().map(|it| it.line().to_owned()).collect(),
            threshold: head.signers.threshold,
            waves: head.waves.iter().map(|it| it.name.as_str()).collect(),
            hosts: rows,
            folder: done.folder,
            published: done.published,
        }),
        _ => page(human(release, &signed_by, &rows, &done)),
    });
}

fn human(release: &Release, signed_by: &[Key], rows: &[Row], done: &Done) -> Lines {
    let head = release.head.value();
    let (number, fleet, created) = (head.sequence, &head.fleet, head.created);
    let mut text = Lines::line(format_args!("release {number} of {fleet}, made {created}"));
    if let Some(expires) = head.expires {
        text.add(format_args!(", good until {expires}"));
    }
    if let Some(revision) = &head.revision {
        text.end().add(format_args!("from {revision}"));
    }
    let people: Vec<String> = signed_by.iter().map(ToString::to_string).collect();
    let people = if people.is_empty() { "nobody".to_owned() } else { people.join(", ") };
    let threshold = head.signers.threshold;
    text.end().add(format_args!("signed by {people}; it takes {threshold}")).end().end();
    let mut table = vec![["HOST", "PLATFORM", "WAVE", "SYSTEM"].map(str::to_owned).to_vec()];
    table.extend(rows.iter().map(|row| {
        let wave = row.wave.unwrap_or("-").to_owned();
        vec![row.host.to_owned(), row.platform.to_owned(), wave, row.system.to_owned()]
    }));
    text.append(&table::render(&table));
    if let Some(folder) = &done.folder {
        text.end().add(format_args!("written to {folder}")).end();
    }
    for place in &done.published {
        text.add(format_args!("published at {place}")).end();
    }
    text
}

/// Writes what changed between two releases.
pub fn difference(global: &Global, difference: &Difference) {
    print(match global.format {
        Format::Json => json::render(difference),
        _ => page(changes(difference)),
    });
}

fn changes(difference: &Difference) -> Lines {
    let Difference { from, to, .. } = difference;
    let mut text = Lines::line(format_args!("from release {from} to {to}"));
    text.end();
    for (hosts, what) in [(&difference.added, "new"), (&difference.removed, "gone")] {
        if !hosts.is_empty() {
            text.end().add(format_args!("{}: {what}", names(hosts))).end();
        }
    }
    for Changed { hosts, packages, others } in &difference.changed {
        text.end().add(names(hosts)).end();
        let width = packages.iter().map(|it| it.name.chars().count()).max().unwrap_or(0);
        for Package { name, from, to } in packages {
            let change = match (from.as_slice(), to.as_slice()) {
                ([], to) => format!("{}, new", to.join(", ")),
                (from, []) => format!("{}, gone", from.join(", ")),
                (from, to) => format!("{} -> {}", from.join(", "), to.join(", ")),
            };
            text.add(format_args!("  {name:width$}  {change}")).end();
        }
        if *others > 0 {
            let (it, is) = if *others == 1 { ("path", "is") } else { ("paths", "are") };
            text.add(format_args!("  {others} more {it} {is} new, of the same versions")).end();
        }
    }
    if !difference.unchanged.is_empty() {
        text.end().add(format_args!("{}: unchanged", names(&difference.unchanged))).end();
    }
    text
}

/// Hosts by name, and of many how many there are more.
fn names(hosts: &[String]) -> String {
    const MOST: usize = 12;
    let named = hosts.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    match hosts.len().saturating_sub(MOST) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// The result of `verify`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// The release's number.
    pub sequence: u64,
    /// Whose signatures count.
    pub signed_by: Vec<String>,
    /// How many it takes.
    pub threshold: usize,
    /// How many entries were read.
    pub hosts: usize,
    /// What each of the hosts that were asked for runs.
    pub systems: BTreeMap<String, String>,
}

/// Writes that a release is good.
pub fn verified(global: &Global, it: &Verified) {
    if global.format == Format::Json {
        return print(json::render(it));
    }
    let is = if it.hosts == 1 { "host is" } else { "hosts are" };
    let mut text = Lines::line(format_args!(
        "release {} is good: signed by {}, and it takes {}; {} {is} as signed",
        it.sequence,
        it.signed_by.join(", "),
        it.threshold,
        it.hosts,
    ));
    for (host, system) in &it.systems {
        text.end().add(format_args!("{host}: {system}"));
    }
    print(page(text));
}
