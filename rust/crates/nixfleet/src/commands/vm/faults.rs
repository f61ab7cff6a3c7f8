//! What keeps hosts from being installed, told as `validate` tells its faults: at their places, and
//! in each of the tool's formats.

use nixfleet_nix::Cause;
use nixfleet_vm::report::HostReport;
use serde::Serialize;

use crate::commands::fleet;
use crate::exit::Exit;
use crate::faults::Fault;
use crate::faults::files;
use crate::faults::report::Report;
use crate::faults::source::{Sources, Tree};
use crate::global::{Format, Global};
use nixfleet_text::json;
use nixfleet_text::output::{self, print};

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
            output::tell(report.explain());
        }
    }
}

/// The fault behind a failure of Nix: a file that it does not find.
pub fn of_files(global: &Global, cause: &Cause) -> Option<Fault> {
    files::explain(cause, &Tree::new(&fleet::flake(global)))
}

/// Says so in the reports of runs in which Nix failed for such a file.
pub fn explain(global: &Global, reports: &mut [HostReport]) {
    for error in reports.iter_mut().filter_map(|it| it.error.as_mut()) {
        let fault = error.nix.as_ref().and_then(|it| of_files(global, &it.cause));
        if let Some(Fault { problem, .. }) = fault {
            error.message = problem.to_string().into();
            error.help = Some(problem.help().into());
            error.status = Exit::Faults as u8;
        }
    }
}

/// The sources of the fleet.
pub fn sources(global: &Global) -> Sources {
    Sources::new(Tree::new(&fleet::flake(global)))
}
