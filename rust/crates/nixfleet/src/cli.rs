//! The command line.

use std::env;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::{doctor, keys, list, shell, validate, vm};

/// Finds the mistakes of a fleet before anything is built, and tests its hosts in QEMU.
#[derive(Debug, Parser)]
#[command(version, disable_help_flag = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,

    #[command(subcommand)]
    pub command: Command,

    /// Print help
    // `-h` is `--host`, so help has no short form.
    #[arg(long, action = ArgAction::Help, global = true)]
    help: Option<bool>,
}

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

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find every mistake in the fleet, before anything is built
    Validate(validate::Validate),
    /// Show the fleet as a table
    List(list::List),
    /// Show which of the fleet's keys have their private half on this machine
    Keys(keys::Keys),
    /// Show what this machine lacks, or whether a target can be installed
    Doctor(doctor::Doctor),
    /// Install a host into a VM that stays
    BuildVm(vm::BuildVm),
    /// Start a VM that was built
    StartVm(vm::StartVm),
    /// Stop a VM
    StopVm(vm::StopVm),
    /// Delete a VM and its disk
    CleanVm(vm::CleanVm),
    /// Install a host into a VM, reboot it, check it and clean up
    TestVm(vm::TestVm),
    /// Write the completions of a shell
    Completions(shell::Completions),
    /// Write the manual page
    Man,
}

/// An error of the command line, with what is meant by `validate web-01`.
pub fn with_tip(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let cli = Cli::command();
    let takes_hosts = env::args_os()
        .skip(1)
        .find_map(|it| cli.find_subcommand(it))
        .is_some_and(|it| it.get_arguments().any(|it| it.get_long() == Some("host")));
    if error.kind() == ErrorKind::UnknownArgument && takes_hosts && !argument.starts_with('-') {
        let tip = format!("a host is named by '-h {argument}'");
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}
