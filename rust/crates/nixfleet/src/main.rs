//! `nixfleet`: finds the mistakes of a fleet before anything is built, and tests its hosts in QEMU.

mod checks;
mod cli;
mod codes;
mod doctor;
mod error;
mod eval;
mod exit;
mod failure;
mod fault;
mod files;
mod fleet;
mod git;
mod json;
mod keys;
mod list;
mod missing;
mod nearest;
mod output;
mod positions;
#[cfg(test)]
mod properties;
mod quote;
mod report;
mod shell;
mod side_by_side;
mod source;
mod table;
mod validate;
mod vm;
mod wrap;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use error::Error;
use exit::Exit;

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| cli::with_tip(error).exit());
    match run(&cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            failure::report(&cli.global, &error);
            error.exit().into()
        }
    }
}

fn run(cli: &Cli) -> Result<Exit, Error> {
    match &cli.command {
        Command::Validate(args) => validate::run(&cli.global, args),
        Command::Keys(args) => keys::run(&cli.global, args),
        Command::List(args) => list::run(&cli.global, args),
        Command::Doctor(args) => doctor::run(&cli.global, args),
        Command::Completions(args) => Ok(shell::completions(args)),
        Command::Man => Ok(shell::man()),
        Command::BuildVm(args) => vm::build(&cli.global, args),
        Command::StartVm(args) => Ok(vm::start(&cli.global, args)),
        Command::StopVm(args) => Ok(vm::stop(&cli.global, args)),
        Command::CleanVm(args) => Ok(vm::clean(&cli.global, args)),
        Command::TestVm(args) => vm::test(&cli.global, args),
    }
}
