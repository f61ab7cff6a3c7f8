//! `nixfleet-agent`: see the library.

use std::process::ExitCode;

use clap::Parser;
use nixfleet_agent::commands;
use nixfleet_text::output;

fn main() -> ExitCode {
    match commands::Arguments::try_parse() {
        Ok(arguments) => commands::main(arguments),
        Err(error) => {
            let said = error.render().ansi().to_string();
            ExitCode::from(output::explain(&said, error.use_stderr()))
        }
    }
}
