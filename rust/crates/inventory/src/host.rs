//! One host of the inventory: what the user gave, right or wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use nixfleet_nix::Position;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ArgumentFault;
use crate::keys::key_lines;

/// The positions of an inventory or a host, by the dotted path of the field.
pub type Positions = BTreeMap<Arc<str>, Position>;

/// A host as the inventory carries it. Values stay raw, for `validate` to judge them all together.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default, expecting = "a host")]
pub struct Host {
    /// The host's name.
    pub host_name: Value,
    /// The platform, such as `x86_64-linux`.
    pub platform: Value,
    /// `nixos` or `darwin`; null when the platform is none that the library knows.
    pub class: Value,
    /// The release whose defaults hold for the host's state.
    pub state_version: Value,
    /// Whether the host is made as a QEMU guest.
    pub is_vm: Value,
    /// The words by which it is chosen.
    pub tags: Value,
    /// Its own public SSH key; null where it has none yet.
    pub host_key: Value,
    /// How many modules it was given; null in what an older library wrote.
    pub modules: Option<u64>,
    /// What the user gave as hostSpec, merged with the fleet's defaults.
    pub host_spec: Value,
    /// The fields of hostSpec that modules of the user's declare.
    pub host_spec_fields: Value,
    /// What is wrong with arguments that are not here, or not to be judged from what is here.
    pub faults: Option<Vec<ArgumentFault>>,
    /// Where each field was written. The key `""` is the host itself.
    pub positions: Option<Positions>,
}

impl Host {
    /// The value of a field by its dotted path, as in positions: `platform`,
    /// `hostSpec.networking.address`.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&Value> {
        let (first, mut rest) = step(field);
        let mut value = match first {
            "hostName" => &self.host_name,
            "platform" => &self.platform,
            "class" => &self.class,
            "stateVersion" => &self.state_version,
            "isVm" => &self.is_vm,
            "tags" => &self.tags,
            "hostKey" => &self.host_key,
            "hostSpec" => &self.host_spec,
            _ => return None,
        };
        while let Some(field) = rest {
            let (name, more) = step(field);
            value = value.get(name)?;
            rest = more;
        }
        (!value.is_null()).then_some(value)
    }

    /// The text of a field by its dotted path; `None` when it is absent or no string.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.value(field)?.as_str()
    }

    /// The host's static address with its prefix, or the first of several.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.text("hostSpec.networking.address").or_else(|| {
            let interfaces = self.value("hostSpec.networking.interfaces")?.as_object()?;
            let families = interfaces.values().flat_map(|it| [it.get("ipv4"), it.get("ipv6")]);
            families.flatten().find_map(|family| family.get("addresses")?.get(0)?.as_str())
        })
    }

    /// Whether the host runs NixOS.
    #[must_use]
    pub fn is_nixos(&self) -> bool {
        self.text("class") == Some("nixos")
    }

    /// The flake output that has the host's system: what is of no known platform is among the NixOS
    /// hosts, as the library has it.
    #[must_use]
    pub fn output(&self) -> &'static str {
        if self.text("class") == Some("darwin") {
            "darwinConfigurations"
        } else {
            "nixosConfigurations"
        }
    }

    /// The fields of hostSpec; `None` when hostSpec is no attribute set.
    #[must_use]
    pub fn spec(&self) -> Option<&Map<String, Value>> {
        self.host_spec.as_object()
    }

    /// The lines of `sshAuthorizedKeys`, which are those of the primary user and of root.
    #[must_use]
    pub fn ssh_keys(&self) -> Vec<String> {
        key_lines(self.value("hostSpec.sshAuthorizedKeys")).map(str::to_owned).collect()
    }

    /// Whether modules may say more of the host than its arguments: give a user keys, for one.
    #[must_use]
    pub fn has_modules(&self) -> bool {
        self.modules != Some(0)
    }

    /// The words by which the host is chosen; those that are none are left out.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.as_array().into_iter().flatten().filter_map(Value::as_str)
    }

    /// Whether the fleet says that a module of its own declares this field of hostSpec.
    #[must_use]
    pub fn declares(&self, field: &str) -> bool {
        self.host_spec_fields.as_array().into_iter().flatten().any(|name| name == field)
    }

    /// Where a field was written; its nearest enclosing field's position when Nix knows none.
    #[must_use]
    pub fn position(&self, field: &str) -> Option<&Position> {
        let positions = self.positions.as_ref()?;
        let mut field = field;
        loop {
            if let Some(position) = positions.get(field) {
                return Some(position);
            }
            if field.is_empty() {
                return None;
            }
            field = field.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    }
}

/// The first name of a dotted path, and what comes after it. Every check asks for fields by their path,
/// and to search so short a text for a character takes less by its bytes.
fn step(path: &str) -> (&str, Option<&str>) {
    match path.bytes().position(|byte| byte == b'.') {
        Some(at) => (&path[..at], Some(&path[at + 1..])),
        None => (path, None),
    }
}
