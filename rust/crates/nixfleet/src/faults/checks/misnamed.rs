//! Fields that are there by a wrong name, or in what is of a wrong type: that they are missing is not
//! told beside it.

use crate::faults::Fault;

/// Takes back what is said to be missing where a name that was mistyped, or that another library has,
/// was meant to be it, or where it may be in defaults that are no set: one mistake is one fault.
pub fn told_once(faults: &mut Vec<Fault>) {
    let meant: Vec<Meant> = faults.iter().filter_map(Meant::of).collect();
    if !meant.is_empty() {
        faults.retain(|fault| !meant.iter().any(|it| it.is_lacked_by(fault)));
    }
}

/// What a wrong name was meant to be.
struct Meant {
    /// None: all of them, as in the defaults.
    host: Option<String>,
    /// Its dotted path; empty where it is all of a host's fields.
    field: String,
}

impl Meant {
    fn of(fault: &Fault) -> Option<Self> {
        if is_lost(fault) {
            return Some(Self { host: None, field: of_each_host(&fault.field) });
        }
        let name = fault.problem.meant()?;
        let field = beside(&fault.field, name);
        let host = fault.hosts.first().cloned();
        Some(Self { field: if host.is_some() { field } else { of_each_host(&field) }, host })
    }

    /// Whether a fault is that this field is missing, or one in it.
    fn is_lacked_by(&self, fault: &Fault) -> bool {
        let Some(name) = fault.problem.lacks() else { return false };
        let is_reached = self.host.is_none() || self.host.as_ref() == fault.hosts.first();
        is_reached
            && (self.field.is_empty()
                || is_within(&fault.field, &self.field)
                || beside(&fault.field, name) == self.field
                || format!("{}.{name}", fault.field) == self.field)
    }
}

/// Whether what stands in the place of the defaults, or of a set of them, holds for no host.
fn is_lost(fault: &Fault) -> bool {
    let is_of_all = fault.hosts.is_empty() && is_within(&fault.field, "defaults");
    is_of_all && fault.problem.code() == "field-type-wrong"
}

/// The field of that name in the same set.
fn beside(field: &str, name: &str) -> String {
    field.rsplit_once('.').map_or(name.to_owned(), |(set, _)| format!("{set}.{name}"))
}

/// A field of the defaults as it is called in a host.
fn of_each_host(field: &str) -> String {
    let Some(rest) = field.strip_prefix("defaults") else { return field.to_owned() };
    let rest = rest.trim_start_matches('.');
    let of_a_class = ["nixos", "darwin"].iter().find_map(|class| rest.strip_prefix(class));
    of_a_class.map_or(rest, |it| it.trim_start_matches('.')).to_owned()
}

fn is_within(field: &str, set: &str) -> bool {
    field.strip_prefix(set).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use nixfleet_inventory::Inventory;
    use serde_json::{Map, Value, json};

    use crate::faults::checks::all;

    /// The codes of a fleet's faults.
    fn codes(fleet: Value) -> Vec<&'static str> {
        let mut document = json!({ "apiVersion": 1, "isoSshKeys": [KEY], "hosts": {} });
        document.as_object_mut().unwrap().extend(fields(fleet));
        let inventory = Inventory::parse(document.to_string().as_bytes(), "test").unwrap();
        all(&inventory, &|_| true).iter().map(|it| it.problem.code()).collect()
    }

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh me@laptop";

    /// A host that is right but for what is given.
    fn host(but: Value) -> Value {
        let mut host = json!({ "hostName": "a", "platform": "x86_64-linux", "class": "nixos",
            "modules": 0, "hostSpec": { "sshAuthorizedKeys": [KEY] } });
        host.as_object_mut().unwrap().extend(fields(but));
        json!({ "hosts": { "a": host } })
    }

    fn fields(set: Value) -> Map<String, Value> {
        match set {
            Value::Object(fields) => fields,
            other => panic!("{other} is no set"),
        }
    }

    /// What the library says of a wrong name.
    fn unknown(field: &str, meant: &str) -> Value {
        json!([{ "field": field, "code": "argument-unknown", "message": "is unknown",
            "help": format!("write `{meant}`") }])
    }

    #[test]
    fn what_is_there_by_a_wrong_name_is_not_missing() {
        let no_keys = json!({});
        let mac = |faults| {
            host(json!({ "platform": "aarch64-darwin", "class": "darwin", "faults": faults }))
        };
        let of_the_fleet = |field: &str, meant: &str| {
            let mut fleet = host(json!({ "hostSpec": no_keys }));
            fleet["faults"] = unknown(field, meant);
            fleet
        };
        for fleet in [
            host(
                json!({ "platform": null, "class": null, "faults": unknown("system", "platform") }),
            ),
            host(json!({ "hostName": null, "faults": unknown("name", "hostName") })),
            host(json!({ "hostSpec": no_keys, "faults": unknown("hostspec", "hostSpec") })),
            host(json!({ "hostSpec": no_keys,
                "faults": unknown("sshAuthorizedKeys", "hostSpec.sshAuthorizedKeys") })),
            mac(unknown("stateVersoin", "stateVersion")),
            of_the_fleet("default", "defaults"),
            of_the_fleet("defaults.hostspec", "hostSpec"),
            of_the_fleet("defaults.nixos.hostspec", "hostSpec"),
            json!({ "isoSshKeys": null, "faults": unknown("isoSshKey", "isoSshKeys") }),
            json!({ "release": { "kyes": [KEY] } }),
            json!({ "release": { "keys": [KEY], "budgets": [{ "tgas": ["x"], "atMost": 1 }] } }),
        ] {
            let text = fleet.to_string();
            assert_eq!(codes(fleet), ["argument-unknown"], "{text}");
        }
        for spec in [
            json!({ "sshAuthorisedKeys": [KEY] }),
            json!({ "sshAuthorizedKeys": [KEY],
                "networking": { "interfce": "eth0", "address": "10.0.0.1/24" } }),
        ] {
            assert_eq!(codes(host(json!({ "hostSpec": spec }))), ["field-unknown"], "{spec}");
        }
    }

    #[test]
    fn what_may_be_in_lost_defaults_is_not_missing() {
        for (field, left) in [
            ("defaults", 0),
            ("defaults.nixos", 0),
            ("defaults.hostSpec", 0),
            ("defaults.modules", 1),
        ] {
            let mut fleet = host(json!({ "hostSpec": {} }));
            fleet["faults"] = json!([{ "field": field, "code": "field-type-wrong",
                "message": "a list is not a set", "help": "write a set" }]);
            assert_eq!(codes(fleet).len(), 1 + left, "{field}");
        }
    }

    #[test]
    fn what_another_name_was_not_meant_to_be_is_missing() {
        let fleet = host(json!({ "platform": null, "faults": unknown("name", "hostName") }));
        assert_eq!(codes(fleet), ["argument-unknown", "platform-unknown"]);
        let mut fleet = host(json!({ "platform": null }));
        fleet["hosts"]["b"] = host(json!({ "faults": unknown("system", "platform"),
            "hostName": "b" }))["hosts"]["a"]
            .take();
        assert_eq!(codes(fleet), ["platform-unknown", "argument-unknown"]);
    }
}
