//! The keys for people.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::Path;

use nixfleet_inventory::keys::{Identity, Source};
use nixfleet_text::Lines;

use super::model::{Group, Half, Key};
use crate::text::quote::{shorten, shorten_name};
use crate::text::table;
use crate::text::wrap::{columns, fit};

/// How many hosts that have the same keys are named.
const NAMED: usize = 8;

/// What stands before a line of a group.
const INDENT: usize = 2;

/// The groups, each with its keys, and what to do where none of them is here. Hosts with the same
/// keys are told together.
pub fn render(groups: &[Group], here: &[Identity]) -> Lines {
    let columns = columns(io::stdout());
    let room = columns.map(|it| it.saturating_sub(INDENT));
    let mut text = Lines::default();
    let width = columns.unwrap_or(usize::MAX);
    for hosts in alike(groups) {
        let Some(group) = hosts.first() else { continue };
        fit(text.ours("\x1b[1m"), &title(&hosts).into(), width, 0);
        text.ours("\x1b[0m").end();
        let mut say = |line: Lines| {
            fit(text.repeat(" ", INDENT), &line, width, INDENT);
            text.end();
        };
        if group.in_modules {
            say("no keys but what its modules bring, which are not evaluated here".into());
        } else if group.keys.is_empty() {
            say("no keys".into());
        }
        let rows: Vec<_> = group.keys.iter().map(row).collect();
        for line in table::render_within(&rows, room).iter() {
            say(line.into());
        }
        if !group.keys.is_empty() && !group.is_usable() {
            say(advice(group, here).into());
        }
    }
    text
}

/// Groups with the same keys, in the order of the first of each; the installer's stays alone.
fn alike<'a, 'b>(groups: &'b [Group<'a>]) -> Vec<Vec<&'b Group<'a>>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut all: Vec<Vec<&Group>> = Vec::new();
    for group in groups {
        let keys = group.keys.iter().flat_map(row).collect::<Vec<_>>().join("\n");
        let sign = format!("{}{}{keys}", group.host.is_some(), group.in_modules);
        match places.entry(sign) {
            Entry::Occupied(place) => all[*place.get()].push(group),
            Entry::Vacant(place) => {
                place.insert(all.len());
                all.push(vec![group]);
            }
        }
    }
    all
}

fn title(hosts: &[&Group]) -> String {
    let names = hosts.iter().map(|it| it.host.map_or("isoSshKeys".to_owned(), shorten_name));
    let first = names.take(NAMED).collect::<Vec<_>>().join(", ");
    match hosts.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

fn row(key: &Key) -> Vec<String> {
    if let Some(problem) = &key.problem {
        return vec![format!("cannot be read: {problem}")];
    }
    let halves: Vec<String> = key.private_halves.iter().map(half).collect();
    let halves =
        if halves.is_empty() { "no private half here".to_owned() } else { halves.join("; ") };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![text(&key.r#type), text(&key.fingerprint), shorten(&key.comment), halves]
}

fn half(half: &Half) -> String {
    let Some(file) = &half.file else { return "in the agent".to_owned() };
    match &half.problem {
        Some(problem) => format!("{file}, but {problem}"),
        None if half.encrypted => format!("{file}, with a passphrase"),
        None => file.clone(),
    }
}

/// What to do when none of the keys opens a door from here.
fn advice(group: &Group, here: &[Identity]) -> String {
    let whose =
        if group.host.is_some() { "the host's `sshAuthorizedKeys`" } else { "`isoSshKeys`" };
    let own = here.iter().filter_map(|identity| match &identity.source {
        Source::File(path) if identity.refusal.is_none() => Some(path.display().to_string()),
        _ => None,
    });
    // Of several the one that ssh tries by itself, when there is a line to copy.
    let is_usual = |file: &String| {
        Path::new(file).file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"id_"))
    };
    let own = own.filter(|file| Path::new(&format!("{file}.pub")).exists()).max_by_key(is_usual);
    match own {
        Some(file) => format!(
            "you cannot log in from here: add `{file}.pub` to {whose}, or name another key with --identity"
        ),
        None => format!(
            "you cannot log in from here: name a key with --identity, or make one with \
             `ssh-keygen -t ed25519` and add its `.pub` file's line to {whose}"
        ),
    }
}
