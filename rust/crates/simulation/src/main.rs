//! Agents and their control plane in virtual time, with everything that can go wrong.
//!
//! The agent's own core decides on each host, the control plane's own core at the other end; what is
//! between them, the machines, the network, the disks and the people, is made up from a seed. What has
//! to hold is asked at every step. The same seed does the same, to the same line.

mod chaos;
mod host;
mod invariants;
mod plane;
mod release;
mod world;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;

use chaos::Chaos;
use world::World;

/// Runs agents and their control plane in virtual time, with everything that can go wrong.
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
    let (mut passed, mut failed) = (0_u64, Vec::new());
    for seed in first..=last {
        let chaos = Chaos::of(seed, arguments.hosts);
        match World::new(&chaos, arguments.trace).run() {
            Ok(line) => {
                passed += 1;
                if !many || arguments.trace {
                    println!("seed {seed}: {line}");
                }
            }
            Err(line) => {
                println!("failed seed {seed}: {line}");
                failed.push(seed);
            }
        }
        if limit.is_some_and(|it| begun.elapsed() >= it) {
            break;
        }
    }
    println!("{passed} passed, {} failed, 0 skipped", failed.len());
    if let Some(seed) = failed.first() {
        println!("again, every step: checks/simulate {seed} --trace");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
