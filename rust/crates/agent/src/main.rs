//! `nixfleet-agent`: see the library.

use std::process::ExitCode;

use clap::Parser;
use nixfleet_agent::commands;

fn main() -> ExitCode {
    commands::main(commands::Arguments::parse())
}
