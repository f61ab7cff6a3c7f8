//! The survival check: what should last through a reboot does, what should not is gone, and what
//! services have written meanwhile is not lost unnoticed.

mod judge;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;

use crate::assertion::word;
use crate::report::Outcome;
use crate::run::{Run, Running};
use crate::ssh::Ran;
use crate::{Error, Phase, console};

/// The name of the files that are left to be found after the reboot.
const SENTINEL: &str = ".nixfleet-survival";

/// Where state is written by custom, so that something that should be gone is found as well.
const USUAL: &[&str] = &["/etc", "/var/lib", "/var/log", "/root", "/home", "/srv", "/opt"];

/// What a host persists, as Nix says it. A host without impermanence keeps everything.
const PERSISTED: &str = "c: let
  stores = builtins.filter (s: s.enable or true) (builtins.attrValues (c.environment.persistence or { }));
  owners = builtins.concatMap (s: [ s ] ++ builtins.attrValues (s.users or { })) stores;
in {
  wiped = c.nixfleet.impermanence.enable or (stores != [ ]);
  directories = builtins.concatMap (o: map (d: d.dirPath or d.directory) o.directories) owners;
  files = builtins.concatMap (o: map (f: f.filePath or f.file) o.files) owners;
}";

/// What should last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Persisted {
    /// Whether anything is wiped at all.
    pub wiped: bool,
    /// The folders that last.
    pub directories: Vec<String>,
    /// The files that last.
    pub files: Vec<String>,
}

/// What the check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survival {
    /// One for each path that was looked at.
    pub outcomes: Vec<(String, Option<String>)>,
    /// State of services that was lost, with the line that keeps it.
    pub advice: Vec<String>,
}

/// Reboots a host that runs and compares. What does not hold is an outcome, no error.
///
/// # Errors
/// When Nix, the guest or QEMU fails meanwhile, or the host does not come back.
pub fn check(run: &mut Run, running: &mut Running) -> Result<Vec<Outcome>, Error> {
    let config = run.world.flake.host_attr(&run.plan.host, "config");
    let persisted = run.world.nix.eval(&config, Some(PERSISTED))?;
    let persisted: Persisted = serde_json::from_value(persisted).map_err(|error| {
        Error::Assertions { host: run.plan.host.clone(), reason: error.to_string() }
    })?;
    let begun = run.world.clock.now();
    let boot = ask(run, running, "cat /proc/sys/kernel/random/boot_id")?.stdout;
    let planted = ask(run, running, &plant(&persisted))?.stdout;
    run.world.observer.step(&run.plan.host, "reboot");
    // The connection ends with the guest.
    let _ = ask(run, running, "sync; systemctl reboot");
    wait_for_reboot(run, running, boot.trim())?;
    let paths: BTreeSet<&str> =
        planted.lines().filter_map(|it| Some(it.split_once('\t')?.1)).collect();
    let present = ask(run, running, &look(&paths))?.stdout;
    let survival = judge::judge(&persisted, &planted, &present);
    run.report.advice = survival.advice;
    let seconds = run.world.clock.now().saturating_sub(begun).as_secs_f64();
    let outcome = |(assertion, seen): (String, Option<String>)| Outcome {
        assertion,
        held: seen.is_none(),
        seconds,
        seen,
        journal: None,
    };
    Ok(survival.outcomes.into_iter().map(outcome).collect())
}

fn ask(run: &Run, running: &Running, script: &str) -> Result<Ran, Error> {
    run.world
        .remote
        .run(&running.root, script, Duration::from_secs(120))
        .map_err(|error| Error::Program { program: "ssh".into(), reason: error.to_string() })
}

/// The script that leaves a sentinel in each folder, and names the files that services wrote since
/// the boot on the root's own file system: a line each, `planted` or `written`, a tab and the path.
fn plant(persisted: &Persisted) -> String {
    let folders = persisted.directories.iter().map(String::as_str).chain(USUAL.iter().copied());
    let folders: Vec<String> = folders.map(word).collect();
    format!(
        "for folder in {}; do\n\
         [ -d \"$folder\" ] && : > \"$folder/{SENTINEL}\" && printf 'planted\\t%s\\n' \"$folder/{SENTINEL}\"\n\
         done\n\
         find /etc /var /root /home /srv /opt -xdev -type f -newer /proc/1 ! -name {SENTINEL} \
         ! -path '/var/tmp/*' ! -path '/var/cache/*' ! -path '/var/log/*' 2>/dev/null | head -n 500 | \
         while read -r file; do printf 'written\\t%s\\n' \"$file\"; done\n\
         sync",
        folders.join(" ")
    )
}

/// The script that names those of the paths that are there.
fn look(paths: &BTreeSet<&str>) -> String {
    let paths: Vec<String> = paths.iter().map(|it| word(it)).collect();
    format!("for path in {}; do [ -e \"$path\" ] && echo \"$path\"; done; true", paths.join(" "))
}

/// Waits until the guest answers with another boot id.
fn wait_for_reboot(run: &Run, running: &mut Running, before: &str) -> Result<(), Error> {
    let clock = &run.world.clock;
    let limit = run.limit(Phase::Survive);
    let end = clock.now() + limit;
    // A connection to the guest that goes down is never answered, nor closed.
    let patience = Duration::from_secs(if run.accelerator().is_software() { 15 } else { 5 });
    while clock.now() < end {
        run.watch(Phase::Survive, running)?;
        if run.world.remote.answers(running.root.port) {
            let script = "cat /proc/sys/kernel/random/boot_id";
            let answer = run.world.remote.run(&running.root, script, patience);
            if answer.is_ok_and(|it| it.status == 0 && it.stdout.trim() != before) {
                return Ok(());
            }
        }
        clock.sleep(Duration::from_millis(200));
    }
    let seen = "the host did not come back after a reboot".to_owned();
    let console = console::last_lines(&running.console, 15);
    Err(Error::TimedOut { phase: Phase::Survive, limit, seen, console })
}
