//! What happened, as the control plane has it.

use std::fmt::Write;

use nixfleet_text::output::print;
use nixfleet_text::{Lines, json};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Log;
use super::say::unknown;
use crate::commands::control_plane::Door;
use crate::error::{Error, Plane};
use crate::exit::Exit;
use crate::global::{Format, Global};
use crate::text::page::page;

/// A page of the log, newest first.
#[derive(Deserialize)]
struct Page {
    events: Vec<Value>,
    before: Option<u64>,
}

#[derive(Serialize)]
struct Shown {
    events: Vec<Value>,
}

/// Shows the log.
pub fn run(global: &Global, door: &Door, args: &Log) -> Result<Exit, Error> {
    if let Some(host) = &args.host {
        known(door, host)?;
    }
    let query = |name: &str, limit: usize, before: Option<u64>| {
        let mut path = format!("/v1/{name}?limit={limit}");
        if let Some(host) = &args.host {
            let _ = write!(path, "&host={host}");
        }
        if let Some(before) = before {
            let _ = write!(path, "&before={before}");
        }
        path
    };
    if args.csv {
        print(Lines::whole(&door.text(&query("log.csv", args.limit, None))?.into()));
        return Ok(Exit::Fine);
    }
    let (mut events, mut before) = (Vec::new(), None);
    while events.len() < args.limit {
        let page: Page = door.read(&query("log", args.limit - events.len(), before))?;
        let is_last = page.events.is_empty() || page.before.is_none();
        events.extend(page.events);
        before = page.before;
        if is_last {
            break;
        }
    }
    print(match global.format {
        Format::Json => json::render(&Shown { events }),
        _ => page(events.iter().fold(Lines::default(), |mut text, event| {
            text.add(line(event)).end();
            text
        })),
    });
    Ok(Exit::Fine)
}

/// Refuses a host that the release has not. One that it has no more may be in the log still.
fn known(door: &Door, host: &str) -> Result<(), Plane> {
    // A name of a host needs no escape in an address.
    let is_name = host.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
    if is_name && !door.read::<Page>(&format!("/v1/log?limit=1&host={host}"))?.events.is_empty() {
        return Ok(());
    }
    let view = door.view()?;
    let names = || view.hosts.iter().map(|it| it.name.as_str());
    if is_name && names().any(|it| it == host) {
        return Ok(());
    }
    Err(unknown(&view, "host", host, names()))
}

fn line(event: &Value) -> String {
    let at = if event["at"].is_null() { &event["event"]["at"] } else { &event["at"] };
    let at = at.as_str().unwrap_or_default();
    // To the second: `2026-11-25T12:00:00Z`.
    let at = at.split_once('.').map_or(at.to_owned(), |(at, _)| format!("{at}Z"));
    format!("{at}  {}", event["sentence"].as_str().unwrap_or_default())
}
