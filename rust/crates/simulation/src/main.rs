//! Agents and their control planes in virtual time, with everything that can go wrong.
//!
//! The agent's own core decides on each host, the control plane's own core at the other end; what is
//! between them, the machines, the network, the disks and the people, is made up from a seed. What has
//! to hold is asked at every step. The same seed does the same, to the same line.

mod belief;
mod chaos;
mod control;
mod disk;
mod fleet;
mod happening;
mod host;
mod hostile;
mod invariants;
mod lines;
mod machine;
mod people;
mod plane;
mod release;
mod releases;
mod scene;
mod talk;
mod world;

use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use clap::Parser;

use chaos::Chaos;
use world::World;

/// Runs agents and their control planes in virtual time, with everything that can go wrong.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The seed; the first of several with `--seeds` or `--minutes`
    #[arg(default_value_t = 1)]
    seed: u64,

    /// These seeds, from the first to the last
    #[arg(long, value_name = "FIRST..LAST", value_parser = range, conflicts_with_all = ["seed", "minutes"])]
    seeds: Option<(u64, u64)>,

    /// New seeds for so many minutes
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<u64>,

    /// So many hosts, in place of a few that the seed chooses
    #[arg(long, value_name = "COUNT")]
    hosts: Option<usize>,

    /// Every step, on standard error
    #[arg(long)]
    trace: bool,
}

fn range(text: &str) -> Result<(u64, u64), String> {
    let parsed = text.split_once("..").and_then(|(first, last)| {
        Some((first.parse().ok()?, last.trim_start_matches('=').parse().ok()?))
    });
    parsed.filter(|(first, last)| first <= last).ok_or_else(|| "write it as `1..300`".into())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let begun = Instant::now();
    let last = match (arguments.seeds, arguments.minutes) {
        (Some((_, last)), _) => last,
        (None, Some(_)) => u64::MAX,
        (None, None) => arguments.seed,
    };
    let first = arguments.seeds.map_or(arguments.seed, |it| it.0);
    let limit = arguments.minutes.map(|it| Duration::from_secs(it * 60));
    let many = first != last;
    let (next, passed) = (AtomicU64::new(first), AtomicU64::new(0));
    let failed = Mutex::new(Vec::new());
    let work = || {
        while limit.is_none_or(|it| begun.elapsed() < it) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed > last {
                break;
            }
            match run(seed, &arguments) {
                Ok(line) => {
                    passed.fetch_add(1, Ordering::Relaxed);
                    if !many || arguments.trace {
                        lines::result(&format!("seed {seed}: {line}"));
                    }
                }
                Err(line) => {
                    lines::result(&format!("failed seed {seed}: {line}"));
                    failed.lock().unwrap_or_else(PoisonError::into_inner).push(seed);
                }
            }
        }
    };
    // A trace is read from the top down.
    let cores =
        if arguments.trace || !many { 1 } else { available_parallelism().map_or(1, usize::from) };
    thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    let passed = passed.into_inner();
    let mut failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    failed.sort_unstable();
    lines::result(&format!("{passed} passed, {} failed, 0 skipped", failed.len()));
    if let Some(seed) = failed.first() {
        lines::result(&format!("again, every step: checks/simulate {seed} --trace"));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// One run. What panics has failed, and its seed is named like any other.
fn run(seed: u64, arguments: &Arguments) -> Result<String, String> {
    let chaos = Chaos::of(seed, arguments.hosts);
    let outcome = catch_unwind(|| World::new(&chaos, arguments.trace).run());
    outcome.unwrap_or_else(|why| {
        let said = why.downcast_ref::<String>().map(String::as_str);
        Err(format!("a panic: {}", said.or(why.downcast_ref().copied()).unwrap_or("no words")))
    })
}
