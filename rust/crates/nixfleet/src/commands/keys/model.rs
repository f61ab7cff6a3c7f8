//! What `keys` finds out.

use nixfleet_inventory::Host;
use nixfleet_inventory::keys::{Identity, KeyError, PublicKey, Source, is_private, key_lines};
use serde::Serialize;
use serde_json::Value;

use crate::text::quote::quote;
use nixfleet_text::word;

/// The keys of the installer, or of a host.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Group<'a> {
    /// The host; null for the installer.
    pub host: Option<&'a str>,
    /// Its keys.
    pub keys: Vec<Key>,
    /// Whether there may be others: it has none here, and modules that may bring some.
    pub in_modules: bool,
}

/// A public key of the fleet.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Its type; null when the line cannot be read.
    pub r#type: Option<String>,
    /// Its fingerprint.
    pub fingerprint: Option<String>,
    /// Its comment.
    pub comment: String,
    /// Why the line cannot be read.
    pub problem: Option<String>,
    /// Its private halves on this machine.
    pub private_halves: Vec<Half>,
}

/// A private half on this machine.
#[derive(Debug, Serialize)]
pub struct Half {
    /// Its file; null when the agent has it.
    pub file: Option<String>,
    /// Whether a passphrase guards it.
    pub encrypted: bool,
    /// Whether ssh uses it.
    pub usable: bool,
    /// Why it does not, and what to do.
    pub problem: Option<String>,
}

impl<'a> Group<'a> {
    /// Compares a list of public keys with what is here.
    pub fn new(host: Option<&'a str>, keys: &Value, here: &[Identity]) -> Self {
        let holds_private = key_lines(Some(keys)).any(is_private);
        let keys = key_lines(Some(keys)).map(|line| Key::new(line, here, holds_private)).collect();
        Self { host, keys, in_modules: false }
    }

    /// Compares the keys of a host.
    pub fn of_host(name: &'a str, host: &Host, here: &[Identity]) -> Self {
        let keys = host.value("hostSpec.sshAuthorizedKeys").unwrap_or(&Value::Null);
        let group = Self::new(Some(name), keys, here);
        Self { in_modules: group.keys.is_empty() && host.has_modules(), ..group }
    }

    /// Whether one of the keys opens a door from here.
    pub fn is_usable(&self) -> bool {
        self.keys.iter().flat_map(|key| &key.private_halves).any(|half| half.usable)
    }
}

impl Key {
    fn new(line: &str, here: &[Identity], beside_private: bool) -> Self {
        match PublicKey::parse(line) {
            Ok(key) => Self {
                r#type: Some(key.algorithm().to_owned()),
                fingerprint: Some(key.fingerprint()),
                comment: key.comment().to_owned(),
                problem: None,
                private_halves: here.iter().filter(|it| it.public == key).map(Half::new).collect(),
            },
            Err(error) => Self {
                r#type: None,
                fingerprint: None,
                comment: String::new(),
                // A private key that was pasted is not to be shown, not even a line of it.
                problem: Some(match error {
                    KeyError::Private | KeyError::Stray => error.to_string(),
                    _ if beside_private => KeyError::Private.to_string(),
                    _ => format!("{}: {error}", quote(line)),
                }),
                private_halves: Vec::new(),
            },
        }
    }
}

impl Half {
    fn new(identity: &Identity) -> Self {
        let file = match &identity.source {
            Source::File(path) => Some(path.display().to_string()),
            Source::Agent => None,
        };
        let problem = identity.refusal.map(|it| {
            let command = it.command(&word(file.as_deref().unwrap_or_default()));
            format!("ssh refuses it since {}: {command}", it.reason())
        });
        Self { usable: problem.is_none(), encrypted: identity.encrypted, file, problem }
    }
}
