//! The command line.

use std::env;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, CommandFactory, Parser, Subcommand};

use crate::commands::{
    completions, deploy, doctor, keys, list, release, rollout, status, validate, vm,
};
use crate::error::Error;
use crate::exit::Exit;
use crate::global::{Format, Global};
use crate::text::page::{page, tell};
use nixfleet_text::Lines;
use nixfleet_text::output::print;

/// Finds the mistakes of a fleet before anything is built, and tests its hosts in QEMU.
#[derive(Debug, Parser)]
#[command(version, disable_help_flag = true)]
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
    /// Build, sign and hand out what the hosts are to run
    Release(release::Release),
    /// Take a release to hosts over SSH, whose agents apply it at once
    Deploy(deploy::Deploy),
    /// Show what each host runs, should run, and why it does not
    Status(status::Status),
    /// Watch the newest release on its way to the hosts, and stop, delay or allow
    Rollout(rollout::Rollout),
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
    Completions(completions::Completions),
    /// Write the manual page
    Man,
}

/// Answers a shell that asks how a command line may go on; comes back where none does.
pub fn complete() {
    completions::answer(Cli::command);
}

/// Does what the command line says.
pub fn run(cli: &Cli) -> Result<Exit, Error> {
    if cli.global.format == Format::Github && !cli.command.annotates() {
        return Err(Error::NoAnnotations);
    }
    match &cli.command {
        Command::Validate(args) => validate::run(&cli.global, args),
        Command::Keys(args) => keys::run(&cli.global, args),
        Command::List(args) => list::run(&cli.global, args),
        Command::Doctor(args) => doctor::run(&cli.global, args),
        Command::Release(args) => release::run(&cli.global, args),
        Command::Deploy(args) => deploy::run(&cli.global, args),
        Command::Status(args) => status::run(&cli.global, args),
        Command::Rollout(args) => rollout::run(&cli.global, args),
        Command::Completions(args) => Ok(completions::completions(args)),
        Command::Man => Ok(completions::man(Cli::command())),
        Command::BuildVm(args) => vm::build(&cli.global, args),
        Command::StartVm(args) => vm::start(&cli.global, args),
        Command::StopVm(args) => vm::stop(&cli.global, args),
        Command::CleanVm(args) => vm::clean(&cli.global, args),
        Command::TestVm(args) => vm::test(&cli.global, args),
    }
}

impl Command {
    /// Whether it finds what a line of the fleet's text can be annotated with.
    fn annotates(&self) -> bool {
        matches!(self, Self::Validate(_) | Self::BuildVm(_) | Self::TestVm(_))
    }
}

/// Writes what the parser has to say: help that was asked for, or what is wrong.
pub fn explain(error: clap::Error) -> Exit {
    let error = with_tip(error);
    let typed = env::args_os().map(|it| it.to_string_lossy().into_owned());
    let text = Lines::of_parser(&error.render().ansi().to_string(), typed);
    if error.use_stderr() {
        tell(text);
        Exit::Usage
    } else {
        print(page(text));
        Exit::Fine
    }
}

/// An error of the command line, with what is meant by `validate web-01`.
fn with_tip(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let cli = Cli::command();
    let Some(command) = env::args_os().skip(1).find_map(|it| cli.find_subcommand(it)) else {
        return error;
    };
    let takes_hosts = command.get_arguments().any(|it| it.get_long() == Some("host"));
    let tip = if command.get_name() == "release" && ["-h", "--host", "--tag"].contains(&&**argument)
    {
        "a release has every host; 'nixfleet deploy -h HOST' takes it to some".to_owned()
    } else if takes_hosts && !argument.starts_with('-') {
        format!("a host is named by '-h {argument}'")
    } else {
        return error;
    };
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    error
}
