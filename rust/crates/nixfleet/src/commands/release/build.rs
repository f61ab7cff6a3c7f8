//! The hosts' systems, built side by side.

mod evaluated;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};
use nixfleet_inventory::{Flake, Host};
use nixfleet_nix::{Nix, NixError, StorePath, visible};

use crate::error::Trouble;
use crate::eval_jobs::EvalJobs;
use crate::faults::eval::MAX_MEMORY;
use crate::side_by_side::{each, free_memory};

/// The most hosts that one call of Nix builds: what fails is told when the call has ended.
const MOST: usize = 16;

/// What a host adds to the memory of a call, in MiB, which keeps all that it evaluated. (A NixOS of
/// July 2026 with nginx: 800 MiB for one, 2050 for four, which then take 3.4 s each rather than 4.)
const MEMORY: usize = 512;

/// Builds every host's system. A host that can't be built keeps none of the others from it, and all
/// that can't are told.
///
/// Where `nix-eval-jobs` is on PATH it evaluates, and Nix builds what comes of it meanwhile. What it
/// cannot evaluate is left to Nix, so both ways tell the same of the same fleet.
pub fn systems(
    nix: &dyn Nix,
    eval_jobs: &EvalJobs,
    hosts: &[(&str, &Host)],
) -> Result<BTreeMap<String, StorePath>, Trouble> {
    let jobs = eval_jobs.workers;
    let bar = progress(hosts.len());
    let mut built = evaluated::systems(nix, eval_jobs, hosts, |count| bar.inc(count as u64))?;
    let has_outcome: BTreeSet<&str> = built.iter().map(|(name, _)| *name).collect();
    let is_left = |(name, _): &&(&str, &Host)| !has_outcome.contains(name);
    let hosts: Vec<_> = hosts.iter().filter(is_left).copied().collect();
    let memory = free_memory().map_or(MAX_MEMORY, |it| (it / jobs.max(1)).min(MAX_MEMORY));
    let room = (memory / MEMORY).clamp(1, MOST);
    let size = hosts.len().div_ceil(jobs.max(1)).clamp(1, room);
    let parts: Vec<_> = hosts.chunks(size).collect();
    let by_nix = each(&parts, jobs, |part| {
        let installable = |(name, host): &(&str, &Host)| installable(eval_jobs.flake, name, host);
        let named: Vec<_> = part.iter().map(|it| (it.0, installable(it))).collect();
        let found = together(nix, &named);
        bar.inc(part.len() as u64);
        found
    });
    bar.finish_and_clear();
    built.extend(by_nix.into_iter().flatten());
    let (mut systems, mut failures) = (BTreeMap::new(), BTreeMap::new());
    for (name, outcome) in built {
        match outcome {
            Ok(system) => {
                systems.insert(name.to_owned(), system);
            }
            Err(error) => {
                failures.insert(name.to_owned(), cause(&error));
            }
        }
    }
    if failures.is_empty() {
        Ok(systems)
    } else {
        Err(Trouble::Build(failures.into_iter().collect()))
    }
}

type Outcome<'a> = (&'a str, Result<StorePath, NixError>);

/// What is to be built for hosts in one call; when that fails, each in one of its own, which tells
/// whose fault it is.
fn together<'a>(nix: &dyn Nix, hosts: &[(&'a str, String)]) -> Vec<Outcome<'a>> {
    let installables: Vec<String> = hosts.iter().map(|it| it.1.clone()).collect();
    match nix.build(&installables) {
        Ok(systems) => {
            hosts.iter().map(|(name, _)| *name).zip(systems.into_iter().map(Ok)).collect()
        }
        Err(error) if hosts.len() == 1 => vec![(hosts[0].0, Err(error))],
        Err(error @ (NixError::Missing | NixError::Interrupted)) => vec![(hosts[0].0, Err(error))],
        Err(_) => hosts.iter().flat_map(|host| together(nix, std::slice::from_ref(host))).collect(),
    }
}

fn installable(flake: &Flake, name: &str, host: &Host) -> String {
    flake.attr(&format!("{}.\"{name}\".config.system.build.toplevel", host.output()))
}

fn cause(error: &NixError) -> String {
    let text = error.to_string();
    text.lines().map(visible).collect::<Vec<_>>().join("\n  ")
}

fn progress(hosts: usize) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("building {bar:30} {pos}/{len} hosts, {elapsed}");
    let bar = ProgressBar::new(hosts as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(std::time::Duration::from_millis(500));
    bar
}

#[cfg(test)]
mod tests {
    use nixfleet_nix::FakeNix;

    use super::*;

    const SYSTEM: &str = "/nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-nixos-system-a";

    #[test]
    fn a_host_that_fails_is_told_and_the_others_are_built() {
        let attr =
            |name: &str| format!(".#nixosConfigurations.\"{name}\".config.system.build.toplevel");
        let nix = FakeNix::default().output(&attr("a"), SYSTEM.parse().unwrap());
        let (flake, host) = (Flake::new("."), Host::default());
        let by = |workers| EvalJobs { flake: &flake, workers, max_memory: 64, arguments: &[] };
        let built = systems(&nix, &by(2), &[("a", &host)]).unwrap();
        assert_eq!(built["a"].as_str(), SYSTEM);
        let hosts = [("a", &host), ("b", &host), ("c", &host)];
        for jobs in [1, 2, 8] {
            let Err(Trouble::Build(failed)) = systems(&nix, &by(jobs), &hosts) else { panic!() };
            assert_eq!(failed.iter().map(|it| it.0.as_str()).collect::<Vec<_>>(), ["b", "c"]);
            assert!(failed[0].1.contains("does not provide attribute"), "{failed:?}");
        }
    }
}
