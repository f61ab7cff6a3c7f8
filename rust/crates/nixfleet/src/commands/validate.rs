//! `nixfleet validate`: every fault of the fleet at once.

use std::mem::ManuallyDrop;

use clap::Args;
use nixfleet_inventory::Host;

use crate::commands::{failure, fleet};
use crate::error::Error;
use crate::exit::Exit;
use crate::faults::Fault;
use crate::faults::checks;
use crate::faults::eval::{EvalArgs, Evaluation};
use crate::faults::report::Report;
use crate::faults::source::{Sources, Tree};
use crate::faults::{files, positions};
use crate::global::Global;
use crate::text::output::print;

/// The arguments of `validate`.
#[derive(Debug, Args)]
pub struct Validate {
    /// Only this host; may be given several times
    #[arg(short = 'h', long = "host", value_name = "HOST")]
    pub hosts: Vec<String>,

    #[command(flatten)]
    pub eval: EvalArgs,
}

/// Looks for faults and reports them.
pub fn run(global: &Global, args: &Validate) -> Result<Exit, Error> {
    let mut sources = Sources::new(Tree::new(&fleet::flake(global)));
    let report = match fleet::inventory(global) {
        Ok(inventory) => {
            // The process ends with this command; to free thousands of hosts one by one would take
            // a tenth of the tool's own time.
            let inventory = ManuallyDrop::new(inventory);
            fleet::require(&inventory, &args.hosts)?;
            let wanted =
                |name: &str| args.hosts.is_empty() || args.hosts.iter().any(|it| it == name);
            let hosts: Vec<(&str, &Host)> = inventory
                .hosts
                .iter()
                .map(|(name, it)| (name.as_str(), it))
                .filter(|(name, _)| wanted(name))
                .collect();
            let count = hosts.len();
            let mut faults = checks::all(&inventory, &wanted);
            if global.inventory.is_none() {
                let (nix, flake) = (fleet::nix(global), fleet::flake(global));
                positions::add(&nix, &flake, &inventory, &mut sources, &mut faults);
            }
            if args.eval.eval {
                faults = evaluate(global, &args.eval, sources.tree(), hosts, faults);
            }
            faults.extend(files::lacking(sources.tree(), &faults));
            Report::new(count, faults, &mut sources)
        }
        // A file that Nix does not find is the user's mistake, and no failure of Nix.
        Err(error) => match error.cause().and_then(|it| files::explain(it, sources.tree())) {
            Some(fault) => Report::new(0, vec![fault], &mut sources),
            None => return Err(error),
        },
    };
    print(&report.render(global.format));
    Ok(if report.has_errors() { Exit::Faults } else { Exit::Fine })
}

fn evaluate(
    global: &Global,
    args: &EvalArgs,
    tree: &Tree,
    hosts: Vec<(&str, &Host)>,
    faults: Vec<Fault>,
) -> Vec<Fault> {
    let (nix, flake) = (fleet::nix(global), fleet::flake(global));
    let show_trace = global.show_trace;
    let found = Evaluation { args, show_trace, nix, flake, tree }.run(hosts, faults);
    found.notices.iter().for_each(|notice| failure::warn(notice));
    if global.show_trace {
        found.traces.iter().for_each(|trace| failure::show_trace(trace));
    }
    found.faults
}
