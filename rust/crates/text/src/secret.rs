//! Secrets, which are shown nowhere: private keys, and what tells itself by its form.

mod token;

use std::borrow::Cow;
use std::ops::Range;

/// What stands in the place of a private key.
const CONCEALED: &str = "(a private key)";

/// How the lines around a PEM file end (RFC 7468, section 3), and those around a key of `OpenPGP` (RFC
/// 9580, section 6.2).
const AROUND: [&str; 2] = ["PRIVATE KEY-----", "PRIVATE KEY BLOCK-----"];

/// What a private key has within that is no such file, or has lost the lines around it: `PuTTY`'s first
/// line, the beginning of OpenSSH's data, `openssh-key-v1` (PROTOCOL.key of OpenSSH), and that of the
/// identities of age (C2SP's age, "native X25519 recipient" and "native hybrid recipient").
const BARE: [&str; 3] = ["PuTTY-User-Key-File", "b3BlbnNzaC1rZXktdjEA", "AGE-SECRET-KEY-"];

/// Whether there is a private key in the text, or a beginning of one.
#[must_use]
pub fn is_private(text: &str) -> bool {
    text.contains("PRIVATE KEY") || BARE.iter().any(|it| text.contains(it))
}

/// Whether a line of the text, which lies at `line`, holds a secret: has a sign of one, or is of the data
/// between a PEM file's first line and its last.
#[must_use]
pub fn is_secret_line(text: &str, line: Range<usize>) -> bool {
    let shown = &text[line.clone()];
    is_private(shown)
        || matches!(token::conceal(shown), Cow::Owned(_))
        || (is_data(shown) && is_after_a_beginning(&text[..line.start]))
}

/// Whether a line could be of a key's data, alone or as a string of Nix's: quick to see, and seldom so.
fn is_data(line: &str) -> bool {
    let data = line.trim_matches(|it: char| it.is_whitespace() || "\"';".contains(it));
    !data.is_empty() && data.bytes().all(|it| it.is_ascii_alphanumeric() || b"+/=\\".contains(&it))
}

/// Whether the last line of that kind began a private key, and none ended it.
fn is_after_a_beginning(before: &str) -> bool {
    last_around(before).is_some_and(|(sign, _)| {
        let line = before[..sign].rfind('\n').map_or(0, |it| it + 1);
        before[line..sign].contains("-----BEGIN")
    })
}

/// Where the last line around a private key ends so, and where the line ends.
fn last_around(text: &str) -> Option<(usize, usize)> {
    let last = |sign: &&str| text.rfind(*sign).map(|at| (at, at + sign.len()));
    AROUND.iter().filter_map(last).max()
}

/// The text without its secrets. A private key that has no last line is taken to go on to the end.
#[must_use]
pub fn conceal(text: &str) -> Cow<'_, str> {
    match without_keys(text) {
        Cow::Borrowed(text) => token::conceal(text),
        Cow::Owned(text) => Cow::Owned(token::conceal(&text).into_owned()),
    }
}

fn without_keys(text: &str) -> Cow<'_, str> {
    // Nearly every text: whether a word is there is quicker to tell than where it is.
    if !is_private(text) {
        return Cow::Borrowed(text);
    }
    let signs = AROUND.iter().chain(&BARE);
    let Some(sign) = signs.filter_map(|it| text.find(it)).min() else {
        return Cow::Borrowed(text);
    };
    // The sign may be in the middle of its line: `-----BEGIN OPENSSH PRIVATE KEY-----`.
    let line = text[..sign].rfind('\n').map_or(0, |it| it + 1);
    let start = text[line..sign].rfind("-----BEGIN").map_or(sign, |it| line + it);
    let end = last_around(text).filter(|it| it.0 > sign && !is_after_a_beginning(text));
    let rest = end.map_or("", |it| &text[it.1..]);
    Cow::Owned([&text[..start], CONCEALED, rest].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_private_key_is_of_it() {
        let text = "{\n  a = ''\n    -----BEGIN RSA PRIVATE KEY-----\n    MIIEabc+/=\n    ab\n    \
                    -----END RSA PRIVATE KEY-----\n    MIIEabc\n  '';\n}\n";
        for text in [text.to_owned(), text.replace("RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK")] {
            assert_eq!(
                private_lines(&text),
                [false, false, true, true, true, true, false, false, false]
            );
        }
    }

    fn private_lines(text: &str) -> Vec<bool> {
        text.lines()
            .map(|line| line.as_ptr() as usize - text.as_ptr() as usize)
            .map(|start| is_secret_line(text, start..start + text[start..].find('\n').unwrap()))
            .collect()
    }

    #[test]
    fn what_is_around_a_private_key_is_left() {
        let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET\n-----END OPENSSH PRIVATE KEY-----";
        let start = "-----BEGIN RSA PRIVATE KEY-----\nSECRET\nSECRET";
        for (text, shown) in [
            (format!("a \"{key}\" is no zone"), "a \"(a private key)\" is no zone"),
            (format!("{key}\n{key}\nb"), "(a private key)\nb"),
            (start.to_owned(), "(a private key)"),
            (format!("a: {start}: {start}"), "a: (a private key)"),
            (format!("{key}: {start}"), "(a private key)"),
            (start.replace('\n', "\\n"), "(a private key)"),
            ("a\n  b3BlbnNzaC1rZXktdjEASECRET".to_owned(), "a\n  (a private key)"),
            ("AGE-SECRET-KEY-1SECRET".to_owned(), "(a private key)"),
            ("AGE-SECRET-KEY-PQ-1SECRET".to_owned(), "(a private key)"),
            (key.replace("OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"), "(a private key)"),
            ("PuTTY-User-Key-File-3: SECRET".to_owned(), "(a private key)"),
            (
                "WARNING: UNPROTECTED PRIVATE KEY FILE!".to_owned(),
                "WARNING: UNPROTECTED PRIVATE KEY FILE!",
            ),
        ] {
            assert_eq!(conceal(&text), shown);
        }
    }
}
