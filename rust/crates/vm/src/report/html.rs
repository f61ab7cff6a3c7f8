//! A page with everything: assertions, phases as bars, logs and screenshots, all in one file that
//! needs no network.

use std::fs;
use std::path::Path;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use nixfleet_nix::Foreign;

use super::{ErrorReport, HostReport, Outcome, Verdict, place};
use crate::{Error, console};

/// The page's file in its folder.
pub const PAGE: &str = "index.html";

const STYLE: &str = include_str!("html.css");

/// The logs of a run that the page shows.
const LOGS: &[&str] = &["install.log", "console-installing.log", "console-test.log"];

/// Writes `index.html`, and the screenshots beside it.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &Path, reports: &[HostReport]) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|error| Error::io("make the folder", folder, error))?;
    for report in reports {
        if let Some(from) = &report.screenshot {
            let content = fs::read(from).map_err(|error| Error::io("read", from, error))?;
            place::write(&folder.join(format!("{}.png", report.host)), &content)?;
        }
    }
    place::write(&folder.join(PAGE), page(reports).as_bytes())
}

fn page(reports: &[HostReport]) -> String {
    let passed = reports.iter().filter(|it| it.result == Verdict::Passed).count();
    let result = match reports {
        [only] => format!("{} {}", only.host, word(only.result)),
        _ => format!("{passed} of {} hosts passed", reports.len()),
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (result) " – nixfleet test-vm" }
                // Our own, and in no need of escapes.
                style { (PreEscaped(STYLE)) }
            }
            body { main {
                h1 { (result) }
                @if reports.len() > 1 { (contents(reports)) }
                @for report in reports { (host(report, reports.len() == 1)) }
            } }
        }
    };
    page.into_string()
}

fn contents(reports: &[HostReport]) -> Markup {
    html! {
        ul {
            @for report in reports {
                (row(report.result == Verdict::Passed, report.seconds, &html! {
                    a href={ "#" (report.host) } { (report.host) } " " (word(report.result))
                }, &html! {}))
            }
        }
    }
}

fn host(report: &HostReport, is_alone: bool) -> Markup {
    let class = if report.result == Verdict::Passed { "good" } else { "bad" };
    let name = &report.host;
    let install = if report.reused { "install unchanged" } else { "newly installed" };
    html! {
        section {
            // The heading of a page about one host says it already.
            @if !is_alone {
                h2 id=(name) { (name) " " span class=(class) { (word(report.result)) } }
            }
            p.facts {
                (seconds(report.seconds)) ", " (install) ", " (report.accelerator)
                @if let Some(system) = &report.system { br; (Foreign::from(system.as_str())) }
            }
            @if let Some(error) = &report.error { (failure(error)) }
            (assertions(&report.assertions))
            @if !report.advice.is_empty() {
                h3 { "What a reboot loses" }
                @for advice in &report.advice { pre { (advice.block()) } }
            }
            (phases(report))
            @if report.screenshot.is_some() {
                h3 { "The screen at the failure" }
                img src={ (name) ".png" } alt={ "the screen of " (name) " when it failed" };
            }
            @if let Some(folder) = &report.logs { (logs(folder)) }
        }
    }
}

fn failure(error: &ErrorReport) -> Markup {
    html! {
        p.bad { (error.message.block()) }
        @if let Some(help) = &error.help { p { (help.block()) } }
        (log("what it wrote last", error.evidence.as_ref(), true))
    }
}

fn assertions(assertions: &[Outcome]) -> Markup {
    let held = assertions.iter().filter(|it| it.held).count();
    html! {
        @if !assertions.is_empty() {
            h3 { (held) " of " (assertions.len()) " assertions held" }
            ul {
                @for it in assertions {
                    (row(it.held, it.seconds, &html! { (it.assertion) }, &html! {
                        @if let Some(seen) = &it.seen { div { (seen) } }
                        (log("the end of its journal", it.journal.as_ref(), true))
                    }))
                }
            }
        }
    }
}

fn phases(report: &HostReport) -> Markup {
    let longest = report.phases.iter().map(|it| it.seconds).fold(0.1, f64::max);
    html! {
        h3 { "Phases" }
        table {
            @for phase in &report.phases {
                tr class=[(!phase.held).then_some("bad")] {
                    th scope="row" { (phase.phase.title()) @if !phase.held { ", failed" } }
                    td.time { (seconds(phase.seconds)) }
                    td.bar { div style={ "width:" (format!("{:.1}", 100.0 * phase.seconds / longest)) "%" } {} }
                }
            }
        }
    }
}

fn logs(folder: &Path) -> Markup {
    html! {
        h3 { "Logs" }
        p.facts { (Foreign::from(folder.to_string_lossy().as_ref())) }
        @for name in LOGS {
            (log(name, Some(&console::last_lines(&folder.join(name), 200)), false))
        }
    }
}

/// A line with a mark that says without colour whether it held, its time, and what is below it.
fn row(held: bool, took: f64, text: &Markup, below: &Markup) -> Markup {
    let (class, label, mark) =
        if held { ("good", "held", "✓") } else { ("bad", "failed", "✗") };
    html! {
        li class=(class) {
            span role="img" aria-label=(label) { (mark) }
            span { (text) }
            span.time { (seconds(took)) }
            (below)
        }
    }
}

fn log(title: &str, text: Option<&Foreign>, is_open: bool) -> Markup {
    html! {
        @if let Some(text) = text.filter(|it| !it.is_empty()) {
            details open[is_open] {
                summary { (title) }
                // What scrolls has to be reached by the keyboard.
                pre tabindex="0" { (text.block()) }
            }
        }
    }
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.1} s")
}

fn word(result: Verdict) -> &'static str {
    match result {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Error => "could not be tested",
        Verdict::Interrupted => "was interrupted",
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn written(reports: &[HostReport]) -> String {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), reports).unwrap();
        fs::read_to_string(folder.path().join("index.html")).unwrap()
    }

    #[test]
    fn the_page_stands_alone_and_trusts_no_text() {
        let page = written(&[sample()]);
        assert!(page.contains("<h1>web-01 failed</h1>"));
        assert!(page.contains("seen &lt;nothing&gt;") && !page.contains("seen <nothing>"));
        assert!(!page.contains("http") && !page.contains("url("), "nothing is fetched");
    }

    #[test]
    fn all_that_is_known_of_a_failure_is_on_the_page() {
        let mut failed = sample();
        failed.assertions[1].journal = Some("its journal".into());
        failed.advice = vec!["its advice".into()];
        let mut could_not = HostReport::new("web-02", crate::Accelerator::Tcg);
        could_not.error = Some(ErrorReport {
            message: "its message".into(),
            help: Some("its help".into()),
            evidence: Some("its evidence".into()),
            status: 3,
            nix: None,
        });
        could_not.result = Verdict::Error;
        let page = written(&[failed, could_not]);
        assert!(page.contains("<h1>0 of 2 hosts passed</h1>"));
        for shown in [
            "its journal",
            "its advice",
            "its message",
            "its help",
            "its evidence",
            "1 of 2 assertions held",
        ] {
            assert!(page.contains(shown), "{shown}");
        }
    }
}
