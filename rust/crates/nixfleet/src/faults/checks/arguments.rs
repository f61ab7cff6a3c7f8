//! Arguments of `mkFleet` and `mkHost` of which the library says what is wrong: names, shapes, and
//! what the inventory does not carry.

use nixfleet_inventory::keys::is_private;
use nixfleet_inventory::{ArgumentFault, Inventory};
use thiserror::Error;

use super::{Scope, of_fleet};
use crate::faults::codes::CODES;
use crate::faults::{Fault, Problem};
use crate::text::quote::{quote, shorten};

#[derive(Debug, Error)]
#[error("{what}")]
struct ArgumentProblem {
    code: &'static str,
    what: String,
    help: String,
}

impl Problem for ArgumentProblem {
    fn code(&self) -> &'static str {
        self.code
    }

    fn help(&self) -> String {
        self.help.clone()
    }

    /// Where the library knows it, its name is all that the help says to write.
    fn meant(&self) -> Option<&str> {
        let name = self.help.strip_prefix("write `")?.strip_suffix('`')?;
        (self.code == "argument-unknown").then_some(name)
    }
}

/// Reports what the library found in a host's arguments. Whether they are none at all, and nothing
/// else is to be said of the host.
pub fn check(scope: &mut Scope) -> bool {
    let mut is_none = false;
    for fault in scope.host.faults.iter().flatten() {
        if fault.field.is_empty() {
            scope.report_missing("", problem(fault));
            is_none = true;
        } else {
            scope.report_name(&fault.field, problem(fault));
        }
    }
    is_none
}

/// Reports what the library found in the fleet's arguments.
pub fn check_fleet(inventory: &Inventory, faults: &mut Vec<Fault>) {
    for fault in inventory.faults.iter().flatten() {
        // Their values are in the inventory, and judged there.
        let is_judged = match fault.field.as_str() {
            "isoSshKeys" => !inventory.iso_ssh_keys.is_null(),
            "release" => !inventory.release.is_null(),
            _ => false,
        };
        if is_judged {
            continue;
        }
        faults.push(of_fleet(inventory, &fault.field, None, problem(fault)));
    }
}

fn problem(fault: &ArgumentFault) -> ArgumentProblem {
    let ArgumentFault { field, code, message, help } = fault;
    let code = CODES.iter().copied().find(|known| known == code).unwrap_or("field-type-wrong");
    if is_private(message) {
        let what = format!("{} is not what belongs here", quote(message));
        let help = "remove the key, and make a new one".to_owned();
        return ArgumentProblem { code, what, help };
    }
    let message = shorten_long(message);
    // What begins so is to be read after the name.
    let what = if message.starts_with("is ") {
        format!("`{}` {message}", shorten(field))
    } else {
        message
    };
    ArgumentProblem { code, what, help: shorten_long(help) }
}

/// Longer than a value, and still bounded.
fn shorten_long(text: &str) -> String {
    let start: String = text.chars().take(300).collect();
    nixfleet_nix::visible(&start).into_owned()
}
