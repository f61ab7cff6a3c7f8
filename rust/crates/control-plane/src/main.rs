//! `nixfleet-control-plane`: see the library.

use std::env;
use std::process::ExitCode;

use clap::Parser;
use nixfleet_control_plane::commands;
use nixfleet_text::{Lines, output};

fn main() -> ExitCode {
    match commands::Arguments::try_parse() {
        Ok(arguments) => commands::main(arguments),
        // Help that was asked for is a result, which has to reach whoever asked.
        Err(error) => {
            let typed = env::args_os().map(|it| it.to_string_lossy().into_owned());
            let text = Lines::of_parser(&error.render().ansi().to_string(), typed);
            ExitCode::from(output::explain(text, error.use_stderr()))
        }
    }
}
