//! The images of a VM's disks, in the order in which the guest has them.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How many disks a VM has. The images lie in the folder of an install or a machine:
/// `disk.qcow2`, `disk-2.qcow2` and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Disks(usize);

impl Default for Disks {
    fn default() -> Self {
        Self(1)
    }
}

impl Disks {
    /// So many disks; a machine has one at the least.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self(count.max(1))
    }

    /// The images in a folder.
    #[must_use]
    pub fn in_folder(self, folder: &Path) -> Vec<PathBuf> {
        let name = |number| match number {
            1 => folder.join("disk.qcow2"),
            _ => folder.join(format!("disk-{number}.qcow2")),
        };
        (1..=self.0.max(1)).map(name).collect()
    }

    /// Whether all images are in a folder.
    #[must_use]
    pub fn are_in(self, folder: &Path) -> bool {
        self.in_folder(folder).iter().all(|it| it.is_file())
    }
}
