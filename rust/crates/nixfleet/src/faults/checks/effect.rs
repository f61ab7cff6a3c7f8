//! Fields that do nothing on the system of their host.

use thiserror::Error;

use super::Scope;
use crate::faults::{Problem, Severity};
use crate::text::quote::quote;

/// What nix-darwin has no setting for: macOS keeps networks and passwords itself.
const NOT_ON_DARWIN: &[&str] = &[
    "hostSpec.hashedPasswordFile",
    "hostSpec.networking.address",
    "hostSpec.networking.dns",
    "hostSpec.networking.gateway",
    "hostSpec.networking.interface",
    "hostSpec.networking.interfaces",
    "hostSpec.rootHashedPasswordFile",
];

#[derive(Debug, Error)]
#[error("{} does nothing on a Mac: macOS keeps {} itself", quote(.field), .what)]
struct WithoutEffect {
    field: &'static str,
    what: &'static str,
}

impl Problem for WithoutEffect {
    fn code(&self) -> &'static str {
        "field-without-effect"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn help(&self) -> String {
        "leave it out; as a default for the other hosts, write it into `defaults.nixos`".to_owned()
    }
}

/// Looks for fields that a Mac is given in vain.
pub fn check(scope: &mut Scope) {
    if scope.text("class") != Some("darwin") {
        return;
    }
    for &field in NOT_ON_DARWIN {
        let Some(value) = scope.host.value(field) else { continue };
        // An empty list or set is the default.
        if value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(serde_json::Map::is_empty)
        {
            continue;
        }
        let what = if field.contains("networking") { "its networks" } else { "passwords" };
        scope.report(field, WithoutEffect { field, what });
    }
}
