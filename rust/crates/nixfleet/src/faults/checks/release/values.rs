//! The values of `release`, each judged by the type that reads it from a release.

use base64ct::{Base64, Encoding};
use nixfleet_inventory::keys::PublicKey;
use nixfleet_release::plan::{Share, Span, Window};
use nixfleet_release::{Key, Signers};
use serde_json::{Map, Value};

use super::problem::{KEYS, ReleaseProblem};
use super::{Scope, texts};
use crate::faults::checks::region::{is_time_zone, nearest_zone};
use crate::text::quote::describe;

/// The bytes of an ed25519 key of Nix's: the public one, and the secret one, which has it within.
const PUBLIC: usize = 32;
const SECRET: usize = 64;

fn wrong(scope: &mut Scope, field: &str, value: &Value, wanted: &'static str) {
    scope.report_type(field, value, wanted);
}

/// A text.
pub fn text(scope: &mut Scope, field: &str, value: &Value) {
    if value.as_str().is_none_or(str::is_empty) {
        wrong(scope, field, value, "a string that is not empty");
    }
}

/// Where a control plane is: a name or address, and a port.
pub fn address(scope: &mut Scope, field: &str, value: &Value) {
    let is_address = |it: &str| {
        let is_name =
            |it: &str| !it.is_empty() && !it.contains(|it: char| it == '/' || it.is_whitespace());
        let parts = it.rsplit_once(':');
        parts
            .is_some_and(|(host, port)| is_name(host) && port.parse::<u16>().is_ok_and(|it| it > 0))
    };
    if !value.as_str().is_some_and(is_address) {
        wrong(scope, field, value, "a name or address and a port, as `\"fleet.example.org:7250\"`");
    }
}

/// A public SSH key.
pub fn key(scope: &mut Scope, field: &str, value: &Value) {
    match value.as_str() {
        None => wrong(scope, field, value, "a string"),
        Some(line) => {
            if let Err(error) = line.parse::<Key>() {
                scope.report(field, Some(line), ReleaseProblem::Key(error));
            }
        }
    }
}

/// The type of a key by which a host and its control plane cannot know each other: the link takes
/// ed25519 alone. Of what is no key more is said elsewhere.
pub fn other_type(line: &str) -> Option<String> {
    let key = PublicKey::parse(line).ok()?;
    Some(key.algorithm().to_owned()).filter(|it| it != "ssh-ed25519")
}

/// A control plane's own key.
pub fn control_planes_key(scope: &mut Scope, field: &str, value: &Value) {
    match value.as_str().and_then(other_type) {
        None => key(scope, field, value),
        Some(kind) => {
            let problem = ReleaseProblem::KeyType { of: "controlPlane.key", kind };
            scope.report(field, value.as_str(), problem);
        }
    }
}

/// Public SSH keys.
pub fn keys(scope: &mut Scope, field: &str, value: &Value) {
    match value.as_array() {
        None => wrong(scope, field, value, KEYS),
        Some(list) if list.is_empty() => {
            let missing = ReleaseProblem::Missing { name: "keys", of: "`release`" };
            scope.report(field, None, missing);
        }
        Some(list) => {
            scope.count(field, list.len());
            for it in list {
                key(scope, field, it);
            }
        }
    }
}

/// How many keys it takes.
pub fn threshold(scope: &mut Scope, field: &str, value: &Value) {
    if value.as_i64().is_none() {
        wrong(scope, field, value, "a number of keys");
    }
}

/// Whether there are as many different keys as it takes.
pub fn reachable(scope: &mut Scope, release: &Map<String, Value>) {
    let threshold = release.get("threshold").and_then(Value::as_i64).unwrap_or(1);
    let lines = texts(release, "keys").unwrap_or_default();
    let keys: Vec<Key> = lines.iter().filter_map(|it| it.parse().ok()).collect();
    // Of keys that can't be read more is said elsewhere.
    if keys.is_empty() || keys.len() < lines.len() {
        return;
    }
    let keys = Signers { keys, threshold: 1 }.distinct();
    if threshold < 1 || usize::try_from(threshold).is_ok_and(|it| it > keys) {
        let problem = ReleaseProblem::Threshold { threshold, keys };
        scope.report("release.threshold", None, problem);
    }
}

/// Where hosts find releases: one place or several, tried in order.
pub fn source(scope: &mut Scope, field: &str, value: &Value) {
    let is_place = |it: &Value| {
        it.as_str().is_some_and(|it| {
            ["https://", "http://", "file:///", "/"].iter().any(|start| it.starts_with(start))
        })
    };
    let list = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
    for it in list.iter().filter(|it| !is_place(it)) {
        match it.as_str() {
            None => wrong(
                scope,
                field,
                it,
                "a URL as `\"https://fleet.example.org\"`, or a list of them",
            ),
            Some(text) => scope.report(field, Some(text), ReleaseProblem::Source(text.to_owned())),
        }
    }
}

/// The public key of a cache: `cache.example.org-1:` and the key in base64.
pub fn cache_key(scope: &mut Scope, field: &str, value: &Value) {
    let Some(text) = value.as_str() else { return wrong(scope, field, value, "a string") };
    let bytes = text
        .split_once(':')
        .filter(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace))
        .and_then(|(_, key)| Base64::decode_vec(key).ok());
    match bytes.map(|it| it.len()) {
        Some(PUBLIC) => {}
        Some(SECRET) => scope.report(field, Some(text), ReleaseProblem::CacheSecret),
        _ => scope.report(field, Some(text), ReleaseProblem::CacheKey(text.to_owned())),
    }
}

/// A number of hosts or a part of them.
pub fn share(scope: &mut Scope, field: &str, value: &Value) {
    let good = match value {
        Value::Number(number) => number.as_i64().is_some_and(|it| Share::try_from(it).is_ok()),
        Value::String(text) => text.parse::<Share>().is_ok(),
        _ => false,
    };
    if !good {
        scope.report(field, value.as_str(), ReleaseProblem::Share(describe(value)));
    }
}

/// A length of time.
pub fn span(scope: &mut Scope, field: &str, value: &Value) {
    let Some(text) = value.as_str() else {
        return wrong(scope, field, value, "a length of time, as `\"30m\"`");
    };
    if let Err(error) = text.parse::<Span>() {
        let problem = ReleaseProblem::Span { given: text.to_owned(), error };
        scope.report(field, Some(text), problem);
    }
}

/// Days, times and a time zone.
pub fn window(scope: &mut Scope, field: &str, value: &Value) {
    let Some(text) = value.as_str() else {
        return wrong(scope, field, value, "a window, as `\"02:00-05:00 Europe/Berlin\"`");
    };
    match text.parse::<Window>() {
        Err(error) => {
            let problem = ReleaseProblem::Window { given: text.to_owned(), error };
            scope.report(field, Some(text), problem);
        }
        Ok(window) if !is_time_zone(window.zone()) => {
            let given = window.zone().to_owned();
            let nearest = nearest_zone(&given);
            scope.report(field, Some(&given.clone()), ReleaseProblem::Zone { given, nearest });
        }
        Ok(_) => {}
    }
}

/// What becomes of a release that fails.
pub fn on_failure(scope: &mut Scope, field: &str, value: &Value) {
    if !matches!(value.as_str(), Some("halt" | "rollback")) {
        wrong(scope, field, value, "`\"halt\"` or `\"rollback\"`");
    }
}
