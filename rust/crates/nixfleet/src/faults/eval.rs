//! `validate --eval`: each host evaluated in full, several side by side.

mod answer;
mod answers;
mod brought;
mod cure;
pub mod definition;
mod demanded;
mod device;
mod disks;
mod failure;
mod flake_module;
mod layouts;
mod memory;
mod mentioned;
mod ours;
mod own;
mod path;
mod problem;
mod problems;
mod refused;
mod shown;
mod told;
mod user;
mod workers;

use std::cell::OnceCell;
use std::io::{self, IsTerminal};

use clap::Args;
use clap::builder::RangedU64ValueParser;
use indicatif::{ProgressBar, ProgressStyle};
use nixfleet_inventory::{Flake, Host};
use nixfleet_nix::{NixCli, NixError};
use nixfleet_text::Foreign;

use crate::eval_jobs::{EvalJobs, Question};
use crate::faults::Fault;
use answer::QUESTION;
use answers::{Answers, Outcome};
use disks::Disks;
pub use failure::{cure_of, unreadable};
pub use memory::{MAX_MEMORY, default_jobs};
pub use own::Files;
use own::HostFiles;
use shown::Shown;
pub use workers::ask;

/// How hosts are evaluated.
#[derive(Debug, Clone, Args)]
pub struct EvalArgs {
    /// Also evaluate each host in full, by `nix-eval-jobs` when it is on PATH
    #[arg(long)]
    pub eval: bool,

    /// How many hosts to evaluate at a time [default: the processors, as far as memory goes]
    #[arg(long, value_name = "N", requires = "eval", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,

    /// What one evaluation may take, in MiB
    #[arg(long, value_name = "MIB", default_value_t = MAX_MEMORY, requires = "eval",
        value_parser = RangedU64ValueParser::<usize>::new().range(64..=16 << 20))]
    max_memory: usize,
}

/// An evaluation of hosts.
pub struct Evaluation<'a> {
    /// How.
    pub args: &'a EvalArgs,
    /// By which Nix.
    pub nix: NixCli,
    /// What every Nix is given besides.
    pub arguments: Vec<String>,
    /// Of which flake.
    pub flake: Flake,
    /// Its files.
    pub files: Files<'a>,
}

/// What an evaluation found.
pub struct Found {
    /// The faults, those of the inventory among them.
    pub faults: Vec<Fault>,
    /// What Nix wrote where it failed.
    pub traces: Vec<Foreign>,
    /// What went otherwise than planned, for people.
    pub notices: Vec<String>,
    /// Why hosts could not be evaluated that is none of their author: the network, or this machine.
    pub outside: Option<NixError>,
}

impl<'a> Evaluation<'a> {
    /// Evaluates hosts, adds what that shows to the faults of the inventory, and takes from them
    /// what it refutes.
    pub fn run(&self, hosts: Vec<(&str, &Host)>, faults: Vec<Fault>) -> Found {
        let max_memory = self.args.max_memory;
        let jobs = self.args.jobs.map_or_else(|| default_jobs(max_memory), usize::from);
        let jobs = jobs.clamp(1, hosts.len().max(1));
        let bar = progress(hosts.len());
        let answers = Answers::new(hosts, bar);
        let eval_jobs =
            EvalJobs { flake: &self.flake, workers: jobs, max_memory, arguments: &self.arguments };
        // Only derivations are jobs, and a host whose assertions fail has none. So each is one that
        // nobody builds, with the answer beside it.
        let job = format!(
            "host: derivation {{ name = \"nixfleet-validate\"; system = \"x86_64-linux\"; \
             builder = \"none\"; }} // {{ answer = ({QUESTION}) host; }}"
        );
        let question = Question { job: &job, apply: Some("job: job.answer"), roots: None };
        let take = |index, line| answers.take(index, line, &self.flake);
        let left = eval_jobs.run(&answers.hosts, &question, take);
        let notices = left.iter().map(ToString::to_string).collect();
        workers::run(&self.nix.clone().heap_limit(max_memory), &self.flake, jobs, &answers);
        let mut found = Found { faults, traces: Vec::new(), notices, outside: None };
        let (mut disks, shown) = (Disks::default(), OnceCell::new());
        for (name, host, outcome) in answers.finish() {
            let own = self.files.of(host);
            if let Ok(answer) = &outcome {
                let place = |path: &str| device::place(path, &own);
                found.faults.extend(disks.shared(name, host, answer, &place));
            }
            self.judge(&mut found, &shown, name, &own, outcome);
        }
        found
    }

    fn judge(
        &self,
        found: &mut Found,
        shown: &OnceCell<Shown<'a>>,
        name: &str,
        own: &HostFiles,
        outcome: Outcome,
    ) {
        let is_of = |fault: &Fault| fault.hosts.iter().any(|it| it == name);
        match outcome {
            Ok(answer) => {
                found.faults.retain(|fault| !(is_of(fault) && answer.refutes(fault)));
                let problems = problems::of(name, own, &answer, &found.faults);
                found.faults.extend(problems);
            }
            Err(error) if is_of_the_machine(&error) => {
                found.outside.get_or_insert(error);
            }
            Err(error) => {
                if let NixError::Failed { stderr, .. } = &error {
                    found.traces.push(stderr.clone());
                }
                let fault = self.fault_of(&mut found.faults, shown, name, own, &error);
                found.faults.extend(fault);
            }
        }
    }

    /// Why a host does not evaluate; none where that is told already.
    fn fault_of(
        &self,
        told: &mut [Fault],
        shown: &OnceCell<Shown<'a>>,
        name: &str,
        own: &HostFiles,
        error: &NixError,
    ) -> Option<Fault> {
        let Files { tree, survey, .. } = self.files;
        let cause = match error {
            NixError::Failed { cause, .. } => Some(cause),
            _ => None,
        };
        let shown = shown.get_or_init(|| Shown::new(&self.files));
        let is_shown = cause.is_some_and(|it| shown.tell(it, own));
        if is_shown || told::is_told(name, error, told) {
            return None;
        }
        if let Some(fault) = cause.and_then(|it| survey.circle(it, tree)) {
            return Some(Fault { hosts: vec![name.to_owned()], ..fault });
        }
        if failure::confirm(name, error, told) {
            return None;
        }
        Some(failure::failure(name, own, error, self.args.max_memory))
    }
}

/// Whether a failure tells nothing of the host; what takes too much memory is the host's own.
fn is_of_the_machine(error: &NixError) -> bool {
    match error {
        NixError::Failed { .. } | NixError::Missing => error.is_outside(),
        error => matches!(error, NixError::Interrupted),
    }
}

fn progress(hosts: usize) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("evaluating {bar:30} {pos}/{len} hosts, {elapsed}");
    ProgressBar::new(hosts as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
