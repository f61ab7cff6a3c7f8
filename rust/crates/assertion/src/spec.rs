//! What must hold on a host, as Nix gives it. Where one field says it all, that field alone will do:
//! `"nginx.service"`.

use serde::{Deserialize, Deserializer};

/// What a host's modules say must hold.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Spec {
    /// Units and their states.
    #[serde(deserialize_with = "each")]
    pub units: Vec<Unit>,
    /// Ports that answer.
    #[serde(deserialize_with = "each")]
    pub ports: Vec<Port>,
    /// Requests and their answers.
    #[serde(deserialize_with = "each")]
    pub http: Vec<Http>,
    /// Commands and their results.
    #[serde(deserialize_with = "each")]
    pub commands: Vec<Command>,
    /// Files and their owners.
    #[serde(deserialize_with = "each")]
    pub files: Vec<File>,
}

/// A unit that must be in a state.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unit {
    /// Its name.
    pub unit: String,
    /// The state.
    #[serde(default = "active")]
    pub state: String,
    /// Seconds in which it must come to hold.
    #[serde(default = "thirty")]
    pub within: u64,
}

/// A TCP port that must answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Port {
    /// The port.
    pub port: u16,
    /// From where it must.
    #[serde(default)]
    pub from: From,
    /// Seconds in which it must come to hold.
    #[serde(default = "thirty")]
    pub within: u64,
}

/// Where a connection comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum From {
    /// The guest itself.
    #[default]
    Guest,
    /// Through the guest's firewall.
    Outside,
}

/// A request that must be answered.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Http {
    /// What is asked for.
    pub url: String,
    /// The answer's status.
    #[serde(default = "ok")]
    pub status: u16,
    /// The answer's body.
    #[serde(default)]
    pub body: Matcher,
    /// Seconds in which it must come to hold.
    #[serde(default = "thirty")]
    pub within: u64,
}

/// A command that must end as said.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Command {
    /// The command line, for `sh`.
    pub command: String,
    /// Who runs it.
    #[serde(default = "root")]
    pub user: String,
    /// Its exit status.
    #[serde(default)]
    pub status: i32,
    /// What it writes.
    #[serde(default)]
    pub stdout: Matcher,
    /// Seconds in which it must come to hold.
    #[serde(default = "thirty")]
    pub within: u64,
}

/// A file that must be there.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Its path.
    pub path: String,
    /// Its permissions, in octal.
    pub mode: Option<String>,
    /// Its owner.
    pub owner: Option<String>,
    /// Its group.
    pub group: Option<String>,
    /// Seconds in which it must come to hold.
    #[serde(default = "thirty")]
    pub within: u64,
}

/// What a text must be; what is not given may be anything.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Matcher {
    /// The whole text.
    pub exact: Option<String>,
    /// A part of it.
    pub contains: Option<String>,
    /// A regular expression that is found in it; `^` and `$` are the ends of a line.
    pub regex: Option<String>,
}

impl Matcher {
    /// Why a text does not match; `None` when it does.
    #[must_use]
    pub fn mismatch(&self, text: &str) -> Option<String> {
        if let Some(exact) = self.exact.as_ref().filter(|it| *it != text) {
            return Some(format!("is not exactly {exact:?}"));
        }
        if let Some(part) = self.contains.as_ref().filter(|it| !text.contains(*it)) {
            return Some(format!("does not contain {part:?}"));
        }
        let pattern = self.regex.as_ref()?;
        match regex::RegexBuilder::new(pattern).multi_line(true).build() {
            Ok(regex) if regex.is_match(text) => None,
            Ok(_) => Some(format!("does not match the regular expression {pattern:?}")),
            Err(error) => Some(format!("cannot be matched: {error}")),
        }
    }
}

fn active() -> String {
    "active".into()
}

fn root() -> String {
    "root".into()
}

fn thirty() -> u64 {
    30
}

fn ok() -> u16 {
    200
}

/// What can be written as its main field alone.
trait Short: Sized {
    fn short(value: &serde_json::Value) -> Option<serde_json::Value>;
}

macro_rules! short {
    ($($type:ty: $is:ident $field:literal),*) => { $(impl Short for $type {
        fn short(value: &serde_json::Value) -> Option<serde_json::Value> {
            value.$is().then(|| serde_json::json!({ $field: value }))
        }
    })* };
}

short!(Unit: is_string "unit", Port: is_u64 "port", Http: is_string "url",
       Command: is_string "command", File: is_string "path");

fn each<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Short + for<'a> Deserialize<'a>,
{
    let values = Vec::<serde_json::Value>::deserialize(deserializer)?;
    let read = |value| {
        let long = T::short(&value).unwrap_or(value);
        serde_json::from_value(long).map_err(serde::de::Error::custom)
    };
    values.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn short_and_long_forms_mean_the_same() {
        let short = json!({ "units": ["a.service"], "ports": [80], "commands": ["true"],
                            "files": ["/etc/x"], "http": ["http://localhost/"] });
        let long = json!({
            "units": [{ "unit": "a.service", "state": "active", "within": 30 }],
            "ports": [{ "port": 80, "from": "guest", "within": 30 }],
            "commands": [{ "command": "true", "user": "root", "status": 0,
                           "stdout": { "exact": null, "contains": null, "regex": null } }],
            "files": [{ "path": "/etc/x", "mode": null, "owner": null, "group": null }],
            "http": [{ "url": "http://localhost/", "status": 200, "body": {} }],
        });
        let read = |value| serde_json::from_value::<Spec>(value).unwrap();
        assert_eq!(read(short), read(long));
    }

    #[test]
    fn a_text_matches_exactly_in_part_or_by_a_pattern() {
        let matcher = |value| serde_json::from_value::<Matcher>(value).unwrap();
        assert!(matcher(json!({ "exact": "a" })).mismatch("ab").is_some());
        assert!(matcher(json!({ "contains": "b" })).mismatch("abc").is_none());
        assert!(matcher(json!({ "regex": "^b$" })).mismatch("a\nb\n").is_none());
        assert!(matcher(json!({ "regex": "^b$" })).mismatch("ab").is_some());
        let broken = matcher(json!({ "regex": "(" })).mismatch("a").unwrap();
        assert!(broken.contains("unclosed group"), "{broken}");
    }
}
