//! What does nothing on the system of its host, or cannot be there.

use serde_json::{Map, Value};
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
enum EffectProblem {
    #[error("{} does nothing on a Mac: macOS keeps {} itself", quote(.field), .what)]
    Without { field: &'static str, what: &'static str },
    #[error("a Mac cannot be a QEMU guest")]
    Guest,
}

impl Problem for EffectProblem {
    fn code(&self) -> &'static str {
        "field-without-effect"
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Without { .. } => Severity::Warning,
            Self::Guest => Severity::Error,
        }
    }

    fn help(&self) -> String {
        let leave = match self {
            Self::Without { .. } => "leave it out",
            Self::Guest => "leave `isVm` out",
        };
        format!("{leave}; as a default for the other hosts, write it into `defaults.nixos`")
    }
}

/// Looks for what a Mac is given in vain.
pub fn check(scope: &mut Scope) {
    if scope.text("class") != Some("darwin") {
        return;
    }
    for &field in NOT_ON_DARWIN {
        let Some(value) = scope.host.value(field) else { continue };
        // An empty list or set is the default.
        if value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty)
        {
            continue;
        }
        let what = if field.contains("networking") { "its networks" } else { "passwords" };
        scope.report(field, EffectProblem::Without { field, what });
    }
    if scope.host.is_vm == Value::Bool(true) {
        scope.report("isVm", EffectProblem::Guest);
    }
}
