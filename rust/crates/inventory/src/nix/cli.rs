//! The real Nix: the program `nix` on PATH.

use std::ffi::OsString;
use std::io;
use std::process::{Command, Output, Stdio};

use serde::Deserialize;

use super::{Nix, NixError};
use crate::StorePath;

/// The program `nix`.
#[derive(Debug, Clone)]
pub struct NixCli {
    program: OsString,
    arguments: Vec<OsString>,
    heap: Option<String>,
    through: Vec<OsString>,
}

impl Default for NixCli {
    fn default() -> Self {
        Self { program: "nix".into(), arguments: Vec::new(), heap: None, through: Vec::new() }
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

    /// Runs Nix through a program that becomes it, such as `setpriv --pdeathsig TERM --`.
    #[must_use]
    pub fn through(mut self, words: Vec<OsString>) -> Self {
        self.through = words;
        self
    }

    /// The program and the words before Nix's own.
    fn command(&self) -> Command {
        let mut words = self.through.iter().chain([&self.program]);
        let mut command = Command::new(words.next().unwrap_or(&self.program));
        command.args(words);
        command
    }

    fn run(&self, command: &str, arguments: &[&str]) -> Result<Vec<u8>, NixError> {
        let shown = format!("nix {command} {}", arguments.join(" "));
        let output = self
            .command()
            .args(["--extra-experimental-features", "nix-command flakes"])
            .arg(command)
            .args(&self.arguments)
            .args(arguments)
            .envs(self.heap.iter().map(|heap| ("GC_MAXIMUM_HEAP_SIZE", heap)))
            .stdin(Stdio::null())
            .output();
        match output {
            Ok(Output { status, stdout, .. }) if status.success() => Ok(stdout),
            Ok(Output { status, stderr, .. }) => {
                let stderr = String::from_utf8_lossy(&stderr).into_owned();
                Err(NixError::failed(shown, status.code(), stderr))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(NixError::Missing),
            Err(error) => Err(NixError::Start(error)),
        }
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
}
