//! `nixfleet validate`: every fault of the fleet at once.

mod look;
mod part;
mod strangers;
mod unread;
mod whole;

use std::mem::ManuallyDrop;

use clap::Args;
use nixfleet_inventory::{Inventory, InventoryError};
use nixfleet_nix::NixError;

use crate::commands::fleet;
use crate::error::Error;
use crate::exit::Exit;
use crate::faults::eval::EvalArgs;
use crate::faults::source::{Sources, Tree};
use crate::faults::survey::{Begun, Survey};
use crate::global::{Format, Global};
use crate::interrupt;
use look::{Found, Look};
use nixfleet_text::output::print;
pub use whole::{inventoried, plain};

/// The arguments of `validate`.
#[derive(Debug, Clone, Args)]
pub struct Validate {
    /// Only this host; may be given several times
    #[arg(short = 'h', long = "host", value_name = "HOST")]
    pub hosts: Vec<String>,

    #[command(flatten)]
    pub eval: EvalArgs,
}

/// Looks for faults and reports them.
pub fn run(global: &Global, args: &Validate) -> Result<Exit, Error> {
    interrupt::heed();
    let mut args = args.clone();
    if args.hosts.is_empty() {
        args.hosts.extend(global.flake.as_deref().and_then(fleet::named_host));
    }
    let (mut report, failure) = look_at(global, &args);
    report.is_evaluated = args.eval.eval;
    if interrupt::is_wanted() {
        return Err(InventoryError::Nix(NixError::Interrupted).into());
    }
    // The process ends with this command; to free thousands of faults one by one would take long.
    let report = ManuallyDrop::new(report);
    // For people it is told on standard error, as by every command.
    if failure.is_none() || global.format != Format::Human || report.hosts > 0 {
        print(report.render(global.format));
    }
    match failure {
        Some(error) => Err(error),
        None => Ok(if report.has_errors() { Exit::Faults } else { Exit::Fine }),
    }
}

/// Looks at a fleet: all of it, the hosts that can be read, or why there is none.
fn look_at(global: &Global, args: &Validate) -> Found {
    let tree = Tree::new(&fleet::flake(global));
    // The files are read while Nix evaluates.
    let survey = Begun::new(&tree);
    let inventory = fleet::inventory(global);
    let mut survey = survey.finish();
    if global.impure {
        // What Nix refuses then is no fault now.
        survey.faults.retain(|it| !it.problem.is_meant_by("access to absolute path '/'"));
    }
    let (hosts, eval) = (&args.hosts, &args.eval);
    let mut look = Look { global, hosts, eval, survey, sources: Sources::new(tree) };
    match inventory {
        // The process ends with this command; to free thousands of hosts one by one would take a
        // tenth of the tool's own time.
        Ok(inventory) => look_into(&mut look, &ManuallyDrop::new(inventory)),
        Err(error) => match part::found(global, &error) {
            Some(found) => part::read(&mut look, &found),
            None => unread::read(&mut look, error),
        },
    }
}

fn look_into(look: &mut Look, inventory: &Inventory) -> Found {
    // Where Nix reads it out of a repository's commits, its texts are those in the store.
    let root = inventory.root.as_ref().filter(|_| look.sources.tree().root().is_none());
    if let Some(tree) = root.and_then(|it| Tree::of_store(&fleet::flake(look.global), it)) {
        look.survey = Survey::of(&tree);
        look.sources = Sources::new(tree);
    }
    look.sources.keep(look.survey.flake.take());
    match fleet::require(inventory, look.hosts) {
        Ok(()) => whole::read(look, inventory),
        Err(error) => unread::without_a_fleet(look, error),
    }
}
