//! What keeps hosts from being installed, told as `validate` tells its faults: at their places, and
//! in each of the tool's formats.

use std::collections::HashMap;

use nixfleet_nix::Cause;
use nixfleet_vm::report::HostReport;
use serde::Serialize;

use crate::commands::fleet;
use crate::exit::Exit;
use crate::faults::Fault;
use crate::faults::behind;
use crate::faults::report::Report;
use crate::faults::source::{Sources, Tree};
use crate::global::{Format, Global};
use crate::text::page;
use nixfleet_text::json;
use nixfleet_text::output::print;

/// The result of a test that did not begin.
#[derive(Serialize)]
pub struct NothingBegun<T> {
    pub hosts: [(); 0],
    pub faults: T,
}

/// Tells faults for which nothing was begun.
pub fn tell(global: &Global, faults: Vec<Fault>) {
    let mut sources = sources(global);
    let report = Report::new(0, faults, &mut sources);
    match global.format {
        Format::Json => {
            print(json::render(&NothingBegun { hosts: [], faults: report.entries() }));
        }
        Format::Github => print(report.render(Format::Github)),
        Format::Human => {
            page::tell(report.explain());
        }
    }
}

/// What the files of a fleet show that Nix cannot read.
pub fn unread(global: &Global, cause: &Cause) -> Vec<Fault> {
    behind::unread(cause, &Tree::new(&fleet::flake(global)))
}

/// The faults behind the runs that Nix failed, by host.
pub type Behind = HashMap<String, Fault>;

/// Finds what of the fleet's is behind the runs that Nix failed, and says so in their reports.
pub fn explain(global: &Global, reports: &mut [HostReport]) -> Behind {
    let tree = Tree::new(&fleet::flake(global));
    let mut all = Behind::new();
    for report in reports {
        let Some(error) = &mut report.error else { continue };
        let nix = error.nix.as_ref().filter(|it| !it.cause.is_outside());
        let Some(fault) = nix.and_then(|it| behind::of_host(&it.cause, &tree)) else { continue };
        error.message = fault.problem.to_string().into();
        error.help = Some(fault.problem.help().into());
        error.status = Exit::Faults as u8;
        all.insert(report.host.clone(), fault);
    }
    all
}

/// The sources of the fleet.
pub fn sources(global: &Global) -> Sources {
    Sources::new(Tree::new(&fleet::flake(global)))
}
