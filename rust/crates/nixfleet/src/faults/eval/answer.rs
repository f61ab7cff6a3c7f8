//! What an evaluation tells of a host.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::faults::{Fault, Severity};

/// What is asked of a host's configuration.
pub const QUESTION: &str = concat!(
    "(",
    include_str!("host.nix"),
    ") (",
    include_str!("disks.nix"),
    ") (",
    include_str!("services.nix"),
    ")"
);

/// The answer to [`QUESTION`].
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Answer {
    /// The messages of assertions that failed.
    pub failed: Vec<String>,
    /// The warnings.
    pub warnings: Vec<String>,
    /// The fields that hostSpec has, the user's own among them.
    pub host_spec: Vec<String>,
    /// The disks that disko is to format, with their paths.
    pub disks: BTreeMap<String, Option<String>>,
    /// Where impermanence keeps what lasts, when it is on.
    pub persist_root: Option<String>,
    /// Where file systems are mounted.
    pub file_systems: Vec<String>,
}

impl Answer {
    /// Whether the evaluation shows that there is no such fault: a module of the user's may declare
    /// a field, and give a user access.
    pub fn refutes(&self, fault: &Fault) -> bool {
        match fault.problem.code() {
            "field-unknown" => fault
                .field
                .strip_prefix("hostSpec.")
                .is_some_and(|field| self.host_spec.iter().any(|it| it == field)),
            // Assertions of NixFleet's say it where it is so.
            "nobody-can-log-in" | "interface-missing" => true,
            // A module sets it, or nix-darwin's assertion says so and names the number of today.
            "state-version-invalid" => fault.problem.severity() == Severity::Warning,
            _ => false,
        }
    }
}
