//! Any bytes are an inventory or an error, and its fields can be asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nixfleet_inventory::Inventory;

fuzz_target!(|bytes: &[u8]| {
    match Inventory::parse(bytes, "fuzz") {
        Ok(inventory) => {
            for host in inventory.hosts.values() {
                let _ = (host.ssh_keys(), host.spec(), host.is_nixos());
                let _ = (host.value("hostSpec.networking.address"), host.position("hostSpec.x"));
            }
        }
        Err(error) => {
            let _ = error.to_string();
        }
    }
});
