//! Why a fleet cannot be read at all.

use super::look::{Found, Look};
use crate::commands::failure;
use crate::error::Error;
use crate::faults::report::Report;
use crate::faults::source::Tree;
use crate::faults::{Fault, Problem, behind, eval, fetched};

/// Tells the mistakes of the fleet's author for which Nix cannot read it, or the error.
pub fn read(look: &mut Look, error: Error) -> Found {
    let Some(faults) = mistakes(&error, look.sources.tree()) else {
        return without_a_fleet(look, error);
    };
    if let Some(trace) = error.trace().filter(|_| look.global.show_trace) {
        failure::show_trace(trace);
    }
    (Report::new(0, faults, &mut look.sources), None)
}

/// An error in a fleet's place.
pub fn without_a_fleet(look: &mut Look, error: Error) -> Found {
    let fault = of_no_fleet(&error, look.sources.tree());
    (Report::new(0, vec![fault], &mut look.sources), Some(error))
}

/// `None` where Nix fails for another reason.
fn mistakes(error: &Error, tree: &Tree) -> Option<Vec<Fault>> {
    let cause = error.cause()?;
    let faults = behind::unread(cause, tree);
    if !faults.is_empty() {
        return Some(faults);
    }
    (!error.is_outside()).then(|| vec![eval::unreadable(cause, tree)])
}

/// Why there is nothing to look for faults in, for programs, who read one document whatever happens.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct NoFleet {
    message: String,
    help: String,
}

impl Problem for NoFleet {
    fn code(&self) -> &'static str {
        "fleet-unreadable"
    }

    fn help(&self) -> String {
        self.help.clone()
    }
}

fn of_no_fleet(error: &Error, tree: &Tree) -> Fault {
    let input = error.cause().and_then(|it| fetched::input(it, tree));
    let help = input.as_ref().map(fetched::help).or_else(|| error.help());
    let help = help.unwrap_or_else(|| "mend that, and run it again".to_owned());
    Fault {
        hosts: Vec::new(),
        field: String::new(),
        position: input.map(|it| it.position),
        text: None,
        problem: Box::new(NoFleet { message: error.to_string(), help }),
    }
}
