//! What every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What every command takes.
#[derive(Debug, Default, Args)]
pub struct Global {
    /// The fleet's flake [default: `.`; of an app, `nix run FLAKE#validate`, FLAKE]
    #[arg(long, value_name = "FLAKE", global = true)]
    pub flake: Option<String>,

    /// How to write the result
    #[arg(long, value_enum, default_value_t, global = true)]
    pub format: Format,

    /// Read the fleet from a file that `nix eval --json FLAKE#nixfleet` wrote
    #[arg(long, value_name = "FILE", global = true)]
    pub inventory: Option<PathBuf>,

    /// Use another flake for an input, as Nix does; may be given several times
    #[arg(long, num_args = 2, value_names = ["INPUT", "FLAKE"], global = true)]
    pub override_input: Vec<String>,

    /// Set an option of Nix; may be given several times
    #[arg(long, num_args = 2, value_names = ["NAME", "VALUE"], global = true)]
    pub option: Vec<String>,

    /// Let Nix look outside the flake
    #[arg(long, global = true)]
    pub impure: bool,

    /// Show all of a Nix error
    #[arg(long, global = true)]
    pub show_trace: bool,
}

impl Global {
    /// What is handed on to every Nix.
    pub fn for_nix(&self) -> Vec<String> {
        let inputs = self.override_input.chunks(2).map(|pair| ("--override-input", pair));
        let mut arguments = words(inputs);
        arguments.extend(self.settings());
        arguments.extend(self.impure.then(|| "--impure".to_owned()));
        arguments
    }

    /// As much of it as a call takes that has no flake.
    pub fn settings(&self) -> Vec<String> {
        words(self.option.chunks(2).map(|pair| ("--option", pair)))
    }
}

fn words<'a>(pairs: impl Iterator<Item = (&'a str, &'a [String])>) -> Vec<String> {
    pairs
        .flat_map(|(flag, pair)| std::iter::once(flag.to_owned()).chain(pair.iter().cloned()))
        .collect()
}

/// How results are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
    /// Annotations of GitHub Actions
    Github,
}
