//! What people read, in lines that their terminal shows whole.

use std::io;

use nixfleet_text::{Lines, output};

use super::wrap::{columns, within};

/// A result as standard output shows it.
pub fn page(text: impl Into<Lines>) -> Lines {
    within(text.into(), columns(io::stdout()))
}

/// Writes lines to standard error.
pub fn tell(text: impl Into<Lines>) {
    output::tell(within(text.into(), columns(io::stderr())));
}
