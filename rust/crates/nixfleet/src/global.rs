//! What every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// The fleet's flake
    #[arg(long, value_name = "FLAKE", default_value = ".", global = true)]
    pub flake: String,

    /// How to write the result
    #[arg(long, value_enum, default_value_t, global = true)]
    pub format: Format,

    /// Read the fleet from a file that `nix eval --json FLAKE#nixfleet` wrote
    #[arg(long, value_name = "FILE", global = true)]
    pub inventory: Option<PathBuf>,

    /// Show all of a Nix error
    #[arg(long, global = true)]
    pub show_trace: bool,
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
