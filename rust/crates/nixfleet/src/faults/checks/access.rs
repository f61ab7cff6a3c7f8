//! Whether anybody gets in.

use nixfleet_inventory::{Host, keys::key_lines};
use serde_json::Value;
use thiserror::Error;

use super::{Scope, fields::set_of};
use crate::faults::{Problem, Severity};

#[derive(Debug, Error)]
enum AccessProblem {
    #[error("nobody can log in: the host has no SSH key and no password file")]
    Nobody,
    #[error("the host has no SSH key and no password file, unless a module of its own brings one")]
    Unknown,
}

impl Problem for AccessProblem {
    fn code(&self) -> &'static str {
        "nobody-can-log-in"
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Nobody => Severity::Error,
            Self::Unknown => Severity::Warning,
        }
    }

    fn lacks(&self) -> Option<&str> {
        Some("sshAuthorizedKeys")
    }

    fn help(&self) -> String {
        let write = "write `sshAuthorizedKeys = [ \"ssh-ed25519 AAAA… me@laptop\" ];` in its \
                     hostSpec, or in the defaults of the fleet";
        match self {
            Self::Nobody => write.to_owned(),
            Self::Unknown => format!("{write}; `validate --eval` knows what modules bring"),
        }
    }
}

/// A NixOS host needs a key or a password; a Mac has its user already.
pub fn check(scope: &mut Scope) {
    // What is no set has no keys, and is told elsewhere.
    if is_no_set(scope.host) {
        return;
    }
    let has_password = ["hostSpec.hashedPasswordFile", "hostSpec.rootHashedPasswordFile"]
        .iter()
        .any(|field| scope.host.value(field).is_some());
    let keys = scope.host.value("hostSpec.sshAuthorizedKeys");
    // What is no list, or holds no strings, is told elsewhere.
    let is_told = |it: &Value| it.as_array().is_none_or(|it| it.iter().any(|it| !it.is_string()));
    let has_key = keys.is_some_and(|it| is_told(it) || key_lines(keys).next().is_some());
    if scope.host.is_nixos() && !has_key && !has_password {
        let modules = scope.host.has_modules();
        let problem = if modules { AccessProblem::Unknown } else { AccessProblem::Nobody };
        scope.report_missing("hostSpec.sshAuthorizedKeys", problem);
    }
}

/// Whether something else is written where the set belongs, as a function or `null`.
fn is_no_set(host: &Host) -> bool {
    match host.value("hostSpec") {
        Some(value) => set_of(value).is_none(),
        None => host.positions.as_ref().is_some_and(|it| it.contains_key("hostSpec")),
    }
}
