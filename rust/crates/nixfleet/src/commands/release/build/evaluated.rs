//! Systems that `nix-eval-jobs` evaluates, built as they come.

use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::{env, thread};

use nixfleet_inventory::Host;
use nixfleet_nix::{Nix, StorePath};

use super::{MOST, Outcome, together};
use crate::commands::failure;
use crate::error::Trouble;
use crate::eval_jobs::{EvalJobs, Question};

const SYSTEM: &str = "host: host.config.system.build.toplevel";

/// The outcomes of the hosts that the program evaluates: those that it does not have none. `done` is
/// told of how many there are more.
pub fn systems<'a>(
    nix: &dyn Nix,
    eval_jobs: &EvalJobs,
    hosts: &[(&'a str, &Host)],
    done: impl Fn(usize) + Sync,
) -> Result<Vec<Outcome<'a>>, Trouble> {
    // Between the program and Nix nothing else keeps a derivation.
    let roots = tempfile::Builder::new().prefix("nixfleet-release-").tempdir();
    let io = |error| Trouble::Io { path: env::temp_dir(), done: "written", error };
    let roots = roots.map_err(io)?;
    let question = Question { job: SYSTEM, apply: None, roots: Some(roots.path()) };
    let (send, receive) = mpsc::channel();
    let receive = Mutex::new(receive);
    let outcomes = Mutex::new(Vec::new());
    let left = thread::scope(|scope| {
        for _ in 0..eval_jobs.workers.clamp(1, hosts.len().max(1)) {
            scope.spawn(|| {
                while let Some(hosts) = waiting(&receive) {
                    let found = together(nix, &hosts);
                    done(found.len());
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
                }
            });
        }
        let mut is_sent = vec![false; hosts.len()];
        let left = eval_jobs.run(hosts, &question, |index, line| {
            let drv = line.drv_path.filter(|_| line.error.is_none());
            let drv = drv.and_then(|it| it.parse::<StorePath>().ok());
            if let Some(drv) = drv.filter(|_| !is_sent[index]) {
                is_sent[index] = send.send((hosts[index].0, format!("{drv}^out"))).is_ok();
            }
        });
        drop(send);
        left
    });
    for it in left {
        failure::warn(it.to_string());
    }
    Ok(outcomes.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// What has been evaluated and is to be built, as much as one call takes; waits for the first of it,
/// and ends where nothing comes any more.
fn waiting<T>(receive: &Mutex<Receiver<T>>) -> Option<Vec<T>> {
    let receive = receive.lock().unwrap_or_else(PoisonError::into_inner);
    let first = receive.recv().ok()?;
    Some([first].into_iter().chain(receive.try_iter().take(MOST - 1)).collect())
}
