//! `nixfleet validate`: every fault of the fleet at once.

use clap::Args;

use crate::checks;
use crate::cli::Global;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::print;
use crate::report::Report;
use crate::source::{Sources, Tree};
use crate::{fleet, git};

/// The arguments of `validate`.
#[derive(Debug, Args)]
pub struct Validate {
    /// Only this host; may be given several times
    #[arg(short = 'h', long = "host", value_name = "HOST")]
    pub hosts: Vec<String>,
}

/// Looks for faults and reports them.
pub fn run(global: &Global, args: &Validate) -> Result<Exit, Error> {
    let mut sources = Sources::new(Tree::new(&fleet::flake(global)));
    let report = match fleet::inventory(global) {
        Ok(inventory) => {
            fleet::require(&inventory, &args.hosts)?;
            let wanted =
                |name: &str| args.hosts.is_empty() || args.hosts.iter().any(|it| it == name);
            let hosts = inventory.hosts.keys().filter(|name| wanted(name)).count();
            let mut faults = checks::all(&inventory, &wanted);
            faults.extend(git::untracked(sources.tree()));
            Report::new(hosts, faults, &mut sources)
        }
        // A file that git does not track is the user's mistake, and no failure of Nix.
        Err(error) => match git::explain(&error, sources.tree()) {
            Some(fault) => Report::new(0, vec![fault], &mut sources),
            None => return Err(error),
        },
    };
    print(&report.render(global.format));
    Ok(if report.has_errors() { Exit::Faults } else { Exit::Fine })
}
