//! `nixfleet-control-plane`: see the library.

use std::process::ExitCode;

use clap::Parser;
use nixfleet_control_plane::commands;

fn main() -> ExitCode {
    commands::main(commands::Arguments::parse())
}
