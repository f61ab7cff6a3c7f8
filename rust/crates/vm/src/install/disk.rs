//! The disks of the VM: one for each that the host's layout has, under the name that the layout has
//! for it. A host that is made for hardware names its disks by what they are there
//! (`/dev/disk/by-id/nvme-…`); QEMU's are `/dev/vda`, `/dev/vdb` and so on.

use std::time::Duration;

use serde::Deserialize;

use crate::run::{Run, Running};
use crate::ssh::Target;
use crate::{Error, Phase};
use nixfleet_text::word;

/// How long the guest may take to make a link.
const LIMIT: Duration = Duration::from_secs(60);

/// A disk of the host's layout, as disko has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Disk {
    /// Its name, such as `/dev/disk/by-id/nvme-…`.
    pub device: String,
    /// The sizes of its partitions. One that is no number with a unit, such as `100%`, says nothing.
    #[serde(default)]
    pub sizes: Vec<String>,
    /// How large disko makes an image of it.
    #[serde(rename = "imageSize")]
    pub image: Option<String>,
}

impl Disk {
    /// Its size in GiB: what is usual, or more where the layout takes more.
    #[must_use]
    pub fn size(&self, usual: u32) -> u32 {
        let sizes = self.sizes.iter().filter_map(|it| mebibytes(it));
        let taken = sizes.fold(0, u64::saturating_add);
        // The tables at both ends, and the partitions' alignment.
        let taken = if taken == 0 { 0 } else { taken.saturating_add(16) };
        let image = self.image.as_deref().and_then(mebibytes).unwrap_or(0);
        usual.max(u32::try_from(taken.max(image).div_ceil(1024)).unwrap_or(u32::MAX))
    }
}

/// A size as sgdisk takes it, `512M` or `2G`.
fn mebibytes(size: &str) -> Option<u64> {
    let unit = size.chars().last()?;
    let count: u64 = size.strip_suffix(unit)?.parse().ok()?;
    match unit {
        'K' => Some(count.div_ceil(1024)),
        'M' => Some(count),
        'G' => Some(count.saturating_mul(1 << 10)),
        'T' => Some(count.saturating_mul(1 << 20)),
        'P' => Some(count.saturating_mul(1 << 30)),
        _ => None,
    }
}

/// The disks in the order in which QEMU has them: those that are named as QEMU names them have their
/// place, the others fill what is left in the order of the layout.
#[must_use]
pub fn ordered(disks: Vec<Disk>) -> Vec<Disk> {
    let mut slots: Vec<Option<Disk>> = vec![None; disks.len()];
    let mut others = Vec::new();
    for disk in disks {
        let number = (0..slots.len()).find(|it| node(*it) == disk.device);
        match number {
            Some(number) if slots[number].is_none() => slots[number] = Some(disk),
            _ => others.push(disk),
        }
    }
    let mut others = others.into_iter();
    slots.into_iter().filter_map(|it| it.or_else(|| others.next())).collect()
}

/// The guest's name of a disk of QEMU's.
fn node(number: usize) -> String {
    let letter = char::from(b'a' + u8::try_from(number.min(25)).unwrap_or_default());
    format!("/dev/vd{letter}")
}

/// Gives QEMU's disks their names in the installer. The installed system finds its partitions by
/// their labels, as disko has it, and needs no such name.
///
/// # Errors
/// When the installer cannot be reached or does not make a link.
pub fn name(run: &Run, running: &mut Running, disks: &[Disk]) -> Result<(), Error> {
    for (number, Disk { device, .. }) in disks.iter().enumerate() {
        let failed = |reason| Error::DiskName { device: device.clone(), reason };
        let script = script(device, &node(number));
        let ask = |root: &Target| run.world.remote.run(root, &script, LIMIT);
        let ran = run.watched(Phase::Install, running, ask)?;
        let ran = ran.map_err(|error| failed(error.to_string().into()))?;
        if ran.status != 0 {
            return Err(failed(ran.stderr));
        }
    }
    Ok(())
}

fn script(device: &str, node: &str) -> String {
    let device = word(device);
    format!(
        "test -e {device} || test -L {device} || \
         {{ mkdir -p \"$(dirname {device})\" && ln -s {node} {device}; }}"
    )
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_missing_device_becomes_a_link_and_one_that_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let device = folder.path().join("disk/by-id/it's a disk");
        for node in ["/dev/vdb", "/dev/vdc"] {
            let script = script(device.to_str().unwrap(), node);
            assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
            assert_eq!(device.read_link().unwrap().to_str(), Some("/dev/vdb"));
        }
    }

    #[test]
    fn a_disk_is_as_large_as_usual_or_as_its_parts_need() {
        let size = |sizes: &[&str]| {
            let sizes = sizes.iter().map(ToString::to_string).collect();
            Disk { sizes, ..Disk::default() }.size(20)
        };
        assert_eq!(size(&[]), 20);
        assert_eq!(size(&["512M", "8G", "100%", "", "-1G"]), 20);
        assert_eq!(size(&["1G", "40G"]), 42, "what lies between the partitions has a place too");
        assert_eq!(size(&["1T"]), 1025);
        let most = format!("{}P", u64::MAX);
        assert_eq!(size(&[&most, &most]), u32::MAX);
        let image = Some("30G".to_owned());
        assert_eq!(Disk { image, ..Disk::default() }.size(20), 30);
    }

    #[test]
    fn what_is_named_as_qemu_names_it_is_what_it_says() {
        let order = |devices: &[&str]| {
            let disk = |it: &&str| Disk { device: (*it).to_owned(), ..Disk::default() };
            let disks = ordered(devices.iter().map(disk).collect());
            disks.into_iter().map(|it| it.device).collect::<Vec<_>>()
        };
        assert_eq!(order(&["/dev/vdb", "/dev/x", "/dev/vda"]), ["/dev/vda", "/dev/vdb", "/dev/x"]);
        assert_eq!(order(&["/dev/b", "/dev/a"]), ["/dev/b", "/dev/a"]);
        assert_eq!(order(&["/dev/vda", "/dev/vda"]), ["/dev/vda", "/dev/vda"]);
        assert_eq!(order(&["/dev/vdz"]), ["/dev/vdz"]);
    }
}
