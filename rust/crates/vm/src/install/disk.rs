//! The disk by the name that the host's layout has for it. A host that is made for hardware names
//! its disk by what it is there (`/dev/disk/by-id/nvme-…`); QEMU's is `/dev/vda`.

use std::time::Duration;

use crate::Error;
use crate::assertion::word;
use crate::run::{Run, Running};

/// How long the guest may take to make a link.
const LIMIT: Duration = Duration::from_secs(60);

/// Gives QEMU's disk the name in the installer. The installed system finds its partitions by their
/// labels, as disko has it, and needs no such name.
///
/// Of several disks the VM has one, and the disk script says which it misses.
///
/// # Errors
/// When the installer cannot be reached or does not make the link.
pub fn name(run: &Run, running: &Running, devices: &[String]) -> Result<(), Error> {
    let [device] = devices else { return Ok(()) };
    let ran = run.world.remote.run(&running.root, &script(device), LIMIT);
    match ran {
        Ok(ran) if ran.status == 0 => Ok(()),
        Ok(ran) => Err(Error::DiskName { device: device.clone(), reason: ran.stderr }),
        Err(error) => Err(Error::DiskName { device: device.clone(), reason: error.to_string() }),
    }
}

fn script(device: &str) -> String {
    let device = word(device);
    format!(
        "test -e {device} || test -L {device} || \
         {{ mkdir -p \"$(dirname {device})\" && ln -s /dev/vda {device}; }}"
    )
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::script;

    #[test]
    fn a_missing_device_becomes_a_link_and_one_that_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let device = folder.path().join("disk/by-id/it's a disk");
        for _ in 0..2 {
            let script = script(device.to_str().unwrap());
            assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
            assert_eq!(device.read_link().unwrap().to_str(), Some("/dev/vda"));
        }
    }
}
