//! `JUnit`'s XML, which CI systems read: a suite a host, a case a phase and an assertion.

use std::path::Path;
use std::time::Duration;

use nixfleet_nix::Foreign;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{HostReport, Outcome, place};
use crate::Error;

/// Writes a `JUnit` report.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, reports: &[HostReport]) -> Result<(), Error> {
    let xml =
        xml(reports).map_err(|error| Error::io("write", path, std::io::Error::other(error)))?;
    place::write(path, xml.as_bytes())
}

fn xml(reports: &[HostReport]) -> Result<String, quick_junit::SerializeError> {
    let mut all = Report::new("nixfleet test-vm");
    for report in reports {
        let mut suite = TestSuite::new(report.host.as_str());
        suite.set_time(seconds(report.seconds));
        for phase in &report.phases {
            let error = report.error.as_ref().filter(|_| !phase.held).map(|it| &it.message);
            suite.add_test_case(case(phase.phase.title(), phase.seconds, phase.held, error, None));
        }
        for Outcome { assertion, held, seconds, seen, journal } in &report.assertions {
            let (seen, journal) = (seen.as_ref(), journal.as_ref());
            let name = &assertion.to_string();
            suite.add_test_case(case(name, *seconds, *held, seen, journal));
        }
        // What failed before the first phase has no case yet.
        if let (Some(error), true) = (&report.error, report.phases.iter().all(|it| it.held)) {
            suite.add_test_case(case("run", 0.0, false, Some(&error.message), None));
        }
        all.add_test_suite(suite);
    }
    all.to_string()
}

fn case(
    name: &str,
    time: f64,
    held: bool,
    message: Option<&Foreign>,
    more: Option<&Foreign>,
) -> TestCase {
    let status = if held {
        TestCaseStatus::success()
    } else {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(message.map_or_else(|| "failed".to_owned(), Foreign::block));
        if let Some(more) = more {
            status.set_description(more.block());
        }
        status
    };
    let mut case = TestCase::new(name, status);
    case.set_time(seconds(time));
    case
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn each_host_is_a_suite_and_each_assertion_a_case() {
        let xml = xml(&[sample()]).unwrap();
        assert!(xml.contains(r#"<testsuite name="web-01" tests="4" "#), "{xml}");
        assert!(xml.contains(r#"failures="1""#), "{xml}");
        assert!(xml.contains("seen &lt;nothing&gt;"), "{xml}");
    }
}
