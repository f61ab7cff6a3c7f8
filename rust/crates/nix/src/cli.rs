//! The real Nix: the program `nix` on PATH.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::closure::{self, Closures};
use crate::process::{self, Bounds, Output};
use crate::{Nix, NixError, StorePath};

/// How many paths are named in one call: an argument list has its bound (Linux: 2 MiB).
const PATHS: usize = 1000;

/// What Nix may answer: the inventory of ten thousand hosts takes a tenth of it.
const ANSWER: usize = 1 << 30;

/// The program `nix`.
#[derive(Clone)]
pub struct NixCli {
    program: OsString,
    arguments: Vec<OsString>,
    heap: Option<String>,
    through: Vec<OsString>,
    patience: Option<Duration>,
    /// Whether the user wants the end.
    stop: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

impl Default for NixCli {
    /// The `nix` on PATH, which ends when this process does.
    fn default() -> Self {
        Self {
            program: "nix".into(),
            arguments: Vec::new(),
            heap: None,
            through: process::binding(),
            patience: None,
            stop: None,
        }
    }
}

impl NixCli {
    /// The `nix` on PATH.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an argument to every call, such as `--show-trace`.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Limits what an evaluation may take, in MiB. Nix then fails with `out of memory`. The limit is
    /// that of the garbage collector that Nix uses (bdwgc, `GC_MAXIMUM_HEAP_SIZE`).
    #[must_use]
    pub fn heap_limit(mut self, mebibytes: usize) -> Self {
        self.heap = Some(format!("{mebibytes}M"));
        self
    }

    /// Ends a call that takes longer, with all its children. Nix has no time limits of its own, and may
    /// hang in a download, on a lock, or in an evaluation without end. It asks the terminal for nothing
    /// then: who asks may wait for ever.
    #[must_use]
    pub fn patience(mut self, limit: Duration) -> Self {
        self.patience = Some(limit);
        self
    }

    /// Ends a call that the user wants no more, and begins none then.
    #[must_use]
    pub fn stop(mut self, stop: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.stop = Some(Arc::new(stop));
        self
    }

    fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| stop())
    }

    /// The program and the words before Nix's own.
    fn command(&self) -> Command {
        let mut words = self.through.iter().chain([&self.program]);
        let mut command = Command::new(words.next().unwrap_or(&self.program));
        command.args(words);
        command
    }

    pub(crate) fn run(&self, command: &str, arguments: &[&str]) -> Result<Vec<u8>, NixError> {
        let shown = format!("nix {command} {}", arguments.join(" "));
        // The program before it would tell that in words of its own.
        let is_name = Path::new(&self.program).components().count() == 1;
        if !self.through.is_empty() && is_name && process::find(&self.program).is_none() {
            return Err(NixError::Missing);
        }
        if self.is_stopped() {
            return Err(NixError::Interrupted);
        }
        let mut nix = self.command();
        nix.args(["--extra-experimental-features", "nix-command flakes"])
            .arg(command)
            .args(&self.arguments)
            .args(arguments)
            .envs(self.heap.iter().map(|heap| ("GC_MAXIMUM_HEAP_SIZE", heap)))
            .stdin(Stdio::null());
        let Output { status, stdout, stderr } = match self.patience {
            Some(limit) => self.run_apart(&mut nix, limit, &shown)?,
            // It stays in our process group, so that Ctrl-C reaches it.
            None => nix
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .and_then(|nix| {
                    let bounds = Bounds { time: None, bytes: ANSWER };
                    process::collect(nix, bounds, || self.is_stopped())
                })
                .map_err(|error| failed(error, &shown))?,
        };
        match status {
            Some(status) if status.success() => Ok(stdout.into_raw().into_bytes()),
            // It may have ended of the same signal.
            _ if self.is_stopped() => Err(NixError::Interrupted),
            Some(status) => Err(NixError::ended(shown, status, stderr)),
            None => Err(NixError::failed(shown, None, stderr)),
        }
    }

    fn run_apart(
        &self,
        nix: &mut Command,
        limit: Duration,
        shown: &str,
    ) -> Result<Output, NixError> {
        // Nix has a process group of its own then, which a question at the terminal would stop
        // (SIGTTIN). git and ssh, which fetch inputs for it, ask by the user's own program for that,
        // or fail (ssh(1), SSH_ASKPASS_REQUIRE). Whatever ssh git is told to use stays as it is.
        nix.env("GIT_TERMINAL_PROMPT", "0").env("SSH_ASKPASS_REQUIRE", "force");
        if env::var_os("SSH_ASKPASS").is_none() {
            nix.env("SSH_ASKPASS", "false");
        }
        let bounds = Bounds { time: Some(limit), bytes: ANSWER };
        let ran = process::output_unless(nix, bounds, || self.is_stopped());
        match ran.map_err(|error| failed(error, shown))? {
            Output { status: None, .. } if !self.is_stopped() => {
                Err(NixError::TimedOut { command: shown.to_owned(), limit })
            }
            ran => Ok(ran),
        }
    }
}

