//! The control plane through its doors, as hosts and people see it: the same over each database.

mod crowd;
#[cfg(target_os = "linux")]
mod full;
mod keys;
mod leave;
mod liar;
mod lost;
mod pages;
mod people;
mod releases;

use serde_json::json;

use crate::common::{Fleet, Host, Plane};

pub fn two_waves() -> Fleet {
    Fleet::of(
        &[("web-01", "canary"), ("web-02", "rest"), ("web-03", "rest")],
        json!([{ "name": "canary" }, { "name": "rest", "atMost": 1 }]),
    )
}

/// A control plane with release 1, and hosts that have been heard of.
pub fn begun(fleet: &Fleet) -> (Plane, Vec<Host>) {
    let plane = Plane::start();
    assert!(plane.bring(&fleet.release(1)).0);
    let mut hosts: Vec<Host> =
        fleet.hosts.iter().map(|(name, _)| Host::of(&plane, fleet, name)).collect();
    for host in &mut hosts {
        host.may();
    }
    (plane, hosts)
}
