//! Secrets that are told by their form alone: hashes of passwords, passwords in URLs, tokens of services
//! and Nix's signing keys. What looks like a secret and may as well be public is none here: the data of
//! keys, digests, store paths. A line of a private key that has lost those around it has the length of
//! one.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// What a sign begins, ends or is within: the secret, and what stands in its place.
type Find = fn(&str, Range<usize>) -> Option<(Range<usize>, &'static str)>;

/// What each kind of secret has within.
const KINDS: [(&[&str], Find); 5] = [
    (HASHES, hash),
    (&["://"], password),
    (GITHUB, |text, sign| token(text, sign, 36)),
    (OTHERS, |text, sign| token(text, sign, 20)),
    (&["=="], signing_key),
];

/// How hashes of passwords begin (crypt(5) of libxcrypt, "Available hashing methods"; those of argon2
/// have the form of the PHC's "string format").
const HASHES: &[&str] = &[
    "$1$",
    "$2a$",
    "$2b$",
    "$2x$",
    "$2y$",
    "$5$",
    "$6$",
    "$7$",
    "$gy$",
    "$md5$",
    "$sha1$",
    "$sm3$",
    "$y$",
    "$argon2d$",
    "$argon2i$",
    "$argon2id$",
];

/// The shortest hash has a digest of MD5 in it.
const SHORTEST_HASH: usize = 22;

/// How tokens begin that `nix.conf` takes as `access-tokens`, and that machines join a network by:
/// GitHub's ("Behind GitHub's new authentication token formats"), GitLab's ("Token prefixes") and
/// Tailscale's ("Key prefixes").
const GITHUB: &[&str] = &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"];
const OTHERS: &[&str] = &["github_pat_", "glpat-", "tskey-"];

/// A signing key of Nix's in base64: 64 bytes, and so has a signature, behind a name and a colon.
const SIGNING_KEY: usize = 88;

/// No sign is within another, so any kind of match finds the same. For the leftmost alone the library
/// looks at many bytes at a time, and texts without a sign are what there is most of.
static SIGNS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let signs = KINDS.iter().flat_map(|(signs, _)| *signs);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(signs).ok()
});

/// What a secret is by its length, as letters, digits and signs of base64: the lines that private keys are
/// written in, of PEM (RFC 7468, section 2) and of `OpenSSH` (`sshbuf_dtob64` of its `sshbuf-misc.c`); a
/// key of `WireGuard`, wg(8), of which the public ones look alike; a secret access key of AWS ("Manage
/// access keys").
const LENGTHS: [(usize, &str); 4] = [
    (64, LINE),
    (70, LINE),
    (44, "(what may be a private key)"),
    (40, "(what may be a secret key)"),
];
const LINE: &str = "(what may be a line of a private key)";

/// The shortest of them.
const SHORTEST: usize = 40;

/// The text without them.
pub fn conceal(text: &str) -> Cow<'_, str> {
    match without_tokens(text) {
        Cow::Borrowed(text) => without_words(text),
        Cow::Owned(text) => Cow::Owned(without_words(&text).into_owned()),
    }
}

/// The text without what has such a length: a word with letters of both cases and digits, so that no
/// digest in hexadecimal is one, and not of a longer whole.
fn without_words(text: &str) -> Cow<'_, str> {
    // Nearly every text has no word that is long enough.
    if text.len() < SHORTEST {
        return Cow::Borrowed(text);
    }
    let is_whole = |it: char| it.is_ascii_alphanumeric() || "+/=-_:.@".contains(it);
    let (mut shown, mut end) = (String::new(), 0);
    for word in text.split(|it| !is_whole(it)).filter(|it| it.len() >= SHORTEST).map(value) {
        if let Some(words) = by_length(word) {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            shown.push_str(&text[end..start]);
            shown.push_str(words);
            end = start + word.len();
        }
    }
    if end == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[end..]);
    Cow::Owned(shown)
}

/// What stands in the place of a word that only such a secret is.
fn by_length(word: &str) -> Option<&'static str> {
    let (_, words) = LENGTHS.iter().find(|(length, _)| *length == word.len())?;
    let has = |is: fn(&u8) -> bool| word.bytes().any(|it| is(&it));
    let is_data = word.bytes().all(|it| it.is_ascii_alphanumeric() || b"+/=".contains(&it));
    // The data of WireGuard's are 32 bytes, which base64 ends so.
    let is_whole = word.len() != 44 || word.find('=') == Some(43);
    let is_mixed =
        has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    (is_data && is_whole && is_mixed).then_some(words)
}

