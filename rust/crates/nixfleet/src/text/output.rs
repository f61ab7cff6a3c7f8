//! Writing results.

use std::io::{self, Write};

/// Writes to standard output; colours only where there is a terminal that wants them. Whoever
/// reads may stop reading, as `head` does: what is left is not written then.
pub fn print(text: &str) {
    let mut out = anstream::AutoStream::auto(io::stdout().lock());
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
