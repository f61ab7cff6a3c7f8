//! `nixfleet`: finds the mistakes of a fleet before anything is built, and tests its hosts in QEMU.
//!
//! A file reads from those below it alone: the command line, its commands, the faults that they
//! look for, and the text that they write. `tests/arrows.rs` sees to it.

mod cli;
mod commands;
mod error;
mod eval_jobs;
mod exit;
mod faults;
mod global;
mod interrupt;
mod side_by_side;
mod text;

use std::process::ExitCode;

use clap::Parser;

use cli::Cli;
use exit::Exit;
use nixfleet_text::output;

fn main() -> ExitCode {
    cli::complete();
    let exit = match Cli::try_parse() {
        Ok(cli) => {
            cli::run(&cli).unwrap_or_else(|error| commands::failure::report(&cli.global, &error))
        }
        Err(error) => cli::explain(error),
    };
    match output::failure() {
        // A terminal that is gone takes no result, and is what ended the run.
        Some(failure) if exit != Exit::Interrupted => commands::failure::unwritten(&failure),
        _ => exit,
    }
    .into()
}
