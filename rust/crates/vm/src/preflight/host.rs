//! Whether a host is one that a VM can have.

use nixfleet_inventory::{Host, Inventory};
use nixfleet_text::{nearest, visible};

use crate::error::DISKS;
use crate::{Fault, Platform};

/// The fault of a host that the fleet does not have.
#[must_use]
pub fn unknown(name: &str, inventory: &Inventory) -> Fault {
    let near = nearest(name, inventory.hosts.keys().map(String::as_str));
    let all: Vec<String> = inventory.hosts.keys().take(10).map(|it| format!("`{it}`")).collect();
    Fault {
        code: "host-unknown",
        host: None,
        field: "",
        position: None,
        message: format!("the fleet has no host `{}`", visible(name)),
        help: match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if all.is_empty() => "the fleet has no hosts".into(),
            None => format!("it has {}", all.join(", ")),
        },
        lacking: false,
    }
}

pub fn platform(name: &str, host: &Host, faults: &mut Vec<Fault>) -> Option<Platform> {
    let system = host.text("platform").unwrap_or_default();
    let platform = Platform::parse(system);
    if platform.is_none() {
        let (message, help) = if system.ends_with("-darwin") {
            (
                format!(
                    "`{name}` is a Mac ({system}), and macOS cannot be installed into a VM from here"
                ),
                "VMs are for hosts with a Linux platform; `--all` passes over Macs".to_owned(),
            )
        } else {
            (
                format!("`{name}` has the platform `{}`", visible(system)),
                "write `x86_64-linux` or `aarch64-linux`".to_owned(),
            )
        };
        faults.push(Fault {
            code: "platform-not-linux",
            host: Some(name.to_owned()),
            field: "platform",
            position: host.position("platform").cloned(),
            message,
            help,
            lacking: false,
        });
    }
    platform
}

/// A host whose arguments alone say that it has no disks. What its modules bring is known once it is
/// evaluated.
pub fn disks(name: &str, host: &Host, faults: &mut Vec<Fault>) {
    if host.has_modules() || host.is_vm == true {
        return;
    }
    faults.push(Fault {
        code: "disks-missing",
        host: Some(name.to_owned()),
        field: "",
        position: host.position("").cloned(),
        message: format!("`{name}` has no disk layout, so there is nothing to install it on"),
        help: DISKS.to_owned(),
        lacking: false,
    });
}

/// The fault of a fleet without any host for a VM.
pub fn none(inventory: &Inventory) -> Fault {
    let (code, message, help) = if inventory.hosts.is_empty() {
        let help = "give it one: `hosts.web-01 = { platform = \"x86_64-linux\"; };`";
        ("host-unknown", "the fleet has no hosts", help)
    } else {
        let help = "VMs are for hosts with a Linux platform";
        ("platform-not-linux", "all hosts of the fleet are Macs", help)
    };
    Fault {
        code,
        host: None,
        field: "",
        position: None,
        message: message.to_owned(),
        help: help.to_owned(),
        lacking: false,
    }
}
