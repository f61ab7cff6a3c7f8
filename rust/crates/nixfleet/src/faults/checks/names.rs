//! Host names.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use nixfleet_inventory::Inventory;
use nixfleet_text::is_label;
use thiserror::Error;

use super::{Scope, of_host};
use crate::faults::{Fault, Problem, Severity};
use crate::text::quote::quote;

#[derive(Debug, Error)]
enum NameProblem {
    #[error("{} is not a host name", quote(.0))]
    Invalid(String),
    #[error("the host has no `hostName`")]
    Missing,
    #[error("the host name {} is also that of the host {}", quote(.name), quote(.other))]
    Duplicate { name: String, other: String },
    #[error("the host name {} is also that of the host {}", quote(.name), quote(.other))]
    Again { name: String, other: String },
    #[error("the host {} has the host name {}", quote(.attribute), quote(.name))]
    Differs { attribute: String, name: String },
}

impl Problem for NameProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) | Self::Missing => "host-name-invalid",
            Self::Duplicate { .. } | Self::Again { .. } => "host-name-duplicate",
            Self::Differs { .. } => "host-name-differs",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Differs { .. } | Self::Again { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    fn lacks(&self) -> Option<&str> {
        matches!(self, Self::Missing).then_some("hostName")
    }

    fn help(&self) -> String {
        match self {
            Self::Invalid(name) => match (domain(name), proposal(name)) {
                (Some((host, domain)), _) => format!(
                    "write `{host}`, and the domain in a module: `networking.domain = \"{domain}\";`"
                ),
                (None, Some(proposal)) => format!("write `{proposal}`"),
                (None, None) => {
                    "use 1 to 63 letters, digits and inner hyphens, as in `web-01`".to_owned()
                }
            },
            Self::Missing => "write `hostName = \"web-01\";`".to_owned(),
            Self::Duplicate { .. } => "give each host a name of its own; a second build of one \
                                       machine is called after it, such as `web-01-minimal`"
                .to_owned(),
            Self::Again { name, .. } => format!(
                "two builds of one machine are fine: call the second after it, such as \
                 {}, and nothing is said",
                quote(&format!("{name}-minimal"))
            ),
            Self::Differs { attribute, .. } => format!(
                "`nixos-rebuild --flake .` looks for the configuration named as the machine: write \
                 {} in both places",
                quote(attribute)
            ),
        }
    }
}

/// Looks at the name of a host.
pub fn check(scope: &mut Scope) {
    match scope.text("hostName") {
        None if scope.host.host_name.is_null() => {
            scope.report_missing("hostName", NameProblem::Missing);
        }
        Some(name) if !is_label(name) => {
            scope.report("hostName", NameProblem::Invalid(name.to_owned()));
        }
        _ => {}
    }
}

/// Looks for two hosts of the same name, and for hosts that are called otherwise. Names are the same whatever their case (RFC 4343).
pub fn check_fleet(inventory: &Inventory, faults: &mut Vec<Fault>) {
    let mut first: HashMap<String, &str> = HashMap::with_capacity(inventory.hosts.len());
    for (attribute, host) in &inventory.hosts {
        let Some(name) = host.text("hostName").map(str::to_owned) else { continue };
        if is_build_of(attribute, &name) && inventory.hosts.contains_key(&name) {
            continue;
        }
        let problem = match first.entry(name.to_ascii_lowercase()) {
            // Whoever writes `mkHost` gives each of them its name, and may mean the same machine.
            Entry::Occupied(other) if inventory.by_hand => {
                NameProblem::Again { name: name.clone(), other: (*other.get()).to_owned() }
            }
            Entry::Occupied(other) => {
                NameProblem::Duplicate { name: name.clone(), other: (*other.get()).to_owned() }
            }
            Entry::Vacant(free) => {
                free.insert(attribute);
                if name == *attribute {
                    continue;
                }
                NameProblem::Differs { attribute: attribute.clone(), name: name.clone() }
            }
        };
        faults.push(of_host(attribute, host, "hostName", Some(name), problem));
    }
}

/// Whether a configuration is called after the machine that it is another build of, as
/// `web-01-minimal` is one of `web-01`.
fn is_build_of(attribute: &str, name: &str) -> bool {
    let affix = |it: &str| it.starts_with('-') || it.ends_with('-');
    attribute.strip_prefix(name).or_else(|| attribute.strip_suffix(name)).is_some_and(affix)
}

/// The host and the domain of a name that has both, such as `web_01.example.org`. A file's name from
/// `readDir` is none, nor is an address.
fn domain(name: &str) -> Option<(String, &str)> {
    let (host, domain) = name.split_once('.')?;
    let is_file = Path::new(name).extension().is_some_and(|it| it == "nix" || it == "md");
    let is_top_level = |it: &str| it.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_domain =
        domain.split('.').all(is_label) && domain.rsplit('.').next().is_some_and(is_top_level);
    if is_file || !is_domain {
        return None;
    }
    Some((proposal(host)?, domain))
}

/// The name with what is wrong replaced: `web_01.` becomes `web-01`. What is far from a name, a
/// pasted key perhaps, is not to be shown in another form.
fn proposal(name: &str) -> Option<String> {
    let is_near = |c: char| c.is_ascii_alphanumeric() || "-_. ".contains(c);
    if name.len() > 63 || !name.chars().all(is_near) || name.contains("PRIVATE") {
        return None;
    }
    let name = name.strip_suffix(".nix").unwrap_or(name).replace(['_', '.', ' '], "-");
    let name = name.trim_matches('-');
    is_label(name).then(|| name.to_owned())
}
