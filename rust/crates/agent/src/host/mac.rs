//! A Mac: launchd runs what touches the system, and nix-darwin's `activate` is how it is touched.
//!
//! nix-darwin takes up a job of launchd anew whose file has changed, the agent's own too, in the middle of
//! an activation: so that runs in a job that no system has. What boots is the system's profile alone: at
//! the machine's start `activate-system` names it the running one, and leaves the services that another
//! had set up (nix-darwin, modules/services/activate-system and modules/system/launchd.nix).

mod checks;
mod job;
mod launchd;
mod services;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::ended::Ended;
use super::facts::RUNNING;
use super::platform::{GUARD, Job, Part, Platform};
use super::probe::PATH;
use super::switch::{self, ASK_LIMIT};
use super::words;
use crate::core::Asked;
use crate::finding::Finding;

pub use job::run as run_job;

/// The agent's own job, as nix-darwin names those of a system.
const AGENT: &str = "org.nixos.nixfleet-agent";
/// `runuser -u USER -- COMMAND…`, as assertions say it, for root.
const RUNUSER: &str =
    r#"runuser() { nixfleet_user=$2; shift 3; sudo -n -u "$nixfleet_user" -- "$@"; }"#;
/// What the daemon may take that a Mac's start leaves it to.
const START: Duration = Duration::from_secs(120);
/// Where people have their homes.
const HOMES: &str = "/Users";
/// How an activation ended that did not succeed, by the status that NixOS has for it.
const ACTIVATION_FAILED: i32 = 2;

pub(super) struct Mac;

