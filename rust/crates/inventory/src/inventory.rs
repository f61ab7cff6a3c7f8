//! The inventory: a fleet's flake output `nixfleet`.

use std::fs::File;
use std::path::Path;

use indexmap::IndexMap;
use nixfleet_nix::{Nix, NixError, Position, nix_string, visible};
use nixfleet_text::read_stream;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::{Flake, Host, Positions};

/// The largest inventory that is read: of ten thousand hosts it has 30 MB.
const LARGEST: u64 = 1 << 30;

/// More systems that are none of the fleet's are not told.
const MOST_OTHERS: usize = 100;

/// The version of the inventory's shape that this crate reads.
pub const API_VERSION: u64 = 1;

/// Collects the inventories of the hosts of a fleet that calls `mkHost` by hand, and where others
/// are written.
const COLLECT: &str = "hosts: builtins.mapAttrs (name: host: host.nixfleet or \
                       { stranger = builtins.unsafeGetAttrPos name hosts; }) hosts";

/// A host of a fleet that calls `mkHost` by hand, or one that something else makes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Collected {
    Stranger {
        // Without it any set would do, as an option need not be there.
        #[serde(deserialize_with = "Option::deserialize")]
        stranger: Option<Position>,
    },
    Host(Box<Host>),
    Nothing(()),
}

/// A fleet as data.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default, expecting = "a set")]
pub struct Inventory {
    api_version: Value,
    /// The flake's root in the store, when Nix knows it.
    pub root: Option<String>,
    /// The keys that the installer admits.
    pub iso_ssh_keys: Value,
    /// What the fleet is called.
    pub name: Value,
    /// Who may release, and how a release reaches the hosts; null where the fleet has none.
    pub release: Value,
    /// Where the fleet's own fields were written.
    pub positions: Option<Positions>,
    /// Whether the hosts are all there is: the fleet calls `mkHost` by hand, and has no installer.
    #[serde(skip)]
    pub by_hand: bool,
    /// The hosts that something else than `mkHost` makes, and where they are written.
    #[serde(skip)]
    pub strangers: Vec<(String, Option<Position>)>,
    /// What is wrong with `mkFleet`'s own arguments, the defaults among them.
    pub faults: Option<Vec<ArgumentFault>>,
    /// The hosts by their attribute's name.
    pub hosts: IndexMap<String, Host>,
}

/// What is wrong with an argument of `mkFleet` or `mkHost`, as the library says it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(expecting = "a fault of an argument")]
pub struct ArgumentFault {
    /// The argument; empty where what stands there is no set of arguments at all.
    pub field: String,
    /// The stable word for the kind of fault.
    #[serde(default)]
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    #[serde(default)]
    pub help: String,
}

/// An inventory that cannot be read.
#[derive(Debug, Error)]
pub enum InventoryError {
    /// Nix is missing or failed.
    #[error(transparent)]
    Nix(#[from] NixError),
    /// The flake has neither a fleet nor hosts.
    #[error("the flake `{flake}` has no fleet")]
    NoFleet {
        /// The flake's reference.
        flake: String,
    },
    /// The text is no inventory.
    #[error("{origin} is not a fleet's inventory: {reason}")]
    Malformed {
        /// Where the inventory came from.
        origin: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The inventory was made by a newer library.
    #[error(
        "{origin} has apiVersion {found}, and this `nixfleet` reads {API_VERSION}: \
         update the tool to the version of the fleet's `nixfleet` input"
    )]
    Newer {
        /// Where the inventory came from.
        origin: String,
        /// The version found.
        found: String,
    },
}