/// What a name is given in a text of settings, `TOKEN=…`; else the word itself.
fn value(word: &str) -> &str {
    match word.split_once('=') {
        Some((_, value)) if !value.trim_start_matches('=').is_empty() => value,
        _ => word,
    }
}

fn without_tokens(text: &str) -> Cow<'_, str> {
    let (mut shown, mut end) = (String::new(), 0);
    for found in SIGNS.iter().flat_map(|it| it.find_iter(text)) {
        let sign = &text[found.range()];
        let find = KINDS.iter().find(|(signs, _)| signs.contains(&sign)).map(|(_, find)| find);
        let secret = find.and_then(|find| find(text, found.range()));
        if let Some((secret, words)) = secret.filter(|(secret, _)| secret.start >= end) {
            shown.push_str(&text[end..secret.start]);
            shown.push_str(words);
            end = secret.end;
        }
    }
    if end == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[end..]);
    Cow::Owned(shown)
}

fn hash(text: &str, sign: Range<usize>) -> Option<(Range<usize>, &'static str)> {
    let end = end_of(text, sign.end, |it| it.is_ascii_alphanumeric() || b"./$=,+".contains(&it));
    (end - sign.end >= SHORTEST_HASH).then_some((sign.start..end, "(the hash of a password)"))
}

fn password(text: &str, sign: Range<usize>) -> Option<(Range<usize>, &'static str)> {
    let is_within = |it: u8| !it.is_ascii_whitespace() && !b"/?#\"'`<>\\".contains(&it);
    let authority = sign.end..end_of(text, sign.end, is_within);
    let user = &text[sign.end..sign.end + text[authority].rfind('@')?];
    let colon = sign.end + user.find(':')?;
    let secret = colon + 1..sign.end + user.len();
    (!secret.is_empty()).then_some((secret, "(a password)"))
}

fn token(text: &str, sign: Range<usize>, shortest: usize) -> Option<(Range<usize>, &'static str)> {
    let is_of_word = |it: u8| it.is_ascii_alphanumeric() || b"_-".contains(&it);
    let begins = !text[..sign.start].bytes().next_back().is_some_and(is_of_word);
    let end = end_of(text, sign.end, is_of_word);
    (begins && end - sign.end >= shortest).then_some((sign.start..end, "(a token)"))
}

fn signing_key(text: &str, sign: Range<usize>) -> Option<(Range<usize>, &'static str)> {
    let start = sign.end.checked_sub(SIGNING_KEY)?;
    let data = text.get(start..sign.start)?.bytes();
    let name = text[..start].strip_suffix(':')?;
    let is_of_name = |it: &u8| it.is_ascii_alphanumeric() || b"._-".contains(it);
    let name = &name[name.len() - name.bytes().rev().take_while(is_of_name).count()..];
    let is_data = data.into_iter().all(|it| it.is_ascii_alphanumeric() || b"+/".contains(&it));
    // A digest, as Nix wrote it before that of `sha512-…`.
    (is_data && !name.is_empty() && name != "sha512")
        .then_some((start..sign.end, "(a signing key or a signature)"))
}