impl Platform for Mac {
    fn name(&self) -> &'static str {
        "nix-darwin"
    }

    fn essentials(&self) -> &'static [&'static str] {
        &["darwin-version", "activate", "systemConfig"]
    }

    fn agent_service(&self) -> &'static str {
        "Library/LaunchDaemons/org.nixos.nixfleet-agent.plist"
    }

    fn by_hand(&self) -> &'static str {
        "darwin-rebuild switch"
    }

    fn boot(&self) -> String {
        // It stays for as long as this process can.
        static BOOT: OnceLock<String> = OnceLock::new();
        let ask = || words::text_of(Command::new("sysctl").args(["-n", "kern.bootsessionuuid"]));
        BOOT.get_or_init(|| ask().unwrap_or_default()).clone()
    }

    fn machine(&self) -> String {
        static MACHINE: OnceLock<String> = OnceLock::new();
        let ask = || {
            let words = ["-d1", "-c", "IOPlatformExpertDevice"];
            let text = words::text_of(Command::new("ioreg").args(words))?;
            let line = text.lines().find(|it| it.contains("\"IOPlatformUUID\""))?;
            Some(line.split('"').nth(3)?.to_owned())
        };
        MACHINE.get_or_init(|| ask().unwrap_or_default()).clone()
    }

    /// macOS empties `/run` when it starts, and starts daemons in no order: the agent may be there before
    /// the one that names the running system and sets up its `/etc`.
    fn await_start(&self) {
        launchd::wait_until(START, || Path::new(RUNNING).exists() && !services::are_being_named());
    }

    fn run(&self, job: &Job) -> Ended {
        launchd::run(job)
    }

    fn words(&self, service: &str) -> String {
        launchd::last_words(service)
    }

    /// launchd has no sandbox around the agent to be left. The assertions' scripts are written for GNU's
    /// programs, which the agent has on its own path, and for `runuser`, which macOS does not have.
    fn shell(&self, script: &str, _limit: Duration) -> Command {
        let mut command = Command::new("/bin/sh");
        let own = std::env::var("PATH").unwrap_or_default();
        command
            .args(["-c", &format!("{RUNUSER}\n{script}")])
            .env("PATH", format!("/run/current-system/sw/bin:{own}:{PATH}"));
        command
    }

    fn set_guard(&self, after: u64, words: &[&OsStr]) -> Result<(), String> {
        launchd::every(GUARD, after, words)
    }

    fn stop_guard(&self) {
        launchd::take_away(GUARD);
    }

    fn is_up(&self, part: Part) -> bool {
        match part {
            Part::Agent => launchd::is_running(AGENT),
            Part::Guard => launchd::is_there(GUARD),
        }
    }

    fn agent_help(&self) -> (&'static str, &'static str) {
        (
            "`/var/log/nixfleet-agent.log` says why",
            "restart it: `sudo launchctl kickstart -k system/org.nixos.nixfleet-agent`",
        )
    }

    /// Nobody but the agent itself can find out whether it may: what asks here is another program to macOS.
    fn notes(&self) -> Vec<Finding> {
        let programs = checks::programs(Path::new("/Applications/Nix Apps"));
        (programs > 0).then(|| programs_note(programs)).into_iter().collect()
    }

    fn failed(&self) -> Option<Vec<String>> {
        services::failed(Path::new(RUNNING))
    }

    /// How a service ended last is all that launchd tells, and `failed` goes by it.
    fn restarts(&self) -> Option<BTreeMap<String, u64>> {
        Some(BTreeMap::new())
    }

    /// Of what `activate` looks at, most is the Mac's and not the system's: who may change its programs, who
    /// manages Nix. So what it does not like is no reason to leave the system for good.
    fn ask(&self, system: &str) -> Asked {
        let activate = Path::new(system).join("activate");
        let runs = activate.metadata().is_ok_and(|it| it.permissions().mode() & 0o111 != 0);
        let service = self.agent_service();
        if !runs {
            Asked::Refused(format!("`{}` is no program", activate.display()))
        } else if !Path::new(system).join(service).exists() {
            Asked::Refused(format!(
                "it has no agent, which could prove it: launchd takes this one away in the middle. Switch by hand, with `{}`",
                self.by_hand()
            ))
        } else {
            checks::command(&activate).map_or(Asked::Live, |words| ask_checks(&words))
        }
    }

    fn activate(&self, job: &str, record: &Path, system: &str, limit: Duration) -> Ended {
        let program = format!("{system}/activate");
        match launchd::run(&Job { name: job, record, limit, words: &[&program] }) {
            Ended::Exited(0) => {
                self.await_start();
                Ended::Exited(0)
            }
            Ended::Exited(status) => {
                let words = launchd::last_words(&format!("nixfleet-{job}"));
                crate::notify::say(&format!("`{program}` ended with status {status}{words}"));
                Ended::Exited(ACTIVATION_FAILED)
            }
            ended => ended,
        }
    }

    /// nix-darwin has no lock, and a guard may come in the middle of an activation: a Mac that slept there does
    /// both once it wakes (launchd.plist(5), `StartInterval`).
    fn end(&self, job: &str) {
        let label = format!("nixfleet-{job}");
        if launchd::is_there(&label) {
            launchd::take_away(&label);
        }
    }

    /// An activation takes away what `/run/current-system` has, and names that last of all: a system whose
    /// activation failed on the way, or that a start of the machine came after, was never named there.
    fn take_down(&self, system: &str, other: &str) -> Result<(), String> {
        let (system, other) = (Path::new(system), Path::new(other));
        services::left_by(system, other).iter().try_for_each(|file| launchd::unload(file))?;
        services::left_with_people(system, other, Path::new(HOMES))
            .iter()
            .try_for_each(|(file, user)| launchd::unload_with(file, *user))
    }

    /// An activation ends a job, and then writes its new file: one that was cut off in between has left the old
    /// file, which the next activation takes for a job that runs.
    fn take_up(&self, system: &str, other: &str) {
        let (system, other) = (Path::new(system), Path::new(other));
        for file in services::kept(system, other) {
            launchd::load(&file);
        }
        for (file, user) in services::kept_with_people(system, other, Path::new(HOMES)) {
            launchd::load_with(&file, user);
        }
    }

    fn boot_entries(&self, _system: &str) -> Option<[String; 2]> {
        None
    }

    /// Nothing of a Mac is brought by a restart, so none is asked for.
    fn reboot(&self) {}
}

fn programs_note(count: usize) -> Finding {
    Finding::note(
        "programs",
        format!(
            "`/Applications/Nix Apps` has {count}, which macOS lets a daemon change that has Full Disk Access, and no other"
        ),
        "give it to the agent's program in System Settings, or take such programs out of `environment.systemPackages`; a release waits where it lacks",
    )
}

fn ask_checks(words: &[String; 5]) -> Asked {
    let (record, words) = (switch::record("ask"), words.each_ref().map(String::as_str));
    let _ = fs::remove_file(&record);
    match launchd::run(&Job { name: "ask", record: &record, limit: ASK_LIMIT, words: &words }) {
        Ended::Exited(0) => Asked::Live,
        Ended::Exited(_) => Asked::NotAsked(format!(
            "its own checks stop before anything is changed{}",
            launchd::last_words("nixfleet-ask")
        )),
        Ended::NotStarted(why) => {
            Asked::NotAsked(format!("its checks could not be started: {why}"))
        }
        other => Asked::NotAsked(format!("its own checks {}", switch::tested(&other).ending())),
    }
}
