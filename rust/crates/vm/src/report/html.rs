//! A page with everything: assertions, phases as bars, logs and screenshots, all in one file that
//! needs no network.

use std::fmt::Write;
use std::fs;
use std::path::Path;

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

// Writing to a `String` cannot fail, here and below.
fn page(reports: &[HostReport]) -> String {
    let passed = reports.iter().filter(|it| it.result == Verdict::Passed).count();
    let result = match reports {
        [only] => format!("{} {}", escaped(&only.host), word(only.result)),
        _ => format!("{passed} of {} hosts passed", reports.len()),
    };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{result} – nixfleet test-vm</title>\n<style>\n{STYLE}</style>\n\
         <main>\n<h1>{result}</h1>\n"
    );
    if reports.len() > 1 {
        contents(&mut page, reports);
    }
    for report in reports {
        host(&mut page, report, reports.len() == 1);
    }
    page.push_str("</main>\n</html>\n");
    page
}

fn contents(page: &mut String, reports: &[HostReport]) {
    page.push_str("<ul>\n");
    for report in reports {
        let (class, mark) = marked(report.result == Verdict::Passed);
        let (name, word) = (escaped(&report.host), word(report.result));
        let _ = writeln!(
            page,
            "<li class=\"{class}\">{mark}<span><a href=\"#{name}\">{name}</a> {word}</span>\
             <span class=\"time\">{:.1} s</span>",
            report.seconds
        );
    }
    page.push_str("</ul>\n");
}

fn host(page: &mut String, report: &HostReport, is_alone: bool) {
    let (class, _) = marked(report.result == Verdict::Passed);
    let (name, word) = (escaped(&report.host), word(report.result));
    let install = if report.reused { "install unchanged" } else { "newly installed" };
    page.push_str("<section>\n");
    // The heading of a page about one host says it already.
    if !is_alone {
        let _ =
            writeln!(page, "<h2 id=\"{name}\">{name} <span class=\"{class}\">{word}</span></h2>");
    }
    let _ = writeln!(
        page,
        "<p class=\"facts\">{:.1} s, {install}, {}",
        report.seconds, report.accelerator
    );
    if let Some(system) = &report.system {
        let _ = writeln!(page, "<br>{}", escaped(&Foreign::from(system.as_str()).to_string()));
    }
    page.push_str("</p>\n");
    if let Some(error) = &report.error {
        failure(page, error);
    }
    assertions(page, &report.assertions);
    if !report.advice.is_empty() {
        page.push_str("<h3>What a reboot loses</h3>\n");
        for advice in &report.advice {
            let _ = writeln!(page, "<pre>{}</pre>", escaped(&advice.block()));
        }
    }
    phases(page, report);
    if report.screenshot.is_some() {
        let _ = writeln!(
            page,
            "<h3>The screen at the failure</h3>\n<img src=\"{name}.png\" alt=\"the screen of {name} when it failed\">"
        );
    }
    logs(page, report);
    page.push_str("</section>\n");
}

fn failure(page: &mut String, error: &ErrorReport) {
    let _ = writeln!(page, "<p class=\"bad\">{}</p>", escaped(&error.message.block()));
    if let Some(help) = &error.help {
        let _ = writeln!(page, "<p>{}</p>", escaped(&help.block()));
    }
    let evidence = error.evidence.clone().unwrap_or_default();
    log(page, "what it wrote last", &evidence, true);
}

fn assertions(page: &mut String, assertions: &[Outcome]) {
    if assertions.is_empty() {
        return;
    }
    let held = assertions.iter().filter(|it| it.held).count();
    let _ = writeln!(page, "<h3>{held} of {} assertions held</h3>\n<ul>", assertions.len());
    for it in assertions {
        let (class, mark) = marked(it.held);
        let _ = writeln!(
            page,
            "<li class=\"{class}\">{mark}<span>{}</span><span class=\"time\">{:.1} s</span>",
            escaped(&it.assertion.to_string()),
            it.seconds
        );
        if let Some(seen) = &it.seen {
            let _ = writeln!(page, "<div>{}</div>", escaped(&seen.to_string()));
        }
        log(page, "the end of its journal", &it.journal.clone().unwrap_or_default(), true);
    }
    page.push_str("</ul>\n");
}

fn phases(page: &mut String, report: &HostReport) {
    let longest = report.phases.iter().map(|it| it.seconds).fold(0.1, f64::max);
    page.push_str("<h3>Phases</h3>\n<table>\n");
    for phase in &report.phases {
        let class = if phase.held { "" } else { " class=\"bad\"" };
        let ended = if phase.held { "" } else { ", failed" };
        let _ = writeln!(
            page,
            "<tr{class}><th scope=\"row\">{}{ended}</th><td class=\"time\">{:.1} s</td>\
             <td class=\"bar\"><div style=\"width:{:.1}%\"></div></td></tr>",
            phase.phase.title(),
            phase.seconds,
            100.0 * phase.seconds / longest
        );
    }
    page.push_str("</table>\n");
}

fn logs(page: &mut String, report: &HostReport) {
    let Some(folder) = &report.logs else { return };
    let _ = writeln!(
        page,
        "<h3>Logs</h3>\n<p class=\"facts\">{}</p>",
        escaped(&Foreign::from(folder.to_string_lossy().as_ref()).to_string())
    );
    for name in LOGS {
        log(page, name, &console::last_lines(&folder.join(name), 200), false);
    }
}

fn log(page: &mut String, title: &str, text: &Foreign, is_open: bool) {
    if !text.is_empty() {
        let open = if is_open { " open" } else { "" };
        let (title, text) = (escaped(title), escaped(&text.block()));
        // What scrolls has to be reached by the keyboard.
        let _ = writeln!(
            page,
            "<details{open}><summary>{title}</summary><pre tabindex=\"0\">{text}</pre></details>"
        );
    }
}

fn word(result: Verdict) -> &'static str {
    match result {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Error => "could not be tested",
        Verdict::Interrupted => "was interrupted",
    }
}

/// A class, and a mark that says the same without colour.
fn marked(held: bool) -> (&'static str, &'static str) {
    if held {
        ("good", "<span role=\"img\" aria-label=\"held\">✓</span>")
    } else {
        ("bad", "<span role=\"img\" aria-label=\"failed\">✗</span>")
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
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
