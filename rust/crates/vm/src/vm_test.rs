//! `nixfleet.vmTest` as Nix gives it: what must hold on a host, and the VM that it is tested in.

use nixfleet_assertion::Spec;
use serde::Deserialize;

/// What a host's modules say about its test.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VmTest {
    /// What must hold.
    #[serde(flatten)]
    pub spec: Spec,
    /// Memory in MiB.
    pub memory: u32,
    /// Virtual processors.
    pub cores: u32,
    /// Disk in GiB.
    pub disk_size: u32,
}

impl Default for VmTest {
    fn default() -> Self {
        Self { spec: Spec::default(), memory: 1024, cores: 2, disk_size: 20 }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_given_has_a_default() {
        let read = |value| serde_json::from_value::<VmTest>(value).unwrap();
        assert_eq!(read(json!({})), VmTest::default());
        let given = read(json!({ "diskSize": 5, "units": ["a.service"] }));
        assert_eq!((given.memory, given.disk_size, given.spec.units.len()), (1024, 5, 1));
    }
}
