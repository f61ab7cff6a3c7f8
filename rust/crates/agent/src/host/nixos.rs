//! NixOS: systemd runs what touches the system, and `switch-to-configuration` is how it is touched.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nixfleet_nix::process;

use super::ended::Ended;
use super::platform::{GUARD, Job, Part, Platform};
use super::probe::PATH;
use super::words::last_line;
use super::{switch, unit, words};
use crate::core::Asked;

/// The most services that are remembered.
const SERVICES: usize = 1_000;

pub(super) struct NixOs;

impl Platform for NixOs {
    fn name(&self) -> &'static str {
        "NixOS"
    }

    fn essentials(&self) -> &'static [&'static str] {
        &["nixos-version", "activate", "bin/switch-to-configuration"]
    }

    fn agent_service(&self) -> &'static str {
        "etc/systemd/system/nixfleet-agent.service"
    }

    fn by_hand(&self) -> &'static str {
        "nixos-rebuild boot"
    }

    fn boot(&self) -> String {
        let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        id.trim().to_owned()
    }

    /// machine-id(5).
    fn machine(&self) -> String {
        fs::read_to_string("/etc/machine-id").unwrap_or_default().trim().to_owned()
    }

    fn run(&self, job: &Job) -> Ended {
        unit::run(job)
    }

    fn words(&self, service: &str) -> String {
        words::journal(service)
    }

    fn shell(&self, script: &str, limit: Duration) -> Command {
        let mut command = Command::new("systemd-run");
        command
            .args(["--pipe", "--wait", "--collect", "--quiet", "--no-ask-password"])
            .arg(format!("--property=RuntimeMaxSec={}", limit.as_secs()))
            .arg(format!("--setenv=PATH=/run/wrappers/bin:/run/current-system/sw/bin:{PATH}"))
            .args(["--", "sh", "-c", script]);
        command
    }

    fn set_guard(&self, after: u64, words: &[&OsStr]) -> Result<(), String> {
        let mut command = Command::new("systemd-run");
        command
            .args(["--collect", "--no-ask-password", "--quiet"])
            .arg(format!("--unit={GUARD}"))
            .arg(format!("--on-active={after}"))
            // Without it systemd may be a minute late.
            .arg("--timer-property=AccuracySec=1s")
            .arg(format!("--setenv=PATH={}", std::env::var("PATH").unwrap_or_default()))
            .arg("--")
            .args(words);
        let output = process::output(&mut command, unit::ASK).map_err(|error| error.to_string())?;
        match output.status {
            Some(status) if status.success() => Ok(()),
            _ => Err(last_line(&output.stderr)),
        }
    }

    fn stop_guard(&self) {
        unit::ask(&["stop", &format!("{GUARD}.timer")]);
        unit::ask(&["reset-failed", &format!("{GUARD}.service"), &format!("{GUARD}.timer")]);
    }

    fn is_up(&self, part: Part) -> bool {
        let name = match part {
            Part::Agent => "nixfleet-agent.service",
            Part::Guard => "nixfleet-guard.timer",
        };
        unit::ask(&["is-active", name]).is_some_and(|it| it.trim() == "active")
    }

    fn agent_help(&self) -> (&'static str, &'static str) {
        (
            "`journalctl -u nixfleet-agent` says why",
            "restart it: `systemctl restart nixfleet-agent`",
        )
    }

    fn failed(&self) -> Option<Vec<String>> {
        let words = ["list-units", "--all", "--plain", "--no-legend", "--full", "--state=failed"];
        let text = unit::look(&words)?;
        let names = text.lines().filter_map(|line| line.split_whitespace().next());
        Some(names.take(SERVICES).map(|it| nixfleet_nix::visible(it).into_owned()).collect())
    }

    fn restarts(&self) -> Option<BTreeMap<String, u64>> {
        unit::look(&["show", "--property=Id,NRestarts", "*.service"]).map(|it| counted(&it))
    }

    fn ask(&self, system: &str) -> Asked {
        switch::ask(system)
    }

    fn activate(&self, job: &str, record: &Path, system: &str, limit: Duration) -> Ended {
        let program = format!("{system}/bin/switch-to-configuration");
        unit::run(&Job { name: job, record, limit, words: &[&program, "test"] })
    }

    /// `switch-to-configuration` goes by the units that there are.
    fn take_down(&self, _system: &str, _other: &str) -> Result<(), String> {
        Ok(())
    }

    fn boot_entries(&self, system: &str) -> Option<[String; 2]> {
        Some([format!("{system}/bin/switch-to-configuration"), "boot".into()])
    }

    fn reboot(&self) {
        let _ =
            process::output(Command::new("systemctl").args(["reboot", "--no-block"]), unit::ASK);
    }
}

/// The services that were started again, of what `systemctl show` says: a block of lines for each.
fn counted(text: &str) -> BTreeMap<String, u64> {
    let of = |block: &str| {
        let value = |key| block.lines().find_map(|line| line.strip_prefix(key));
        let count = value("NRestarts=")?.parse().ok().filter(|it| *it > 0)?;
        Some((nixfleet_nix::visible(value("Id=")?).into_owned(), count))
    };
    text.split("\n\n").filter_map(of).take(SERVICES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_that_were_started_again_are_counted() {
        let text = "Id=a.service\nNRestarts=0\n\nNRestarts=12\nId=b.service\n\nId=c.service\n";
        assert_eq!(counted(text), BTreeMap::from([("b.service".into(), 12)]));
        assert!(counted("").is_empty());
        assert!(counted("Id=\n\nNRestarts=x\nId=a\n").is_empty());
    }
}
