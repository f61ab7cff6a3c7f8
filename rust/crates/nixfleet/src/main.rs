//! `nixfleet`: finds the mistakes of a fleet before anything is built, and tests its hosts in QEMU.
//!
//! A file reads from those below it alone: the command line, its commands, the faults that they
//! look for, and the text that they write. `tests/arrows.rs` sees to it.

mod cli;
mod commands;
mod error;
mod exit;
mod faults;
mod global;
mod side_by_side;
mod text;

use std::process::ExitCode;

use clap::Parser;

use cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| cli::with_tip(error).exit());
    match cli::run(&cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            commands::failure::report(&cli.global, &error);
            error.exit().into()
        }
    }
}
