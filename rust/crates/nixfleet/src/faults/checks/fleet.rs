//! `mkFleet`'s own arguments, of which the library says what is wrong.

use nixfleet_inventory::Inventory;
use nixfleet_inventory::keys::is_private;
use thiserror::Error;

use super::of_fleet;
use crate::faults::{Fault, Problem};
use crate::text::quote::{quote, shorten};

#[derive(Debug, Error)]
enum FleetProblem {
    #[error("`{}` {}", shorten(.argument), shorten_long(.what))]
    Unknown { argument: String, what: String, help: String },
    #[error("{}", shorten_long(.what))]
    Type { what: String, help: String },
}

impl Problem for FleetProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "argument-unknown",
            Self::Type { .. } => "field-type-wrong",
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Unknown { help, .. } | Self::Type { help, .. } => help.clone(),
        }
    }
}

/// Reports what the library found.
pub fn check_fleet(inventory: &Inventory, faults: &mut Vec<Fault>) {
    for fault in inventory.faults.iter().flatten() {
        // Its value is in the inventory, and judged there.
        if fault.field == "isoSshKeys" {
            continue;
        }
        let problem = problem(&fault.field, &fault.message);
        let mut found = of_fleet(inventory, &fault.field, None, problem);
        if let Some(name) = fault.field.strip_prefix("hosts.") {
            // What is no set has no arguments, and nothing else is to be said of it.
            faults.retain(|it| it.host() != Some(name));
            found.hosts = vec![name.to_owned()];
            found.position = inventory.hosts.get(name).and_then(|it| it.position("")).cloned();
        }
        faults.push(found);
    }
}

/// The library's words are what is wrong, then what to write instead.
fn problem(argument: &str, message: &str) -> FleetProblem {
    if is_private(message) {
        let what = format!("{} is not what belongs here", quote(message));
        return FleetProblem::Type { what, help: "remove the key, and make a new one".to_owned() };
    }
    // A value that the message shows may hold such words itself; ours come after it.
    let split = |at: &str| message.rsplit_once(at).map(|(what, help)| (what.to_owned(), help));
    if let Some((what, example)) = split(": write ") {
        return FleetProblem::Type { what, help: format!("write {}", shorten_long(example)) };
    }
    let (what, help) = match split("; did you mean ") {
        Some((what, name)) => (what, format!("write {}", shorten_long(name.trim_end_matches('?')))),
        None => (message.to_owned(), "remove it; hosts' arguments belong to `hosts`".to_owned()),
    };
    FleetProblem::Unknown { argument: argument.to_owned(), what, help }
}

/// Longer than a value, and still bounded.
fn shorten_long(text: &str) -> String {
    let start: String = text.chars().take(300).collect();
    nixfleet_nix::visible(&start).into_owned()
}
