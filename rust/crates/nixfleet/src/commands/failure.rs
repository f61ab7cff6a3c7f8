//! How a failure of a command is told.

use std::collections::BTreeMap;

use nixfleet_inventory::InventoryError;
use nixfleet_nix::{Cause, NixError};
use nixfleet_text::output::{self, print};
use nixfleet_text::{Foreign, Lines, json};
use serde::Serialize;

use crate::commands::fleet;
use crate::error::Error;
use crate::exit::Exit;
use crate::faults::behind;
use crate::faults::eval::{self, definition};
use crate::faults::fetched;
use crate::faults::report::{Located, Report, message, warning};
use crate::faults::source::{Place, Sources, Tree};
use crate::global::{Format, Global};
use crate::text::page::tell;

/// Writes what went wrong to standard error: the cause, at the user's own line when Nix names one,
/// and what to do. `--show-trace` adds all that Nix wrote. Programs read a document whatever happens.
pub fn report(global: &Global, error: &Error) -> Exit {
    let failed = explain(global, error);
    if global.format == Format::Json && !output::is_used() {
        print(json::render(&BTreeMap::from([("error", failed)])));
    }
    error.exit()
}

/// A failure for programs.
#[derive(Serialize)]
pub struct Failed {
    pub message: String,
    pub help: Option<String>,
}

/// Says that a result has reached nobody.
pub fn unwritten(failure: &str) -> Exit {
    tell(message(failure, None, None::<Lines>));
    Exit::Lacking
}

/// Tells people, and hands it out for programs.
fn explain(global: &Global, error: &Error) -> Failed {
    let mut sources = Sources::new(Tree::new(&fleet::flake(global)));
    let failed = match error {
        Error::Inventory(InventoryError::Nix(NixError::Failed { cause, stderr, .. })) => {
            Some((cause, stderr))
        }
        _ => None,
    };
    let faults = failed.map(|(cause, _)| behind::unread(cause, sources.tree()));
    let report = Report::new(0, faults.unwrap_or_default(), &mut sources);
    let (text, told) = if let Some(Located { fault, .. }) = report.faults.first() {
        let (message, help) = (fault.problem.to_string(), Some(fault.problem.help()));
        (report.explain(), Failed { message, help })
    } else {
        let said = error.to_string();
        let input = failed.and_then(|(cause, _)| fetched::input(cause, sources.tree()));
        let place = input.as_ref().map(|it| sources.place(&it.position, None));
        let place = place.or_else(|| {
            let cause = failed?.0;
            own_place(cause, &mut sources).or_else(|| {
                // A lone name, such as that of an input, stands in many places of a flake.
                let option = said.split_once("option `")?.1.split('\'').next()?;
                let place = definition::find(&said, sources.tree());
                Some(sources.place(&place.filter(|_| option.contains('.'))?, None))
            })
        });
        let said = sources.tree().localize(&said);
        // What `validate` proposes to write is better than a longer message.
        let cause = failed.map(|(cause, _)| cause).filter(|_| !error.is_outside());
        let cure = cause.and_then(|it| eval::cure_of(it, sources.tree()));
        let help = input.map(|it| fetched::help(&it)).or(cure).or_else(|| error.help());
        let lines = if error.has_lines() { Lines::block(&said.into()) } else { said.into() };
        let text = message(lines, place.as_ref(), help.as_deref());
        (text, Failed { message: error.to_string(), help })
    };
    tell(text);
    if let Some((_, stderr)) = failed.filter(|_| global.show_trace) {
        show_trace(stderr);
    }
    told
}

/// The user's own line that Nix names last.
pub fn own_place(cause: &Cause, sources: &mut Sources) -> Option<Place> {
    let own = cause.places.iter().rev().find(|it| sources.tree().is_own(&it.file)).cloned()?;
    Some(sources.place(&own, None))
}

/// Writes what went otherwise than planned, while the command does its work all the same.
pub fn warn(text: impl Into<Lines>) {
    tell(warning(text));
}

/// Writes all that Nix wrote.
pub fn show_trace(stderr: &Foreign) {
    let mut text = Lines::default();
    output::tell(text.end().append(&Lines::whole(stderr)).clone());
}
