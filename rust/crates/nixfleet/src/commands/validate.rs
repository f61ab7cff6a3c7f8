//! `nixfleet validate`: every fault of the fleet at once.

mod strangers;

use std::mem::ManuallyDrop;

use clap::Args;
use nixfleet_inventory::piecemeal::{self, Piecemeal};
use nixfleet_inventory::{Host, Inventory, InventoryError};
use nixfleet_nix::NixError;

use crate::commands::{failure, fleet};
use crate::error::Error;
use crate::exit::Exit;
use crate::faults::eval::{self, EvalArgs, Evaluation, Files};
use crate::faults::report::Report;
use crate::faults::source::{Sources, Tree};
use crate::faults::survey::{Begun, Survey};
use crate::faults::{Fault, Problem};
use crate::faults::{behind, checks, fetched};
use crate::faults::{files, positions, tracked};
use crate::global::{Format, Global};
use crate::interrupt;
use nixfleet_text::output::print;
use strangers::strangers;

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
    let args = &args;
    let tree = Tree::new(&fleet::flake(global));
    // The files are read while Nix evaluates.
    let survey = Begun::new(&tree);
    let inventory = fleet::inventory(global);
    let mut survey = survey.finish();
    if global.impure {
        // What Nix refuses then is no fault now.
        survey.faults.retain(|it| !it.problem.is_meant_by("access to absolute path '/'"));
    }
    let mut sources = Sources::new(tree);
    let (mut report, failure) = match inventory {
        Ok(inventory) => {
            // The process ends with this command; to free thousands of hosts one by one would take
            // a tenth of the tool's own time.
            let inventory = ManuallyDrop::new(inventory);
            if let Some(tree) = of_store(&inventory, sources.tree()) {
                survey = Survey::of(&tree);
                sources = Sources::new(tree);
            }
            sources.keep(survey.flake.take());
            match fleet::require(&inventory, &args.hosts) {
                Ok(()) => read(global, args, &inventory, survey, &mut sources),
                Err(error) => (
                    Report::new(0, vec![of_no_fleet(&error, sources.tree())], &mut sources),
                    Some(error),
                ),
            }
        }
        Err(error) => match piecemeal(global, &error) {
            Some(found) => in_part(global, args, &found, survey, &mut sources),
            None => match unreadable(&error, sources.tree()) {
                Some(faults) => {
                    if let Some(trace) = error.trace().filter(|_| global.show_trace) {
                        failure::show_trace(trace);
                    }
                    (Report::new(0, faults, &mut sources), None)
                }
                None => (
                    Report::new(0, vec![of_no_fleet(&error, sources.tree())], &mut sources),
                    Some(error),
                ),
            },
        },
    };
    report.is_evaluated = args.eval.eval;
    if interrupt::is_wanted() {
        return Err(InventoryError::Nix(NixError::Interrupted).into());
    }
    // Nor are thousands of faults freed.
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

/// What a plain `validate` says of the whole fleet, for a command that does not begin with faults.
pub fn plain(global: &Global, inventory: &Inventory) -> Report {
    let tree = Tree::new(&fleet::flake(global));
    let mut survey = Survey::of(&tree);
    let mut sources = Sources::new(tree);
    sources.keep(survey.flake.take());
    let mut faults = inventoried(global, inventory, &|_| true, &mut sources);
    faults.extend(files::lacking(sources.tree(), &survey, &faults));
    faults.extend(survey.faults);
    Report::new(inventory.hosts.len(), faults, &mut sources)
}

/// What the inventory shows, at its places.
pub fn inventoried(
    global: &Global,
    inventory: &Inventory,
    wanted: &dyn Fn(&str) -> bool,
    sources: &mut Sources,
) -> Vec<Fault> {
    let mut faults = checks::all(inventory, wanted);
    if global.inventory.is_none() {
        let (nix, flake) = (fleet::nix_for_data(global), fleet::flake(global));
        positions::add(&nix, &flake, inventory, sources, &mut faults);
    }
    faults
}

/// The tree of a flake that Nix reads out of a repository's commits: its copy in the store.
fn of_store(inventory: &Inventory, tree: &Tree) -> Option<Tree> {
    let root = inventory.root.as_ref().filter(|_| tree.root().is_none())?;
    Tree::of_store(root)
}

/// What is wrong with a fleet that can be read.
fn read(
    global: &Global,
    args: &Validate,
    inventory: &Inventory,
    survey: Survey,
    sources: &mut Sources,
) -> (Report, Option<Error>) {
    read_with(global, args, inventory, survey, sources, Vec::new(), &[])
}

