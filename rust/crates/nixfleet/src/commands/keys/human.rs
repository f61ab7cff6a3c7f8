//! The keys for people.

use std::fmt::Write;
use std::path::Path;

use nixfleet_inventory::keys::{Identity, Source};
use nixfleet_nix::visible;

use super::model::{Group, Half, Key};
use crate::text::quote::{shorten, shorten_name};
use crate::text::table;

/// The groups, each with its keys, and what to do where none of them is here.
pub fn render(groups: &[Group], here: &[Identity]) -> String {
    let mut text = String::new();
    for group in groups {
        let title = group.host.map_or("isoSshKeys".to_owned(), shorten_name);
        let _ = writeln!(text, "\x1b[1m{title}\x1b[0m");
        if group.in_modules {
            text.push_str("  no keys but what its modules bring, which are not evaluated here\n");
        } else if group.keys.is_empty() {
            text.push_str("  no keys\n");
        }
        let rows: Vec<_> = group.keys.iter().map(row).collect();
        for line in table::render(&rows).lines() {
            let _ = writeln!(text, "  {line}");
        }
        if !group.keys.is_empty() && !group.is_usable() {
            let _ = writeln!(text, "  {}", advice(group, here));
        }
    }
    text
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
            "you cannot log in from here: add `{}.pub` to {whose}, or name another key with --identity",
            visible(&file)
        ),
        None => format!(
            "you cannot log in from here: name a key with --identity, or make one with \
             `ssh-keygen -t ed25519` and add its `.pub` file's line to {whose}"
        ),
    }
}
