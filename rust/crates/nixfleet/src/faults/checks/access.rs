//! Whether anybody gets in.

use thiserror::Error;

use super::Scope;
use crate::faults::Problem;

#[derive(Debug, Error)]
enum AccessProblem {
    #[error("nobody can log in: the host has no SSH key and no password file")]
    Nobody,
}

impl Problem for AccessProblem {
    fn code(&self) -> &'static str {
        "nobody-can-log-in"
    }

    fn help(&self) -> String {
        "write `sshAuthorizedKeys = [ \"ssh-ed25519 AAAA… me@laptop\" ];` in its hostSpec, or in \
         the defaults of the fleet"
            .to_owned()
    }
}

/// A NixOS host needs a key or a password; a Mac has its user already.
pub fn check(scope: &mut Scope) {
    // What is no set has no keys, and is told elsewhere.
    if scope.host.value("hostSpec").is_some_and(|it| !it.is_object()) {
        return;
    }
    let has_password = ["hostSpec.hashedPasswordFile", "hostSpec.rootHashedPasswordFile"]
        .iter()
        .any(|field| scope.host.value(field).is_some());
    let keys = scope.host.value("hostSpec.sshAuthorizedKeys");
    // What is no list is told elsewhere.
    let has_key = keys.is_some_and(|keys| keys.as_array().is_none_or(|keys| !keys.is_empty()));
    if scope.host.is_nixos() && !has_key && !has_password {
        scope.report_missing("hostSpec.sshAuthorizedKeys", AccessProblem::Nobody);
    }
}