/// The same, with faults that are known already.
fn read_with(
    global: &Global,
    args: &Validate,
    inventory: &Inventory,
    survey: Survey,
    sources: &mut Sources,
    known: Vec<Fault>,
    unreadable: &[(String, NixError)],
) -> (Report, Option<Error>) {
    let wanted = |name: &str| fleet::is_wanted(&args.hosts, name);
    let hosts = fleet::wanted(inventory, &args.hosts);
    let count = hosts.len();
    let mut faults = inventoried(global, inventory, &wanted, sources);
    let mut outside = None;
    if args.eval.eval {
        let files = Files { tree: sources.tree(), survey: &survey, inventory };
        (faults, outside) = evaluate(global, &args.eval, files, hosts, faults);
    }
    faults.extend(strangers(global, inventory, &survey, &wanted));
    // The fleet has them, whatever is wrong with them.
    let is_there = |it: &Fault| unreadable.iter().any(|(name, _)| it.text.as_ref() == Some(name));
    faults.retain(|it| it.problem.code() != "wave-host-unknown" || !is_there(it));
    faults.extend(files::lacking(sources.tree(), &survey, &faults));
    faults.extend(tracked::private_keys(sources.tree()));
    faults.extend(survey.faults);
    faults.extend(known);
    let report = Report::new(count, faults, sources);
    (report, outside.map(|it| Error::Inventory(InventoryError::Nix(it))))
}

/// The hosts that can be read, where what the fleet's author wrote keeps others from it.
fn piecemeal(global: &Global, error: &Error) -> Option<Piecemeal> {
    let is_asked = global.inventory.is_none() && error.cause().is_some() && !error.is_outside();
    is_asked.then(|| piecemeal::read(&fleet::nix_for_data(global), &fleet::flake(global))).flatten()
}

/// What is wrong with such a fleet: why each of the others cannot be read, and all else.
fn in_part(
    global: &Global,
    args: &Validate,
    found: &Piecemeal,
    survey: Survey,
    sources: &mut Sources,
) -> (Report, Option<Error>) {
    let is_unreadable = |name: &String| found.unreadable.iter().any(|(host, _)| host == name);
    let others: Vec<String> =
        args.hosts.iter().filter(|name| !is_unreadable(name)).cloned().collect();
    if let Err(error) = fleet::require(&found.inventory, &others) {
        return (Report::new(0, vec![of_no_fleet(&error, sources.tree())], sources), Some(error));
    }
    let is_wanted = |(name, _): &&(String, _)| fleet::is_wanted(&args.hosts, name);
    let wanted: Vec<_> = found.unreadable.iter().filter(is_wanted).collect();
    let mut faults = Vec::new();
    for (name, error) in &wanted {
        let NixError::Failed { cause, stderr, .. } = error else { continue };
        if global.show_trace {
            failure::show_trace(stderr);
        }
        let explained = files::explain_by(cause, sources.tree(), &survey);
        let fault = explained.unwrap_or_else(|| eval::unreadable(cause, sources.tree()));
        // What the files show already is told with them.
        let file = |it: &Fault| it.position.as_ref().map(|it| sources.tree().locate(&it.file).1);
        let is_told = |it: &Fault| file(it).is_some() && file(it) == file(&fault);
        if !survey.faults.iter().any(is_told) {
            faults.push(Fault { hosts: vec![name.clone()], ..fault });
        }
    }
    let count = wanted.len();
    let (mut report, failure) =
        read_with(global, args, &found.inventory, survey, sources, faults, &found.unreadable);
    report.hosts += count;
    (report, failure)
}

/// The mistakes of the fleet's author for which Nix cannot read it; `None` where it fails for another
/// reason.
fn unreadable(error: &Error, tree: &Tree) -> Option<Vec<Fault>> {
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

fn evaluate(
    global: &Global,
    args: &EvalArgs,
    files: Files,
    hosts: Vec<(&str, &Host)>,
    faults: Vec<Fault>,
) -> (Vec<Fault>, Option<NixError>) {
    let (nix, flake) = (fleet::nix(global), fleet::flake(global));
    let arguments = global.for_nix();
    let found = Evaluation { args, nix, arguments, flake, files }.run(hosts, faults);
    found.notices.iter().for_each(|notice| failure::warn(notice.as_str()));
    if global.show_trace {
        found.traces.iter().for_each(failure::show_trace);
    }
    (found.faults, found.outside)
}
