//! The one place from which anything reaches standard output or standard error.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, PoisonError};

use nixfleet_text::{is_every, is_hidden};

/// What has become of standard output.
struct Out {
    is_used: bool,
    failure: Option<io::Error>,
}

static OUT: Mutex<Out> = Mutex::new(Out { is_used: false, failure: None });

/// Writes a result to standard output; colours only where there is a terminal that wants them.
/// Whoever reads may stop reading, as `head` does: what is left is not written then.
pub fn print(text: &str) {
    let text = obeyed(text);
    if !text.contains('\x1b') {
        // To look for what is not there takes long in a long text.
        return hand_out(text.as_bytes());
    }
    let mut out = anstream::AutoStream::auto(io::stdout().lock());
    keep(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Writes what programs of this machine read, such as a shell's completions, as it is.
pub fn hand_out(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    keep(out.write_all(bytes).and_then(|()| out.flush()));
}

/// Clears the terminal, for a result that is shown anew.
pub fn clear() {
    hand_out(b"\x1b[H\x1b[2J");
}

/// Writes lines to standard error, which may be gone: the work goes on.
pub fn tell(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", obeyed(text.trim_end()));
}

/// Asks at the terminal, in a line that the answer ends.
pub fn ask(text: &str) {
    let mut out = anstream::stderr();
    let _ = write!(out, "{} ", obeyed(text)).and_then(|()| out.flush());
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

fn keep(result: io::Result<()>) {
    let mut out = OUT.lock().unwrap_or_else(PoisonError::into_inner);
    out.is_used = true;
    if let Some(error) = result.err().filter(|it| it.kind() != ErrorKind::BrokenPipe) {
        out.failure.get_or_insert(error);
    }
}

/// The text with nothing in it that a terminal obeys but colours. What others wrote has none left
/// by then; whoever forgot it meets this net.
pub fn obeyed(text: &str) -> Cow<'_, str> {
    let is_plain = is_every(text, |it| matches!(it, b' '..=b'~' | b'\n'));
    if is_plain || !text.chars().any(|it| is_hidden(it) && it != '\n') {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = colour(rest).unwrap_or(0);
        if length > 0 {
            safe.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        match character {
            '\n' => safe.push('\n'),
            '\t' => safe.push(' '),
            _ if is_hidden(character) => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(character));
            }
            _ => safe.push(character),
        }
        rest = &rest[character.len_utf8()..];
    }
    Cow::Owned(safe)
}

/// How long the sequence is that sets a colour, where the text begins with one (ECMA-48, SGR).
fn colour(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\u{1b}[")?;
    let end = numbers.find(|it: char| !it.is_ascii_digit() && it != ';')?;
    numbers[end..].starts_with('m').then_some("\u{1b}[".len() + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_stay_and_all_else_is_written_out() {
        let text = "\u{1b}[1;31merror\u{1b}[0m: a\u{1b}[2Jb\u{1b}]0;t\u{7}\u{9b}1m\r\u{202e}\n";
        let safe =
            "\u{1b}[1;31merror\u{1b}[0m: a\\u{1b}[2Jb\\u{1b}]0;t\\u{7}\\u{9b}1m\\u{d}\\u{202e}\n";
        assert_eq!(obeyed(text), safe);
        assert!(matches!(obeyed("Zürich\n"), Cow::Borrowed(_)));
        assert_eq!(obeyed("\u{1b}[31"), "\\u{1b}[31");
    }
}