impl Inventory {
    /// Reads the fleet of a flake: its output `nixfleet`, else what its hosts carry themselves.
    ///
    /// # Errors
    /// When Nix fails, or the flake's output is no inventory.
    pub fn read(nix: &dyn Nix, flake: &Flake) -> Result<Self, InventoryError> {
        match nix.eval_json(&flake.attr("nixfleet"), None) {
            Ok(json) => Self::parse(&json, &flake.attr("nixfleet")),
            Err(error) if error.is_missing_attribute() => Self::collect(nix, flake),
            // Nix looks among the packages first, and those of a fleet with faults fail, in the
            // library's words. With a dot before it the attribute is that alone; a Nix that knows no
            // such form finds nothing.
            Err(error) if error.to_string().starts_with("nixfleet: ") => {
                match nix.eval_json(&flake.attr(".nixfleet"), None) {
                    Ok(json) => Self::parse(&json, &flake.attr("nixfleet")),
                    Err(ended @ (NixError::Interrupted | NixError::TimedOut { .. })) => {
                        Err(ended.into())
                    }
                    Err(_) => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Reads an inventory from a file, as `nix eval --json FLAKE#nixfleet` wrote it.
    ///
    /// # Errors
    /// When the file cannot be read or is no inventory.
    pub fn load(path: &Path) -> Result<Self, InventoryError> {
        let origin = path.display().to_string();
        let json = File::open(path).and_then(|it| read_stream(it, LARGEST));
        let json = json.map_err(|error| InventoryError::Malformed {
            origin: format!("`{}`", visible(&origin)),
            reason: error.to_string(),
        })?;
        Self::parse(&json, &origin)
    }

    /// Reads an inventory from JSON; `origin` is what a message calls it.
    ///
    /// # Errors
    /// When the text is no inventory, or one of a newer shape.
    pub fn parse(json: &[u8], origin: &str) -> Result<Self, InventoryError> {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct Version {
            api_version: Value,
        }

        let origin = || format!("`{}`", visible(origin));
        let malformed = |reason: String| InventoryError::Malformed { origin: origin(), reason };
        // Of what is known to be UTF-8 each text is taken as it is, and not looked through once more.
        let read = match str::from_utf8(json) {
            Ok(json) => serde_json::from_str::<Self>(json),
            Err(_) => serde_json::from_slice(json),
        };
        let read = read.map(Self::without_split_keys);
        // What a newer shape changed may be what the reader stumbles over.
        let version = match &read {
            Ok(inventory) => inventory.api_version.clone(),
            Err(_) => serde_json::from_slice::<Version>(json).unwrap_or_default().api_version,
        };
        match (version.as_u64(), read) {
            (Some(API_VERSION), Ok(inventory)) if inventory.hosts.is_empty() => {
                // No hosts are fine; a document of something else has no word of them.
                let all: Value = serde_json::from_slice(json).unwrap_or_default();
                let has_hosts = all.get("hosts").is_some();
                has_hosts.then_some(inventory).ok_or_else(|| malformed("it has no `hosts`".into()))
            }
            (Some(API_VERSION), Ok(inventory)) => Ok(inventory),
            (Some(API_VERSION), Err(error)) => {
                Err(malformed(visible(&error.to_string()).into_owned()))
            }
            (_, Err(error)) if version.is_null() => {
                Err(malformed(visible(&error.to_string()).into_owned()))
            }
            _ if version.is_null() => Err(malformed("it has no `apiVersion`".to_owned())),
            (Some(newer @ API_VERSION..), _) => {
                Err(InventoryError::Newer { origin: origin(), found: newer.to_string() })
            }
            _ => {
                let found: String = version.to_string().chars().take(60).collect();
                let found = visible(&found);
                Err(malformed(format!("its `apiVersion` is {found}, and has to be {API_VERSION}")))
            }
        }
    }

    /// The systems in an output of the flake that are none of the fleet's, and where they are written;
    /// none where that cannot be told.
    pub fn beside(
        &self,
        nix: &dyn Nix,
        flake: &Flake,
        output: &str,
    ) -> Vec<(String, Option<Position>)> {
        let output = flake.attr(output);
        let names = nix.eval(&output, Some("builtins.attrNames"));
        let names = names.ok().and_then(|it| serde_json::from_value::<Vec<String>>(it).ok());
        let others = names.into_iter().flatten().filter(|it| !self.hosts.contains_key(it));
        let others: Vec<String> = others.take(MOST_OTHERS).collect();
        if others.is_empty() {
            return Vec::new();
        }
        let quoted: Vec<String> = others.iter().map(|it| nix_string(it)).collect();
        let places = format!(
            "hosts: map (name: builtins.unsafeGetAttrPos name hosts) [ {} ]",
            quoted.join(" ")
        );
        let places = nix.eval(&output, Some(&places));
        let places = places.ok().and_then(|it| serde_json::from_value(it).ok());
        let places: Vec<Option<Position>> = places.unwrap_or_default();
        let places = places.into_iter().chain(std::iter::repeat(None));
        others.into_iter().zip(places).collect()
    }

    /// Reads a fleet that has no output `nixfleet`, from its systems.
    fn collect(nix: &dyn Nix, flake: &Flake) -> Result<Self, InventoryError> {
        let mut inventory = Self { by_hand: true, ..Self::default() };
        let mut found = false;
        for output in ["nixosConfigurations", "darwinConfigurations"] {
            let installable = flake.attr(output);
            let json = match nix.eval_json(&installable, Some(COLLECT)) {
                Ok(json) => json,
                Err(error) if error.is_missing_attribute() => continue,
                Err(error) => return Err(error.into()),
            };
            let hosts: IndexMap<String, Collected> =
                serde_json::from_slice(&json).map_err(|error| InventoryError::Malformed {
                    origin: format!("`{installable}`"),
                    reason: error.to_string(),
                })?;
            for (name, host) in hosts {
                match host {
                    Collected::Host(host) => {
                        found = true;
                        inventory.hosts.insert(name, *host);
                    }
                    Collected::Stranger { stranger } => inventory.strangers.push((name, stranger)),
                    Collected::Nothing(()) => inventory.strangers.push((name, None)),
                }
            }
        }
        if found {
            Ok(inventory.without_split_keys())
        } else {
            Err(InventoryError::NoFleet { flake: visible(flake.reference()).into_owned() })
        }
    }
}

#[cfg(test)]
mod tests;