/// Where what begins at a place ends.
fn end_of(text: &str, start: usize, is_within: impl Fn(u8) -> bool) -> usize {
    let rest = text[start..].bytes();
    // A byte that is no ASCII is of a character, which ends none of these within.
    start + rest.take_while(|it| it.is_ascii() && is_within(*it)).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A secret of each kind, and what comes of it.
    fn secret() -> impl Strategy<Value = (String, String)> {
        let whole = |pattern: &str, words: &'static str| {
            proptest::string::string_regex(pattern)
                .unwrap()
                .prop_map(move |it| (it, words.to_owned()))
        };
        prop_oneof![
            whole(
                "\\$(y|gy)\\$j9T\\$[./0-9A-Za-z]{1,86}\\$[./0-9A-Za-z]{43}",
                "(the hash of a password)"
            ),
            whole(
                "\\$[56]\\$(rounds=[0-9]{4,9}\\$)?[./0-9A-Za-z]{1,16}\\$[./0-9A-Za-z]{43,86}",
                "(the hash of a password)"
            ),
            whole("\\$2[aby]\\$[0-9]{2}\\$[./0-9A-Za-z]{53}", "(the hash of a password)"),
            whole(
                "\\$argon2id\\$v=19\\$m=65536,t=3,p=4\\$[+/0-9A-Za-z]{22}\\$[+/0-9A-Za-z]{43}",
                "(the hash of a password)"
            ),
            whole("gh[pousr]_[0-9A-Za-z]{36}", "(a token)"),
            whole("github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}", "(a token)"),
            whole("glpat-[0-9A-Za-z_-]{20}", "(a token)"),
            whole("tskey-auth-k[0-9A-Za-z]{10}CNTRL-[0-9A-Za-z]{20}", "(a token)"),
            ("[a-z+]{2,9}://[a-z0-9.-]{0,9}:", "[!$-&(-.0-9:;=A-Za-z_|~]{1,20}").prop_map(
                |(begin, secret)| (format!("{begin}{secret}@a"), format!("{begin}(a password)@a"))
            ),
            ("[a-z0-9.-]{1,20}-1:", "[+/0-9A-Za-z]{86}==").prop_map(|(begin, key)| (
                format!("{begin}{key}"),
                format!("{begin}(a signing key or a signature)")
            )),
        ]
    }

    /// Else the leftmost sign would hide the one within it.
    #[test]
    fn no_sign_is_within_another() {
        let signs: Vec<&str> = KINDS.iter().flat_map(|(signs, _)| *signs).copied().collect();
        for sign in &signs {
            let around = signs.iter().filter(|it| it.contains(sign)).collect::<Vec<_>>();
            assert_eq!(around, [sign]);
        }
    }

    #[test]
    fn what_has_the_length_of_a_secret_is_concealed_alone() {
        let line = "QyNTUxOQAAACDgT0iGvC/DaUV4LowftofoB4Kw4DQpOEW3kEQEzsAJoQAAAJC2AfRbtgH0";
        for (text, shown) in [
            (format!("`{line}` is no zone"), format!("`{LINE}` is no zone")),
            (format!("{line}\n{}", &line[..64]), format!("{LINE}\n{LINE}")),
            (format!("KEY={line}"), format!("KEY={LINE}")),
            (
                format!("privateKey = \"{}=\";", &line[..43]),
                format!("privateKey = \"{}\";", LENGTHS[2].1),
            ),
            (
                format!("AWS_SECRET_ACCESS_KEY={}", &line[..40]),
                format!("AWS_SECRET_ACCESS_KEY={}", LENGTHS[3].1),
            ),
        ] {
            assert_eq!(conceal(&text), shown);
        }
        let digest = &line[..64];
        for public in [
            format!("sha384-{digest}"),
            format!("/nix/store/{digest}"),
            digest.to_lowercase(),
            line[..68].to_owned(),
            format!("cache.example.org-1:{}=", &line[..43]),
            format!("sha256-{}= {} {}=", &line[..43], &line[..44], &line[..40].to_lowercase()),
            format!("ssh-rsa {line}{line} me"),
        ] {
            assert!(matches!(conceal(&public), Cow::Borrowed(_)), "{public}");
        }
    }

    proptest! {
        #[test]
        fn secrets_are_concealed_wherever_they_stand(
            secrets in prop::collection::vec((secret(), "[ \"'`\n(]|: |ü "), 1..4), end in "( |\"|\n|`)\\PC*",
        ) {
            let (mut text, mut shown) = (String::new(), String::new());
            for ((secret, concealed), before) in &secrets {
                text.extend([before.as_str(), secret.as_str(), " "]);
                shown.extend([before.as_str(), concealed.as_str(), " "]);
            }
            text += &end;
            shown += &conceal(&end);
            prop_assert_eq!(conceal(&text), shown);
        }

        #[test]
        fn what_is_public_is_left(
            hash in "[0-9a-df-np-sv-z]{32}", digest in "[+/0-9A-Za-z]{86}", name in "[a-z0-9.+_-]{1,20}",
        ) {
            let key = &digest[..43];
            for public in [
                format!("/nix/store/{hash}-{name}"),
                format!("sha512-{digest}== sha512:{digest}== sha256-{key}="),
                format!("{name}-1:{key}="),
                format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{key} {name}@host"),
                format!("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB{digest}== me"),
                format!("https://{name}@host:443/a:b@c git+ssh://git@host/x?a=b:c@d ssh://[::1]:22"),
                format!("${{pkgs.{name}}}/bin $1$2 $5$x ghp_{name}x a_ghp_{digest}x"),
            ] {
                prop_assert!(matches!(conceal(&public), Cow::Borrowed(_)), "{public}");
            }
        }
    }
}
