//! SSH keys, of hosts and of the installer.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;

use nixfleet_inventory::keys::{KeyError, PublicKey, is_private, key_lines};
use serde_json::Value;
use thiserror::Error;

use super::Scope;
use crate::faults::{Problem, Severity};
use crate::text::quote::{describe, quote};

/// What OpenSSH takes at least (`RequiredRSASize`).
const RSA_REFUSED_BELOW: usize = 1024;
/// What is held to be safe at least (NIST SP 800-57).
const RSA_WEAK_BELOW: usize = 2048;

/// What is wrong with a key.
#[derive(Debug, Error)]
pub enum KeyProblem {
    /// It cannot be read.
    #[error("the key {} cannot be read: {reason}", quote(.line))]
    Malformed {
        /// The line.
        line: String,
        /// Why.
        reason: KeyError,
    },
    /// Data that are no public key's, as a line within a private key is.
    #[error("this is {}, and is not shown", KeyError::Stray)]
    Stray,
    /// It is no text.
    #[error("`hostKey` is {0}, and has to be a public SSH key")]
    NoKey(String),
    /// A private key was pasted.
    #[error(
        "this is a private key, and everyone who can read the flake or the Nix store has it now"
    )]
    Private,
    /// It is from a file with the line ends of Windows.
    #[error(
        "the key ends with a carriage return, as lines of Windows do, and SSH takes it for a part of the key"
    )]
    CarriageReturn,
    /// DSA.
    #[error("the key {} is a DSA key, which OpenSSH does not take any more", quote(.0))]
    Dsa(String),
    /// RSA, too short.
    #[error("the key {} is an RSA key of {bits} bits", quote(.name))]
    ShortRsa {
        /// Its comment or fingerprint.
        name: String,
        /// Its length.
        bits: usize,
    },
    /// It is there twice.
    #[error("the key {} is in the list twice", quote(.0))]
    Duplicate(String),
}

impl Problem for KeyProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } | Self::CarriageReturn | Self::Stray => "ssh-key-malformed",
            Self::NoKey(_) => "field-type-wrong",
            Self::Private => "ssh-key-is-private",
            Self::Dsa(_) | Self::ShortRsa { .. } => "ssh-key-weak",
            Self::Duplicate(_) => "ssh-key-duplicate",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::ShortRsa { bits, .. } if *bits >= RSA_REFUSED_BELOW => Severity::Warning,
            Self::Duplicate(_) => Severity::Warning,
            _ => Severity::Error,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Malformed { reason: KeyError::Lines, .. } => {
                "write each line as a string of its own".to_owned()
            }
            Self::Malformed { line, reason } => {
                help_of(reason).unwrap_or_else(|| malformed_help(line))
            }
            Self::Stray => "copy the whole line of the `.pub` file, such as `ssh-ed25519 AAAA… \
                            me@laptop`; if this is of a private key, replace the key pair: \
                            `ssh-keygen -t ed25519`"
                .to_owned(),
            Self::NoKey(_) => {
                "write the line of the host's `/etc/ssh/ssh_host_ed25519_key.pub`, in \
                               quotes"
                    .to_owned()
            }
            Self::CarriageReturn => "write the file's lines anew, without it: `sed -i 's/\\r$//' \
                                     FILE.pub`"
                .to_owned(),
            Self::Private => "write the line of its `.pub` file here, and replace the key pair: \
                              `ssh-keygen -t ed25519`"
                .to_owned(),
            Self::Dsa(_) | Self::ShortRsa { .. } => {
                "make a new key with `ssh-keygen -t ed25519`, and write the line of its `.pub` file"
                    .to_owned()
            }
            Self::Duplicate(_) => "remove one of the two".to_owned(),
        }
    }

    fn kind_of_text(&self) -> Option<&'static str> {
        (!matches!(self, Self::NoKey(_) | Self::Duplicate(_))).then(|| self.code())
    }

    fn is_secret(&self) -> bool {
        matches!(self, Self::Private | Self::Stray)
    }
}

/// Whether it is what the templates have in the place of a key.
pub fn is_placeholder(line: &str) -> bool {
    line.contains("PUT-YOUR-PUBLIC-KEY-HERE")
}

/// What to write, where the line itself tells it.
fn help_of(reason: &KeyError) -> Option<String> {
    Some(match reason {
        KeyError::Untyped(kind) => format!("write `{kind}` and a blank before it"),
        KeyError::OtherType(kind) => format!("begin the line with `{kind}`"),
        KeyError::TypeTwice(kind) => format!("take one {} out", quote(kind)),
        KeyError::Option(option) => format!(
            "take {} out: of a line of `known_hosts` the key begins behind the names, and options \
             are those of sshd(8), as `from=\"192.0.2.0/24\"`",
            quote(option)
        ),
        _ => return None,
    })
}

fn malformed_help(line: &str) -> String {
    let line = line.trim();
    if is_placeholder(line) {
        "this is the template's placeholder: write the line of your `.pub` file in its place, such \
         as `~/.ssh/id_ed25519.pub`; `ssh-keygen -t ed25519` makes a key"
            .to_owned()
    } else if line.starts_with("SHA256:") || line.starts_with("MD5:") {
        "this is a fingerprint: write the whole line of the `.pub` file".to_owned()
    } else if line.starts_with(['/', '~', '.'])
        || Path::new(line).extension().is_some_and(|it| it == "pub")
            && !line.contains(char::is_whitespace)
    {
        // Of a path that Nix hands on, what comes after the flake's own in the store.
        let in_flake = line.strip_prefix("/nix/store/").and_then(|it| it.split_once('/'));
        let file = in_flake.map_or_else(|| line.rsplit('/').next().unwrap_or(line), |it| it.1);
        let read = quote(&format!("(builtins.readFile ./{file})"));
        let copied = if in_flake.is_some() { "" } else { " with the file in the repository" };
        format!("this is a path: write {read}{copied}, or the line of the file")
    } else {
        "copy the whole line of the `.pub` file, such as `ssh-ed25519 AAAA… me@laptop`".to_owned()
    }
}

