//! `validate --eval`: each host evaluated in full, by workers side by side.

mod answer;
mod problems;

use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use nixfleet_inventory::{Flake, Host, Nix, NixCli, NixError};

use crate::fault::{Fault, Severity};
use crate::source::Tree;
use answer::Answer;

/// What is asked of a host's configuration.
const QUESTION: &str = include_str!("eval/host.nix");

/// How hosts are evaluated.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Also evaluate each host in full
    #[arg(long)]
    pub eval: bool,

    /// How many hosts to evaluate at a time [default: the processors, as far as memory goes]
    #[arg(long, value_name = "N", requires = "eval")]
    jobs: Option<usize>,

    /// What one evaluation may take, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 4096, requires = "eval")]
    max_memory: usize,
}

/// An evaluation of hosts.
pub struct Evaluation<'a> {
    /// How.
    pub args: &'a EvalArgs,
    /// By which Nix.
    pub nix: NixCli,
    /// Of which flake.
    pub flake: Flake,
    /// Where its sources are.
    pub tree: &'a Tree,
}

/// The work: hosts that wait, and what was found.
struct Work<'a> {
    waiting: Vec<(&'a str, &'a Host)>,
    found: Found,
}

/// What an evaluation found.
pub struct Found {
    /// The faults, those of the inventory among them.
    pub faults: Vec<Fault>,
    /// What Nix wrote where it failed.
    pub traces: Vec<String>,
}

impl Evaluation<'_> {
    /// Evaluates hosts, adds what that shows to the faults of the inventory, and takes from them
    /// what it refutes.
    pub fn run(&self, mut waiting: Vec<(&str, &Host)>, faults: Vec<Fault>) -> Found {
        let nix = self.nix.clone().heap_limit(self.args.max_memory);
        let jobs = self.args.jobs.unwrap_or_else(|| default_jobs(self.args.max_memory));
        let jobs = jobs.clamp(1, waiting.len().max(1));
        let bar = progress(waiting.len());
        waiting.reverse();
        let work = Mutex::new(Work { waiting, found: Found { faults, traces: Vec::new() } });
        // A function of its own, so that the lock is not held while a host is evaluated.
        let next = || lock(&work).waiting.pop();
        thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(|| {
                    while let Some((name, host)) = next() {
                        let answer = ask(&nix, &self.flake, name, host);
                        self.judge(&mut lock(&work).found, name, host, answer);
                        bar.inc(1);
                    }
                });
            }
        });
        bar.finish_and_clear();
        work.into_inner().unwrap_or_else(PoisonError::into_inner).found
    }

    fn judge(&self, found: &mut Found, name: &str, host: &Host, answer: Result<Answer, NixError>) {
        let is_of = |fault: &Fault| fault.hosts.iter().any(|it| it == name);
        match answer {
            Ok(answer) => {
                found.faults.retain(|fault| !(is_of(fault) && answer.refutes(fault)));
                found.faults.extend(problems::of(name, host, &answer));
            }
            Err(error) => {
                // What the library refuses at evaluation is told already, at its place.
                let is_ours = error.to_string().starts_with("nixfleet: ");
                let is_error = |fault: &Fault| fault.problem.severity() == Severity::Error;
                let is_told = found.faults.iter().any(|fault| is_of(fault) && is_error(fault));
                if let NixError::Failed { stderr, .. } = &error {
                    found.traces.push(stderr.clone());
                }
                if !(is_ours && is_told) {
                    let limit = self.args.max_memory;
                    found.faults.push(problems::failure(name, host, &error, limit, self.tree));
                }
            }
        }
    }
}

/// A panic of one worker leaves the work of the others as it is.
fn lock<T>(work: &Mutex<T>) -> MutexGuard<'_, T> {
    work.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ask(nix: &dyn Nix, flake: &Flake, name: &str, host: &Host) -> Result<Answer, NixError> {
    let class = host.text("class").unwrap_or("nixos");
    let installable = flake.attr(&format!("{class}Configurations.\"{name}\""));
    let json = nix.eval_json(&installable, Some(QUESTION))?;
    serde_json::from_slice(&json).map_err(|error| NixError::Answer {
        command: format!("nix eval --json {installable}"),
        reason: error.to_string(),
    })
}

/// As many as there are processors, and as fit into the memory that is free.
fn default_jobs(max_memory: usize) -> usize {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let free = free_memory().map_or(1, |free| free / max_memory.max(1));
    processors.min(free).max(1)
}

/// In MiB; Linux alone tells without a call of our own.
fn free_memory() -> Option<usize> {
    let info = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<usize>().ok()? / 1024)
}

fn progress(hosts: usize) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("evaluating {bar:30} {pos}/{len} hosts, {elapsed}");
    ProgressBar::new(hosts as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
