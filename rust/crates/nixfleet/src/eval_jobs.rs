//! `nix-eval-jobs`: its workers keep what hosts share from one host to the next.
//!
//! Each host becomes a job, and what is asked of it comes with the job's line. Options and lines are
//! those of nix-eval-jobs 2.31 and later (github.com/nix-community/nix-eval-jobs, `eval-args.cc` and
//! `worker.cc`).

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::{fmt, thread};

use nixfleet_inventory::{Flake, Host};
use nixfleet_nix::{Cause, nix_string, process};
use serde::Deserialize;
use serde_json::Value;

use crate::interrupt;
use crate::text::quote::quote;

const PROGRAM: &str = "nix-eval-jobs";

/// The options that only versions from 2.31 on have together.
const NEEDED: [&str; 2] = ["--select", "--apply"];

/// How many hosts one call takes: their names are in an argument, which Linux bounds (128 KiB).
const MOST: usize = 500;

/// What is kept of what a call writes to standard error.
const KEPT: usize = 64 << 10;

/// What is asked of each host.
pub struct Question<'a> {
    /// A Nix function from a host's configuration to the derivation that is its job.
    pub job: &'a str,
    /// A Nix function from a job to what its line says besides.
    pub apply: Option<&'a str>,
    /// Where garbage collectors are kept from the derivations.
    pub roots: Option<&'a Path>,
}

/// How it is run.
pub struct EvalJobs<'a> {
    /// The fleet.
    pub flake: &'a Flake,
    /// How many workers there are.
    pub workers: usize,
    /// What a worker may take, in MiB.
    pub max_memory: usize,
    /// What it is given besides, as every Nix is.
    pub arguments: &'a [String],
}

/// Why hosts are left without an outcome.
#[derive(Debug)]
pub enum Left {
    /// The program lacks options.
    TooOld,
    /// It ended before its work was done.
    Ended(String),
    /// These hosts met the limit of memory.
    Memory(usize),
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooOld => write!(
                f,
                "`{PROGRAM}` is older than 2.31 and lacks `--select`, so `nix` evaluates the hosts"
            ),
            Self::Ended(cause) => {
                write!(f, "`{PROGRAM}` failed, so `nix` evaluates the hosts that it left: {cause}")
            }
            Self::Memory(hosts) => write!(
                f,
                "{hosts} of the hosts took more memory than `{PROGRAM}` has for one, so `nix` \
                 evaluates them, which frees what it no longer needs"
            ),
        }
    }
}

/// A line of what it writes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    attr: String,
    /// What [`Question::apply`] gave.
    pub extra_value: Option<Value>,
    /// The derivation.
    pub drv_path: Option<String>,
    /// Why the job could not be evaluated.
    pub error: Option<String>,
}

type Hosts<'a> = [(&'a str, &'a Host)];

impl EvalJobs<'_> {
    /// Evaluates the hosts as far as the program does, and hands on its lines as they come, each with
    /// the index of its host; says what it leaves. Where there is no such program, all are left and
    /// nothing is said.
    pub fn run(
        &self,
        hosts: &Hosts,
        question: &Question,
        mut take: impl FnMut(usize, Line),
    ) -> Vec<Left> {
        match is_usable() {
            None => return Vec::new(),
            Some(false) => return vec![Left::TooOld],
            Some(true) => {}
        }
        let mut short = 0;
        let mut ended = None;
        for output in ["nixosConfigurations", "darwinConfigurations"] {
            let is_there = |index: &usize| hosts[*index].1.output() == output;
            let indices: Vec<usize> = (0..hosts.len()).filter(is_there).collect();
            for indices in indices.chunks(MOST) {
                // What ended one call would end the next.
                if ended.is_none() && !interrupt::is_wanted() {
                    let select = select(indices, hosts, question.job);
                    match call(self.command(output, &select, question), indices, &mut take) {
                        Ok(count) => short += count,
                        Err(cause) => ended = Some(Left::Ended(cause)),
                    }
                }
            }
        }
        if interrupt::is_wanted() {
            return Vec::new();
        }
        ended.into_iter().chain((short > 0).then_some(Left::Memory(short))).collect()
    }

    fn command(&self, output: &str, select: &str, question: &Question) -> Command {
        let mut command = process::bound(PROGRAM);
        command
            .args(["--extra-experimental-features", "nix-command flakes"])
            .args(["--workers", &self.workers.to_string()])
            // A worker that is over this ends before its next host. Half of the limit is left for
            // that host, since the workers collect no garbage.
            .args(["--max-memory-size", &(self.max_memory / 2).max(1).to_string()])
            .env("GC_MAXIMUM_HEAP_SIZE", format!("{}M", self.max_memory))
            // The innermost place is often left out without it.
            .arg("--show-trace")
            .args(self.arguments)
            .args(["--flake", &self.flake.attr(output)])
            .args(["--select", select])
            .args(question.apply.iter().flat_map(|it| ["--apply", it]))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(folder) = question.roots {
            command.arg("--gc-roots-dir").arg(folder);
        }
        command
    }
}

