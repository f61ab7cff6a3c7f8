//! The one place from which anything reaches standard output or standard error.

mod closed;

use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use crate::Lines;
use crate::json::escaped;

/// What has become of standard output.
struct Out {
    is_used: bool,
    failure: Option<io::Error>,
}

static OUT: Mutex<Out> = Mutex::new(Out { is_used: false, failure: None });

/// Writes a result to standard output; colours only where there is a terminal that wants them.
/// Whoever reads may stop reading, as `head` does: what is left is not written then.
pub fn print(text: impl Into<Lines>) {
    let mut text = text.into();
    if !text.is_empty() && !text.as_str().ends_with('\n') {
        text.end();
    }
    write_out(text.as_str());
}

/// Clears the terminal, for a result that is shown anew.
pub fn clear() {
    let mut out = io::stdout().lock();
    keep(out.write_all(b"\x1b[H\x1b[2J").and_then(|()| out.flush()));
}

fn write_out(text: &str) {
    if closed::is_closed() && !text.is_empty() {
        return keep(Err(closed::error()));
    }
    let mut out = io::stdout().lock();
    if !text.contains('\x1b') {
        // To look for what is not there takes long in a long text.
        return keep(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
    }
    let mut out = anstream::AutoStream::auto(out);
    keep(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Writes lines to standard error, which may be gone: the work goes on.
pub fn tell(text: impl Into<Lines>) {
    let text = text.into();
    if !text.is_empty() {
        let _ = writeln!(anstream::stderr(), "{}", text.as_str().trim_end());
    }
}

/// Asks at the terminal, in a line that the answer ends.
pub fn ask(text: impl Into<Lines>) {
    let mut out = anstream::stderr();
    let _ = write!(out, "{} ", text.into().as_str()).and_then(|()| out.flush());
}

/// What another program of the fleet's says in JSON or CSV, handed on as it comes.
#[derive(Debug, Default)]
pub struct Relay {
    /// The beginning of a character that has not come whole.
    begun: Vec<u8>,
}

impl Relay {
    /// Hands on what has come: to programs as it is, to a terminal with nothing in it that this obeys.
    ///
    /// # Errors
    /// When nobody takes it.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if closed::is_closed() {
            return Err(closed::error());
        }
        let mut out = io::stdout().lock();
        if out.is_terminal() {
            out.write_all(self.read(bytes).as_bytes())?;
        } else {
            out.write_all(bytes)?;
        }
        out.flush()
    }

    fn read(&mut self, bytes: &[u8]) -> String {
        self.begun.extend_from_slice(bytes);
        let end = match std::str::from_utf8(&self.begun) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.begun.len(),
        };
        let whole: Vec<u8> = self.begun.drain(..end).collect();
        escaped(String::from_utf8_lossy(&whole).into_owned())
    }
}

/// Whether there is a result.
pub fn is_used() -> bool {
    OUT.lock().unwrap_or_else(PoisonError::into_inner).is_used
}

/// Why a result did not reach whoever was to read it, a full disk for one.
pub fn failure() -> Option<String> {
    let out = OUT.lock().unwrap_or_else(PoisonError::into_inner);
    let error = out.failure.as_ref()?;
    Some(format!("the result cannot be written to standard output: {error}"))
}

/// Writes what the parser of this program's command line says, as it draws it: what is wrong with it, or
/// help that was asked for, which is a result and has to reach whoever asked. It gives the status that the
/// program ends with.
#[must_use]
pub fn explain(said: &str, is_error: bool) -> u8 {
    let typed = env::args_os().map(|it| it.to_string_lossy().into_owned());
    let text = Lines::of_parser(said, typed);
    if is_error {
        tell(text);
        return 2;
    }
    print(text);
    failure().map_or(0, |why| {
        tell(why);
        3
    })
}

fn keep(result: io::Result<()>) {
    let mut out = OUT.lock().unwrap_or_else(PoisonError::into_inner);
    out.is_used = true;
    if let Some(error) = result.err().filter(|it| it.kind() != ErrorKind::BrokenPipe) {
        out.failure.get_or_insert(error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_on_has_whole_characters_and_none_that_a_terminal_obeys() {
        let mut relay = Relay::default();
        let mut text = String::new();
        for byte in "{\"a\": \"ü\u{9b}1m\u{202e}\"}\n".as_bytes().chunks(1).chain([&b"\xff"[..]]) {
            text += &relay.read(byte);
        }
        assert_eq!(text, "{\"a\": \"ü\\u009b1m\\u202e\"}\n\u{fffd}");
    }
}
