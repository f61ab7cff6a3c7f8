//! How the VM commands tell what they did.

use crate::text::page::{page, tell};
use nixfleet_text::output::print;
use nixfleet_text::{Foreign, Lines, json, word};
use nixfleet_vm::Error as VmError;
use nixfleet_vm::report::{HostReport, Outcome, Verdict};
use serde_json::json;

use super::faults::Behind;
use super::fleet::Failure;
use super::{faults, is_json};
use crate::commands::failure::{own_place, show_trace};
use crate::commands::preflight::Refusal;
use crate::error::Error;
use crate::exit::Exit;
use crate::faults::Fault;
use crate::faults::report::{github, message};
use crate::global::{Format, Global};

/// Tells something of a host, beside its result.
pub fn note(host: &str, text: &str) {
    tell(format!("{host}: {text}"));
}

/// Tells an error that is of no host; its exit status.
pub fn error_alone(error: &VmError) -> Exit {
    tell(message(words(error), None, error.help()));
    Exit::of(error.exit_status())
}

/// Tells that something of this machine failed.
pub fn failed(text: &str) {
    tell(message(text, None, None::<Lines>));
}

/// Tells that the command line asks for what cannot be.
pub fn usage(text: &str, help: &str) -> Exit {
    tell(message(text, None, Some(help)));
    Exit::Usage
}

/// Tells why nothing was begun.
pub fn failure(global: &Global, failure: Failure) -> Result<Exit, Error> {
    match failure {
        Failure::Fleet(error) => {
            let faults = error.cause().map(|it| faults::unread(global, it)).unwrap_or_default();
            if faults.is_empty() {
                return Err(error);
            }
            faults::tell(global, faults);
            Ok(Exit::Faults)
        }
        Failure::Refused(Refusal { faults, exit }) => {
            faults::tell(global, faults);
            Ok(exit)
        }
        Failure::Vm(error) => Ok(self::error(global, None, &error)),
    }
}

/// Tells an error, faults at their places.
pub fn error(global: &Global, host: Option<&str>, error: &VmError) -> Exit {
    if is_json(global) {
        let fault = json!({ "host": host, "message": error.to_string(), "help": error.help() });
        print(json::render(&faults::NothingBegun { hosts: [], faults: [fault] }));
    } else {
        tell(message(of_host(host, &words(error)), None, error.help()));
        tell(indented(&error.evidence().cloned().unwrap_or_default()));
    }
    Exit::of(error.exit_status())
}

/// Tells how the runs ended: what went wrong with each, then a line for each, then the sum.
pub fn reports(global: &Global, reports: &[HostReport], behind: &Behind, what: &str) {
    match global.format {
        Format::Json => return print(json::render_list("hosts", &reports)),
        Format::Github => print(annotations(reports, what)),
        Format::Human => {}
    }
    for report in reports {
        problems(global, report, behind.get(&report.host));
    }
    let width = reports.iter().map(|it| it.host.len()).max().unwrap_or(0);
    for report in reports {
        print(page(format!("{:width$}  {}", report.host, sentence(report, what))));
        if let Some(ssh) = &report.ssh {
            print(format!("{:width$}  it runs until the next command for this host: {ssh}", ""));
        }
    }
    if let Some(config) = reports.iter().find_map(|it| it.ssh_config.as_ref()) {
        let options = word(&format!("-F {}", config.display()));
        print(format!("by name, for this tool, Nix and `ssh -F`: export NIX_SSHOPTS={options}"));
    }
    if what == "test" && reports.len() > 1 {
        let passed = reports.iter().filter(|it| it.result == Verdict::Passed).count();
        print(format!("{passed} of {} hosts passed", reports.len()));
    }
}

/// An annotation for each host, and one more for each assertion that did not hold.
fn annotations(reports: &[HostReport], what: &str) -> Lines {
    let mut text = Lines::default();
    for report in reports {
        let title = format!("{what}-vm {}", report.host);
        for Outcome { assertion, seen, .. } in report.assertions.iter().filter(|it| !it.held) {
            let seen = seen.as_ref().map(Foreign::excerpt).unwrap_or_default();
            let words = format!("not so: {assertion}: {seen}");
            text.append(&github::of_run("error", &title, &words.into()));
        }
        let level = if report.result == Verdict::Passed { "notice" } else { "error" };
        text.append(&github::of_run(level, &title, &sentence(report, what).into()));
    }
    text
}

/// What went wrong on a host, in full.
fn problems(global: &Global, report: &HostReport, behind: Option<&Fault>) {
    for Outcome { assertion, seen, journal, seconds, .. } in
        report.assertions.iter().filter(|it| !it.held)
    {
        let seen = seen.clone().unwrap_or_default();
        tell(format!("{}: not so after {seconds:.0} s: {assertion}", report.host));
        tell(format!("  seen: {seen}"));
        if let Some(journal) = journal {
            tell("  the end of its journal:");
            tell(indented(journal));
        }
    }
    for advice in &report.advice {
        tell(format!("{}: {advice}", report.host));
    }
    if let Some(error) = &report.error {
        if report.result == Verdict::Interrupted {
            return;
        }
        let nix = error.nix.as_ref();
        let mut sources = faults::sources(global);
        let place = match behind {
            Some(Fault { position, text, .. }) => {
                position.as_ref().map(|it| sources.place(it, text.as_deref()))
            }
            None => nix.and_then(|it| own_place(&it.cause, &mut sources)),
        };
        let text = of_host(Some(&report.host), &Lines::block(&error.message));
        tell(message(text, place.as_ref(), error.help.as_ref().map(Lines::block)));
        tell(indented(&error.evidence.clone().unwrap_or_default()));
        if let Some(nix) = nix.filter(|_| global.show_trace) {
            show_trace(&nix.trace);
        }
    }
    if report.result != Verdict::Passed {
        for (name, path) in [("logs", &report.logs), ("screenshot", &report.screenshot)] {
            if let Some(path) = path {
                tell(format!("  {name}: {}", path.display()));
            }
        }
    }
}

fn sentence(report: &HostReport, what: &str) -> String {
    let held = report.assertions.iter().filter(|it| it.held).count();
    let all = report.assertions.len();
    let install = if report.reused { "install unchanged" } else { "newly installed" };
    let seconds = report.seconds;
    match report.result {
        Verdict::Passed if what == "test" => {
            format!("passed: {held} assertions, {install}, {seconds:.1} s")
        }
        Verdict::Passed if report.reused => format!("there already, {seconds:.1} s"),
        Verdict::Passed => format!("built, {seconds:.1} s"),
        Verdict::Failed => {
            format!("failed: {} of {all} assertions, {install}, {seconds:.1} s", all - held)
        }
        Verdict::Error => {
            let message = report.error.as_ref().map(|it| it.message.first_line());
            format!("error: {}", message.unwrap_or_default())
        }
        Verdict::Interrupted => "interrupted".to_owned(),
    }
}

/// What an error says: Nix says more than a line.
fn words(error: &VmError) -> Lines {
    match error {
        VmError::Nix(error) => Lines::block(&error.to_string().into()),
        error => Lines::line(error),
    }
}

/// Lines about a host.
fn of_host(host: Option<&str>, words: &Lines) -> Lines {
    let mut text = host.map(|it| Lines::line(format_args!("{it}: "))).unwrap_or_default();
    text.append(words);
    text
}

fn indented(text: &Foreign) -> Lines {
    let mut lines = Lines::default();
    lines.add_block("  | ", text);
    lines
}
