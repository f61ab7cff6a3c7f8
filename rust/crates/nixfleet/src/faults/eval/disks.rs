//! A disk that two hosts call theirs.

use std::collections::HashMap;

use nixfleet_inventory::Host;
use nixfleet_nix::Position;
use serde_json::Value;
use thiserror::Error;

use super::answer::Answer;
use crate::faults::{Fault, Problem, Severity};
use crate::text::quote::quote;

#[derive(Debug, Error)]
#[error("the disk {} is {}, and so is one of the host {}", quote(.disk), quote(.path), quote(.other))]
struct SharedDisk {
    disk: String,
    path: String,
    other: String,
}

impl Problem for SharedDisk {
    fn code(&self) -> &'static str {
        "disk-duplicate"
    }

    fn severity(&self) -> Severity {
        // Storage that several machines reach, such as a SAN, is called the same by all of them.
        Severity::Warning
    }

    fn help(&self) -> String {
        "write the name of this host's own, of `ls -l /dev/disk/by-id` there: an install erases it"
            .to_owned()
    }
}

/// The disks of the hosts so far, by the names that hold a serial number.
#[derive(Default)]
pub struct Disks {
    first: HashMap<String, (String, Value)>,
}

impl Disks {
    /// The disks of a host that an earlier one has too. Two builds of one machine have the same.
    ///
    /// `place` tells where the host's files name one.
    pub fn shared(
        &mut self,
        name: &str,
        host: &Host,
        answer: &Answer,
        place: &dyn Fn(&str) -> Option<Position>,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (disk, path) in &answer.disks {
            let Some(path) = path.as_ref().filter(|path| has_serial(path)) else { continue };
            let own = || (name.to_owned(), host.host_name.clone());
            let (other, host_name) = self.first.entry(path.clone()).or_insert_with(own);
            if other != name && *host_name != host.host_name {
                let (disk, path, other) = (disk.clone(), path.clone(), other.clone());
                faults.push(Fault {
                    hosts: vec![name.to_owned()],
                    field: String::new(),
                    position: place(&path).or_else(|| host.position("").cloned()),
                    text: None,
                    problem: Box::new(SharedDisk { disk, path, other }),
                });
            }
        }
        faults
    }
}

/// Whether the name is of one disk in the world. Hypervisors give the disks of every VM the same
/// names, or those that the VM's owner chose.
fn has_serial(path: &str) -> bool {
    path.strip_prefix("/dev/disk/by-id/").is_some_and(|id| {
        !id.contains("QEMU") && !id.starts_with("virtio-") && !id.starts_with("google-")
    })
}

#[cfg(test)]
mod tests {
    use super::has_serial;

    #[test]
    fn hypervisors_give_no_serial_numbers() {
        assert!(has_serial("/dev/disk/by-id/nvme-Samsung_SSD_980_1TB_S649NX0R123456"));
        assert!(has_serial("/dev/disk/by-id/wwn-0x5002538e00000000"));
        assert!(!has_serial("/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi0"));
        assert!(!has_serial("/dev/disk/by-id/ata-QEMU_HARDDISK_QM00001"));
        assert!(!has_serial("/dev/disk/by-id/virtio-root"));
        assert!(!has_serial("/dev/disk/by-id/google-persistent-disk-0"));
        assert!(!has_serial("/dev/sda"));
    }
}