fn failed(error: io::Error, shown: &str) -> NixError {
    match error.kind() {
        io::ErrorKind::NotFound => NixError::Missing,
        io::ErrorKind::FileTooLarge => {
            NixError::Answer { command: shown.to_owned(), reason: error.to_string() }
        }
        _ => NixError::Start(error),
    }
}

impl Nix for NixCli {
    fn eval_json(&self, installable: &str, apply: Option<&str>) -> Result<Vec<u8>, NixError> {
        let mut arguments = vec!["--json", installable];
        if let Some(function) = apply {
            arguments.extend(["--apply", function]);
        }
        self.run("eval", &arguments)
    }

    fn build(&self, installables: &[String]) -> Result<Vec<StorePath>, NixError> {
        #[derive(Deserialize)]
        struct Built {
            outputs: std::collections::BTreeMap<String, String>,
        }

        let mut arguments = vec!["--json", "--no-link"];
        arguments.extend(installables.iter().map(String::as_str));
        let json = self.run("build", &arguments)?;
        let answer = |reason: String| NixError::Answer {
            command: format!("nix build {}", arguments.join(" ")),
            reason,
        };
        let built: Vec<Built> =
            serde_json::from_slice(&json).map_err(|error| answer(error.to_string()))?;
        if built.len() != installables.len() {
            return Err(answer(format!("{} results for {}", built.len(), installables.len())));
        }
        let output = |built: Built| {
            let path = built.outputs.get("out").or_else(|| built.outputs.values().next());
            let path = path.ok_or_else(|| answer("a result has no output".to_owned()))?;
            path.parse::<StorePath>().map_err(|error| answer(error.to_string()))
        };
        built.into_iter().map(output).collect()
    }

    fn closures(&self, store: Option<&str>, paths: &[StorePath]) -> Result<Closures, NixError> {
        let mut all = Closures::new();
        for paths in paths.chunks(PATHS) {
            let mut arguments = vec!["--json", "--recursive"];
            arguments.extend(store.into_iter().flat_map(|it| ["--store", it]));
            arguments.extend(paths.iter().map(StorePath::as_str));
            let json = self.run("path-info", &arguments)?;
            let parsed = closure::parse(&json);
            all.extend(parsed.map_err(|reason| NixError::Answer {
                command: "nix path-info --json --recursive".to_owned(),
                reason,
            })?);
        }
        Ok(all)
    }

    fn reach(&self, store: &str) -> Result<(), NixError> {
        // `info` only from 2.19 on, which knows this name of it as well.
        self.run("store", &["ping", "--store", store]).map(drop)
    }

    fn copy(&self, to: &str, paths: &[StorePath]) -> Result<(), NixError> {
        for paths in paths.chunks(PATHS) {
            let mut arguments = vec!["--no-check-sigs", "--to", to];
            arguments.extend(paths.iter().map(StorePath::as_str));
            self.run("copy", &arguments)?;
        }
        Ok(())
    }
}
