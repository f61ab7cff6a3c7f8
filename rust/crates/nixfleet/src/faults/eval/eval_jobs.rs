//! `nix-eval-jobs`: its workers keep what hosts share from one host to the next.
//!
//! Each host becomes a job, and what is asked of it comes with the job's line. Options and lines are
//! those of nix-eval-jobs 2.31 and later (github.com/nix-community/nix-eval-jobs, `eval-args.cc` and
//! `worker.cc`).

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::{fmt, thread};

use nixfleet_inventory::Flake;
use nixfleet_nix::{Cause, NixError, nix_string, process};
use serde::Deserialize;

use super::answer::{Answer, QUESTION};
use super::answers::Answers;
use crate::text::quote::quote;

const PROGRAM: &str = "nix-eval-jobs";

/// The options that only versions from 2.31 on have together.
const NEEDED: [&str; 2] = ["--select", "--apply"];

/// How many hosts one call takes: their names are in an argument, which Linux bounds (128 KiB).
const MOST: usize = 500;

/// What is kept of what a call writes to standard error.
const KEPT: usize = 64 << 10;

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
struct Line {
    attr: String,
    extra_value: Option<Answer>,
    error: Option<String>,
}

impl EvalJobs<'_> {
    /// Evaluates the hosts as far as the program does; says what it leaves. Where there is no such
    /// program, all are left and nothing is said.
    pub fn run(&self, answers: &Answers) -> Vec<Left> {
        match is_usable() {
            None => return Vec::new(),
            Some(false) => return vec![Left::TooOld],
            Some(true) => {}
        }
        let mut short = 0;
        let mut ended = None;
        for output in ["nixosConfigurations", "darwinConfigurations"] {
            let is_there = |index: &usize| answers.hosts[*index].1.output() == output;
            let indices: Vec<usize> = answers.open().into_iter().filter(is_there).collect();
            for indices in indices.chunks(MOST) {
                // What ended one call would end the next.
                if ended.is_none() {
                    match self.call(output, indices, answers) {
                        Ok(count) => short += count,
                        Err(cause) => ended = Some(Left::Ended(cause)),
                    }
                }
            }
        }
        ended.into_iter().chain((short > 0).then_some(Left::Memory(short))).collect()
    }

    /// One call. Says how many hosts met the limit of memory, or why the call failed.
    fn call(&self, output: &str, indices: &[usize], answers: &Answers) -> Result<usize, String> {
        let mut child = self
            .command(output, &select(indices, answers))
            .spawn()
            .map_err(|error| error.to_string())?;
        let errors = child.stderr.take().map(|it| thread::spawn(move || last_words(it)));
        let short = child.stdout.take().map_or(0, |it| self.read(it, indices, answers));
        let errors = errors.and_then(|it| it.join().ok()).unwrap_or_default();
        ending(&mut child, &errors).map(|()| short)
    }

    fn command(&self, output: &str, select: &str) -> Command {
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
            .args(["--apply", "job: job.answer"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Takes the lines as they come.
    fn read(&self, lines: ChildStdout, indices: &[usize], answers: &Answers) -> usize {
        let mut short = 0;
        for line in BufReader::new(lines).split(b'\n').map_while(Result::ok) {
            let Ok(line) = serde_json::from_slice::<Line>(&line) else { continue };
            let index = line.attr.strip_prefix('h').and_then(|it| it.parse::<usize>().ok());
            let Some(index) = index.filter(|it| indices.contains(it)) else { continue };
            match (line.extra_value, line.error) {
                // The dummy derivation may fail where the answer is known.
                (Some(answer), _) => answers.set(index, Ok(answer)),
                (None, Some(error)) if is_memory(&error) => short += 1,
                (None, Some(error)) => {
                    let command = format!("{PROGRAM} --flake {}", self.flake);
                    answers.set(index, Err(NixError::failed(command, Some(1), error)));
                }
                (None, None) => {}
            }
        }
        short
    }
}

/// Whether the program has the options; `None` where there is none.
fn is_usable() -> Option<bool> {
    let help = Command::new(PROGRAM).arg("--help").stdin(Stdio::null()).output().ok()?;
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    Some(NEEDED.iter().all(|option| help.contains(option)))
}

/// A function from the hosts of an output to the jobs.
///
/// Only derivations are jobs, and a host whose assertions fail has none. So each is a derivation
/// that nobody builds, with the answer beside it. The names of hosts may be anything; those of the
/// jobs are not read as an attribute path or an index.
fn select(indices: &[usize], answers: &Answers) -> String {
    let host = |index: &usize| format!("h{index} = hosts.{};", nix_string(answers.hosts[*index].0));
    let hosts: Vec<String> = indices.iter().map(host).collect();
    format!(
        "hosts: builtins.mapAttrs (_: host: derivation {{ name = \"nixfleet-validate\"; \
         system = \"x86_64-linux\"; builder = \"none\"; }} // {{ answer = ({QUESTION}) host; }}) \
         {{ {} }}",
        hosts.join(" ")
    )
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
