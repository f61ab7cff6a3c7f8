//! The agent of a host that runs: it looks at itself, where it is.

use nixfleet_nix::process::Output;
use serde::Deserialize;

use super::finding::Finding;
use super::target::{self, Target};

/// The agent's own look, as root; `127` is a shell's status where there is no such program. A shell that SSH
/// starts knows little of where programs are, on a Mac least.
const SCRIPT: &str = "PATH=/run/wrappers/bin:/run/current-system/sw/bin:/usr/local/bin:$PATH:/nix/var/nix/profiles/default/bin
command -v nixfleet-agent >/dev/null || exit 127
if [ \"$(id -u)\" = 0 ]; then exec nixfleet-agent check --json; fi
exec sudo -n nixfleet-agent check --json";

/// The most findings that are taken from a host.
const MOST: usize = 100;

#[derive(Deserialize)]
struct Said {
    findings: Vec<Finding>,
}

/// What its agent finds, and what was found out on the way to it.
pub fn findings(host: &Target) -> Vec<Finding> {
    let (mut findings, said) = target::ask(host, SCRIPT);
    findings.extend(said.into_iter().flat_map(|it| read(&it)));
    findings
}

fn read(said: &Output) -> Vec<Finding> {
    if let Ok(Said { mut findings }) = serde_json::from_str(said.stdout.raw()) {
        findings.truncate(MOST);
        return findings;
    }
    let status = said.status.and_then(|it| it.code());
    vec![if status == Some(127) {
        Finding::lacking(
            "agent",
            "there is none",
            "mkFleet with `release` sets one up on every host; else `services.nixfleet-agent.enable`",
        )
    } else {
        let said = said.stderr.last_line().excerpt();
        Finding::lacking(
            "agent",
            format!("it does not say how it is: {said}"),
            "log in as root, or as a user who may use `sudo` without a password",
        )
    }]
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::super::finding::Status;
    use super::*;

    fn said(stdout: &str, code: i32) -> Vec<(Status, String)> {
        let status = Some(ExitStatus::from_raw(code << 8));
        let output = Output { status, stdout: stdout.into(), stderr: "sudo: no".into() };
        read(&output).into_iter().map(|it| (it.status, it.text)).collect()
    }

    #[test]
    fn a_host_says_how_its_agent_is_or_why_it_does_not() {
        let text = r#"{"apiVersion":1,"findings":[{"status":"note","name":"agent","text":"\u001b[2Jit runs","help":null}]}"#;
        assert_eq!(said(text, 0), [(Status::Note, "\u{1b}[2Jit runs".into())]);
        assert_eq!(said("", 127), [(Status::Lacking, "there is none".into())]);
        let why = "it does not say how it is: sudo: no";
        assert_eq!(said("", 1), [(Status::Lacking, why.into())]);
        assert_eq!(said("{\"findings\":7}", 1)[0].1, why);
    }
}
