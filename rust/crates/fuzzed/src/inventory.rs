//! Any bytes are an inventory or an error that is safe to show, and its fields can be asked for.

use nixfleet_inventory::Inventory;

const FIELDS: &[&str] = &[
    "hostName",
    "platform",
    "hostSpec",
    "hostSpec.sshAuthorizedKeys",
    "hostSpec.networking.address",
    "hostSpec.no.such.field",
    "",
];

/// An inventory.
pub fn any(bytes: &[u8]) {
    match Inventory::parse(bytes, "fuzz") {
        Ok(inventory) => {
            for host in inventory.hosts.values() {
                let _ = (host.ssh_keys(), host.spec(), host.is_nixos());
                for field in FIELDS {
                    let _ = (host.value(field), host.text(field), host.position(field));
                }
            }
        }
        Err(error) => assert!(!error.to_string().contains(char::is_control)),
    }
}