/// Looks at the keys of a host, and at its own.
pub fn check(scope: &mut Scope) {
    const FIELD: &str = "hostSpec.sshAuthorizedKeys";
    check_host_key(scope);
    for (line, problem) in problems(scope.host.value(FIELD), scope.keys) {
        scope.report_element(FIELD, line, problem);
    }
}

/// The host's own key names it to others, and so it is one line.
fn check_host_key(scope: &mut Scope) {
    const FIELD: &str = "hostKey";
    match scope.host.value(FIELD) {
        None => {}
        Some(Value::String(line)) => {
            let list = Value::Array(vec![Value::String(line.clone())]);
            if let Some((_, problem)) = problems(Some(&list), scope.keys).into_iter().next() {
                scope.report_element(FIELD, line, problem);
            } else if key_lines(Some(&list)).next().is_none() {
                let problem = KeyProblem::Malformed { line: line.clone(), reason: KeyError::Empty };
                scope.report_element(FIELD, line, problem);
            }
        }
        Some(other) => scope.report(FIELD, KeyProblem::NoKey(describe(other))),
    }
}

/// Lines that were read as keys: those of a team stand in each of its hosts.
#[derive(Debug, Default)]
pub struct Known(HashMap<String, Result<Rc<PublicKey>, KeyError>>);

impl Known {
    fn parse(&mut self, line: &str) -> Result<Rc<PublicKey>, KeyError> {
        if let Some(known) = self.0.get(line) {
            return known.clone();
        }
        let key = PublicKey::parse(line).map(Rc::new);
        self.0.insert(line.to_owned(), key.clone());
        key
    }
}

/// The problems of a list of keys, each with its line.
pub fn problems<'a>(list: Option<&'a Value>, known: &mut Known) -> Vec<(&'a str, KeyProblem)> {
    // What stands beside a function is what it was to take.
    let is_function = |it: &Value| it.get("__unrepresentable").is_some_and(|it| it == "lambda");
    if list.and_then(Value::as_array).is_some_and(|it| it.iter().any(is_function)) {
        return Vec::new();
    }
    let mut seen: HashSet<Rc<PublicKey>> = HashSet::new();
    let mut found = Vec::new();
    // A private key may have been split into lines: what is no public key beside one is its rest.
    let holds_private = LazyCell::new(|| key_lines(list).any(is_private));
    for line in key_lines(list) {
        match known.parse(line) {
            Err(KeyError::Private) => found.push((line, KeyProblem::Private)),
            Err(_) if *holds_private => {}
            Err(KeyError::Stray) => found.push((line, KeyProblem::Stray)),
            _ if line.contains('\r') => found.push((line, KeyProblem::CarriageReturn)),
            Err(reason) => {
                found.push((line, KeyProblem::Malformed { line: line.to_owned(), reason }));
            }
            Ok(key) if seen.contains(&key) => {
                found.push((line, KeyProblem::Duplicate(name(&key))));
            }
            Ok(key) => {
                found.extend(weakness(&key).map(|problem| (line, problem)));
                seen.insert(key);
            }
        }
    }
    found
}

fn weakness(key: &PublicKey) -> Option<KeyProblem> {
    if key.algorithm().starts_with("ssh-dss") {
        return Some(KeyProblem::Dsa(name(key)));
    }
    let bits = key.rsa_bits().filter(|bits| *bits < RSA_WEAK_BELOW)?;
    Some(KeyProblem::ShortRsa { name: name(key), bits })
}

/// How people call a key: by its comment.
fn name(key: &PublicKey) -> String {
    if key.comment().is_empty() { key.fingerprint() } else { key.comment().to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_line_of_a_private_key_that_was_split_is_told() {
        let list = json!([
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "AAAAB3NzaC1yc2EAAAAsecretpart",
            "-----END OPENSSH PRIVATE KEY-----",
        ]);
        let found = problems(Some(&list), &mut Known::default());
        assert!(found.iter().all(|(_, problem)| problem.is_secret()), "{found:?}");
        assert!(!found.is_empty());
    }

    #[test]
    fn what_a_function_was_to_take_is_no_key() {
        let function = json!({ "__unrepresentable": "lambda" });
        let list = json!([function, "/nix/store/x-source/key.pub"]);
        assert!(problems(Some(&list), &mut Known::default()).is_empty());
    }

    #[test]
    fn a_line_within_a_private_key_is_not_told_alone_either() {
        let line = "QyNTUxOQAAACDgT0iGvC/DaUV4LowftofoB4Kw4DQpOEW3kEQEzsAJoQAAAJC2AfRbtgH0";
        let list =
            json!([line, "AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh"]);
        let found = problems(Some(&list), &mut Known::default());
        let secret: Vec<bool> = found.iter().map(|(_, problem)| problem.is_secret()).collect();
        assert_eq!(secret, [true, false], "{found:?}");
        assert!(!found[0].1.to_string().contains("QyNT"), "{}", found[0].1);
    }
}
