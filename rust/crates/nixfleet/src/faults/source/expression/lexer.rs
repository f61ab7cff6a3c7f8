//! The words of a source: Nix's `lexer.l`.

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Ident,
    Assert,
    Else,
    If,
    In,
    Inherit,
    Let,
    Or,
    Rec,
    Then,
    With,
    Number,
    /// `"`
    Quote,
    /// `''`
    Indented,
    /// The beginning of a path, up to the first `${…}` in it.
    RelativePath,
    AbsolutePath,
    HomePath,
    SearchPath,
    Uri,
    /// `${`
    Interpolation,
    /// `...`
    Ellipsis,
    /// An operator or bracket: its bytes, the second nought where there is one alone.
    Sign(u8, u8),
    End,
    /// What is no word of Nix.
    Bad,
}

/// A word and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    pub word: Word,
    pub start: usize,
    pub end: usize,
}

/// The first word at or after an offset.
pub fn token(source: &[u8], from: usize) -> Token {
    let Some(start) = skip(source, from) else {
        return Token { word: Word::Bad, start: from, end: source.len() };
    };
    let (word, length) = source.get(start..).map_or((Word::End, 0), word);
    Token { word, start, end: start + length }
}

/// What a byte may be part of: each is looked up, and not compared with all that it may be.
const BLANK: u8 = 1;
const NAME: u8 = 2;
const PATH: u8 = 4;

static PARTS: [u8; 256] = {
    let mut parts = [0; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        parts[byte as usize] = match byte {
            b' ' | b'\n' | b'\t' | b'\r' => BLANK,
            b'_' | b'-' => NAME | PATH,
            b'\'' => NAME,
            b'.' | b'+' => PATH,
            _ if byte.is_ascii_alphanumeric() => NAME | PATH,
            _ => 0,
        };
        byte += 1;
    }
    parts
};

fn is_of(part: u8, byte: u8) -> bool {
    PARTS[usize::from(byte)] & part != 0
}

/// Whether a byte may stand in a path.
pub fn is_of_path(byte: u8) -> bool {
    is_of(PATH, byte)
}

/// How far a path goes on from its beginning: `a/b/c`, and whether it ends in `/`.
pub fn path_length(rest: &[u8]) -> (usize, bool) {
    let mut length = 0;
    loop {
        length += run(&rest[length..], is_of_path);
        match rest.get(length..) {
            Some([b'/', next, ..]) if is_of_path(*next) => length += 1,
            Some([b'/', b'$', b'{', ..]) => return (length + 1, false),
            Some([b'/', b'/', ..]) => return (length, false),
            Some([b'/', ..]) => return (length + 1, true),
            _ => return (length, false),
        }
    }
}

/// Over blanks and comments; none where a comment never ends.
fn skip(source: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let rest = source.get(at..).unwrap_or_default();
        match rest {
            [b' ' | b'\n' | b'\t' | b'\r', ..] => {
                at += run(rest, |it| is_of(BLANK, it));
            }
            [b'#', ..] => at += run(rest, |byte| byte != b'\n' && byte != b'\r'),
            [b'/', b'*', ..] => at += 4 + rest.windows(2).skip(2).position(|it| it == b"*/")?,
            _ => return Some(at),
        }
    }
}

fn run(rest: &[u8], is_of: impl Fn(u8) -> bool) -> usize {
    rest.iter().position(|byte| !is_of(*byte)).unwrap_or(rest.len())
}

fn word(rest: &[u8]) -> (Word, usize) {
    let Some(first) = rest.first() else { return (Word::End, 0) };
    match first {
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => name(rest),
        b'0'..=b'9' | b'.' | b'-' | b'+' | b'/' if is_path(rest) => path(rest),
        b'0'..=b'9' => (Word::Number, number(rest)),
        b'.' if rest.get(1).is_some_and(u8::is_ascii_digit) => (Word::Number, number(rest)),
        b'.' if rest.starts_with(b"...") => (Word::Ellipsis, 3),
        b'~' if rest.get(1) == Some(&b'/') => (Word::HomePath, 1 + path_length(&rest[1..]).0),
        b'<' => search(rest).map_or_else(|| sign(rest), |it| (Word::SearchPath, it)),
        b'"' => (Word::Quote, 1),
        b'\'' if rest.get(1) == Some(&b'\'') => (Word::Indented, 2),
        b'$' if rest.get(1) == Some(&b'{') => (Word::Interpolation, 2),
        _ => sign(rest),
    }
}

/// The longest of a name, a path and an address.
fn name(rest: &[u8]) -> (Word, usize) {
    let length = run(rest, |it| is_of(NAME, it));
    let after = rest.get(length);
    if matches!(after, Some(b'/' | b'.' | b'+')) && is_path(rest) {
        return path(rest);
    }
    if matches!(after, Some(b':' | b'.' | b'+')) {
        let scheme = run(rest, |it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'-' | b'.'));
        if let Some(b':') = rest.get(scheme) {
            let is_of = |it: u8| it.is_ascii_alphanumeric() || b"%/?:@&=+$,-_.!~*'".contains(&it);
            let address = run(&rest[scheme + 1..], is_of);
            if address > 0 {
                return (Word::Uri, scheme + 1 + address);
            }
        }
    }
    let word = match &rest[..length] {
        b"assert" => Word::Assert,
        b"else" => Word::Else,
        b"if" => Word::If,
        b"in" => Word::In,
        b"inherit" => Word::Inherit,
        b"let" => Word::Let,
        b"or" => Word::Or,
        b"rec" => Word::Rec,
        b"then" => Word::Then,
        b"with" => Word::With,
        _ => Word::Ident,
    };
    (word, length)
}

fn is_path(rest: &[u8]) -> bool {
    let chars = run(rest, is_of_path);
    match rest.get(chars..) {
        Some([b'/', next, ..]) if is_of_path(*next) => true,
        Some([b'/', b'$', b'{', ..]) => true,
        _ => false,
    }
}

fn path(rest: &[u8]) -> (Word, usize) {
    let (length, ends_in_slash) = path_length(rest);
    match rest[0] {
        _ if ends_in_slash => (Word::Bad, length),
        b'/' => (Word::AbsolutePath, length),
        _ => (Word::RelativePath, length),
    }
}

fn search(rest: &[u8]) -> Option<usize> {
    let length = 1 + run(&rest[1..], |it| is_of_path(it) || it == b'/');
    (length > 1 && rest.get(length) == Some(&b'>')).then_some(length + 1)
}

fn number(rest: &[u8]) -> usize {
    let digits = |at: usize| at + run(&rest[at..], |it| it.is_ascii_digit());
    let mut end = digits(0);
    if rest.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(rest.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits((end + 1 + sign).min(rest.len()));
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    end
}

fn sign(rest: &[u8]) -> (Word, usize) {
    match *rest {
        [a @ (b'=' | b'!' | b'<' | b'>'), b'=', ..] => (Word::Sign(a, b'='), 2),
        [a @ (b'&' | b'|' | b'/' | b'+'), b, ..] if a == b => (Word::Sign(a, b), 2),
        [a @ (b'-' | b'|'), b'>', ..] => (Word::Sign(a, b'>'), 2),
        [b'<', b'|', ..] => (Word::Sign(b'<', b'|'), 2),
        [
            it @ (b'=' | b'@' | b':' | b';' | b',' | b'.' | b'?' | b'!' | b'+' | b'-' | b'*' | b'/'
            | b'<' | b'>' | b'(' | b')' | b'[' | b']' | b'{' | b'}'),
            ..,
        ] => (Word::Sign(it, 0), 1),
        _ => (Word::Bad, 1),
    }
}
