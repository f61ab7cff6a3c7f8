//! The files that `test-vm` writes for others: `JUnit`'s XML and a page.

use std::path::Path;

use nixfleet_vm::report::{ErrorReport, HostReport, PhaseReport, Verdict, html, junit, place};
use nixfleet_vm::{Accelerator, Error as VmError, Phase};

use super::args::TestVm;
use super::fleet::Failure;
use super::show;
use crate::commands::preflight::Refusal;
use crate::exit::Exit;
use crate::faults::Fault;

/// Makes sure that they can be written, before a test takes its minutes; an exit status when one
/// cannot.
pub fn check(args: &TestVm) -> Option<Exit> {
    let page = args.report.as_ref().map(|folder| folder.join(html::PAGE));
    let places = args.junit.iter().map(AsRef::<Path>::as_ref).chain(page.as_deref());
    told(places.map(place::check))
}

/// Writes them; an exit status when one cannot be written.
pub fn write(args: &TestVm, reports: &[HostReport]) -> Option<Exit> {
    let junit = args.junit.as_ref().map(|path| junit::write(path, reports));
    let page = args.report.as_ref().map(|folder| html::write(folder, reports));
    told([junit, page].into_iter().flatten())
}

fn told(results: impl Iterator<Item = Result<(), VmError>>) -> Option<Exit> {
    let errors = results.filter_map(Result::err);
    errors.map(|error| show::error_alone(&error)).last()
}

/// The reports of hosts of which none was begun. Each has what is said of it, or of all.
pub fn not_begun(args: &TestVm, failure: &Failure) -> Vec<HostReport> {
    let mut names = args.build.hosts.hosts.clone();
    if let Failure::Refused(Refusal { faults, .. }) = failure {
        names.extend(faults.iter().flat_map(|it| it.hosts.clone()));
    }
    names.sort();
    names.dedup();
    if names.is_empty() {
        names.push("the fleet".to_owned());
    }
    names.iter().map(|host| unbegun(host, failure)).collect()
}

fn unbegun(host: &str, failure: &Failure) -> HostReport {
    let (message, help, exit) = match failure {
        Failure::Fleet(error) => (error.to_string(), error.help(), error.exit()),
        Failure::Refused(Refusal { faults, exit }) => {
            let is_of_it =
                |fault: &&Fault| fault.hosts.is_empty() || fault.hosts.iter().any(|it| it == host);
            let own: Vec<&Fault> = faults.iter().filter(is_of_it).collect();
            let message = lines(own.iter().map(|it| it.problem.to_string()));
            let message = message.unwrap_or_else(|| "another host cannot be tested".to_owned());
            (message, lines(own.iter().map(|it| it.problem.help())), *exit)
        }
        Failure::Vm(error) => (error.to_string(), error.help(), Exit::of(error.exit_status())),
    };
    let mut report = HostReport::new(host, Accelerator::Tcg);
    report.result = Verdict::Error;
    report.phases.push(PhaseReport { phase: Phase::Preflight, seconds: 0.0, held: false });
    report.error = Some(ErrorReport {
        message: message.into(),
        help: help.map(Into::into),
        evidence: None,
        status: exit as u8,
        nix: None,
    });
    report
}

fn lines(texts: impl Iterator<Item = String>) -> Option<String> {
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}
