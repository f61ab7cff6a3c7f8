//! What is said to whoever looks on. Where they read no further, as `head` does, there is nothing more to
//! run for: the program ends, and says nothing of it.

use std::io::{self, ErrorKind, Write};
use std::process::exit;

/// A line of the result.
pub fn result(text: &str) {
    written(writeln!(io::stdout(), "{text}"));
}

/// A step, on standard error.
pub fn trace(text: &str) {
    written(writeln!(io::stderr(), "{text}"));
}

fn written(result: io::Result<()>) {
    match result {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => exit(0),
        Err(error) => {
            let _ = writeln!(io::stderr(), "what was found cannot be written: {error}");
            exit(1)
        }
    }
}