/// One call. Says how many hosts met the limit of memory, or why the call failed.
fn call(
    mut command: Command,
    indices: &[usize],
    take: &mut impl FnMut(usize, Line),
) -> Result<usize, String> {
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let errors = child.stderr.take().map(|it| thread::spawn(move || last_words(it)));
    let lines = child.stdout.take();
    let short = process::with_child(&child, interrupt::is_wanted, || {
        lines.map_or(0, |it| read(it, indices, take))
    });
    let errors = errors.and_then(|it| it.join().ok()).unwrap_or_default();
    ending(&mut child, &errors).map(|()| short)
}

/// Hands on the lines of hosts that were asked for; counts those that met the limit of memory.
fn read(lines: ChildStdout, indices: &[usize], take: &mut impl FnMut(usize, Line)) -> usize {
    let mut short = 0;
    for line in BufReader::new(lines).split(b'\n').map_while(Result::ok) {
        let Ok(line) = serde_json::from_slice::<Line>(&line) else { continue };
        let index = line.attr.strip_prefix('h').and_then(|it| it.parse::<usize>().ok());
        let Some(index) = index.filter(|it| indices.contains(it)) else { continue };
        match &line.error {
            Some(error) if line.extra_value.is_none() && is_memory(error) => short += 1,
            _ => take(index, line),
        }
    }
    short
}

/// Whether the program has the options; `None` where there is none.
fn is_usable() -> Option<bool> {
    let help = Command::new(PROGRAM).arg("--help").stdin(Stdio::null()).output().ok()?;
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    Some(NEEDED.iter().all(|option| help.contains(option)))
}

/// A function from the hosts of an output to the jobs. The names of hosts may be anything; those of
/// the jobs are not read as an attribute path or an index.
fn select(indices: &[usize], hosts: &Hosts, job: &str) -> String {
    let host = |index: &usize| format!("h{index} = hosts.{};", nix_string(hosts[*index].0));
    let hosts: Vec<String> = indices.iter().map(host).collect();
    format!("hosts: builtins.mapAttrs (_: {job}) {{ {} }}", hosts.join(" "))
}

/// What Nix says where its allocator has reached the limit: C++'s words, or its own.
fn is_memory(error: &str) -> bool {
    let message = Cause::find(error).message;
    message.contains("std::bad_alloc") || message == "out of memory"
}

/// The end of what the program writes. It repeats there what the lines say of hosts.
fn last_words(mut errors: impl Read) -> String {
    let mut kept = Vec::new();
    let mut part = [0; 8192];
    while let Ok(count @ 1..) = errors.read(&mut part) {
        kept.extend_from_slice(&part[..count]);
        if kept.len() > 2 * KEPT {
            kept.drain(..kept.len() - KEPT);
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}

fn ending(child: &mut Child, errors: &str) -> Result<(), String> {
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(());
    }
    let cause = Cause::find(errors).message;
    Err(if cause.is_empty() { quote(&status.to_string()) } else { cause })
}
