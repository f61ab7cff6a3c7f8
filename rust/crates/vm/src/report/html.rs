//! A page with everything: phases as bars, assertions, logs and screenshots, all in one file that
//! needs no network.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::{HostReport, Verdict};
use crate::{Error, console, files};

const STYLE: &str = "\
:root{color-scheme:light dark;--good:#2e7d32;--bad:#c62828;--dim:#8888}\
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h2{margin-top:2.5rem}.passed{color:var(--good)}.failed,.error,.interrupted{color:var(--bad)}\
table{border-collapse:collapse;width:100%}td{padding:.15rem .5rem;vertical-align:top}\
td.n{text-align:right;white-space:nowrap;width:6rem}td.t{white-space:nowrap;width:14rem}\
.bar{height:.9rem;background:var(--good);min-width:2px;border-radius:2px}.bad .bar{background:var(--bad)}\
.bad{color:var(--bad)}pre{background:#8882;padding:.6rem;overflow:auto;max-height:24rem;font-size:12px}\
img{max-width:100%;border:1px solid var(--dim)}summary{cursor:pointer}";

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
            files::write(&folder.join(format!("{}.png", report.host)), &content)?;
        }
    }
    files::write(&folder.join("index.html"), page(reports).as_bytes())
}

fn page(reports: &[HostReport]) -> String {
    let passed = reports.iter().filter(|it| it.result == Verdict::Passed).count();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>nixfleet test-vm</title><style>{STYLE}</style>\n\
         <h1>{passed} of {} hosts passed</h1>\n",
        reports.len()
    );
    for report in reports {
        host(&mut page, report);
    }
    page.push_str("</html>\n");
    page
}

// Writing to a `String` cannot fail.
fn host(page: &mut String, report: &HostReport) {
    let verdict = format!("{:?}", report.result).to_lowercase();
    let install = if report.reused { "install unchanged" } else { "newly installed" };
    let name = escaped(&report.host);
    let _ = writeln!(
        page,
        "<h2>{name} <span class=\"{verdict}\">{verdict}</span></h2>\
         <p>{:.1} s, {install}, {}</p>",
        report.seconds, report.accelerator
    );
    if let Some(error) = &report.error {
        let _ = writeln!(page, "<p class=\"bad\">{}</p>", escaped(&error.message));
        log(page, "what it wrote last", error.evidence.as_deref().unwrap_or_default());
    }
    phases(page, report);
    assertions(page, report);
    if report.screenshot.is_some() {
        let _ = writeln!(page, "<p><img src=\"{name}.png\" alt=\"the screen of {name}\"></p>");
    }
    for name in LOGS {
        let Some(folder) = &report.logs else { continue };
        log(page, name, &console::last_lines(&folder.join(name), 200));
    }
}

fn phases(page: &mut String, report: &HostReport) {
    let longest = report.phases.iter().map(|it| it.seconds).fold(0.1, f64::max);
    page.push_str("<table>\n");
    for phase in &report.phases {
        let class = if phase.held { "" } else { " class=\"bad\"" };
        let _ = writeln!(
            page,
            "<tr{class}><td class=\"t\">{}<td class=\"n\">{:.1} s\
             <td><div class=\"bar\" style=\"width:{:.1}%\"></div>",
            phase.phase.title(),
            phase.seconds,
            100.0 * phase.seconds / longest
        );
    }
    page.push_str("</table>\n");
}

fn assertions(page: &mut String, report: &HostReport) {
    if report.assertions.is_empty() {
        return;
    }
    page.push_str("<h3>Assertions</h3>\n<table>\n");
    for it in &report.assertions {
        let (class, mark) = if it.held { ("", "✓") } else { (" class=\"bad\"", "✗") };
        let seen = it.seen.as_deref().map(|it| format!("<br>{}", escaped(it))).unwrap_or_default();
        let _ = writeln!(
            page,
            "<tr{class}><td>{mark} {}{seen}<td class=\"n\">{:.1} s",
            escaped(&it.assertion),
            it.seconds
        );
    }
    page.push_str("</table>\n");
    for it in &report.assertions {
        log(page, &format!("journal: {}", it.assertion), it.journal.as_deref().unwrap_or_default());
    }
}

fn log(page: &mut String, title: &str, text: &str) {
    if !text.is_empty() {
        let (title, text) = (escaped(title), escaped(text));
        let _ = writeln!(page, "<details><summary>{title}</summary><pre>{text}</pre></details>");
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_page_stands_alone_and_trusts_no_text() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[sample()]).unwrap();
        let page = fs::read_to_string(folder.path().join("index.html")).unwrap();
        assert!(page.contains("0 of 1 hosts passed"));
        assert!(page.contains("seen &lt;nothing&gt;") && !page.contains("seen <nothing>"));
        assert!(!page.contains("http"), "nothing is fetched");
    }
}
