//! The disks of a target, and what a host's configuration says of the machine: its disks, and by what
//! it starts.

use serde::Deserialize;

use super::Meant;
use super::facts::Facts;
use crate::commands::doctor::finding::Finding;
use crate::faults::eval::ask;
use nixfleet_text::word;

/// The disks that a host's configuration names, and the firmware that its boot loader is for.
const QUESTION: &str = concat!(
    "host: { disks = map (disk: disk.device) (builtins.attrValues ((",
    include_str!("../../../faults/eval/disks.nix"),
    ") host)); firmware = (",
    include_str!("firmware.nix"),
    ") host; }"
);

/// What a host's configuration says of its machine.
#[derive(Debug, Deserialize)]
pub struct Configured {
    disks: Vec<Option<String>>,
    /// `uefi` or `bios`; none where the loader may be for either.
    pub firmware: Option<String>,
}

impl Configured {
    /// The disks that disko is to format.
    pub fn disks(&self) -> Vec<String> {
        self.disks.iter().flatten().cloned().collect()
    }
}

/// What the configuration says.
///
/// # Errors
/// With the line that says so, when Nix cannot tell.
pub fn of_host(meant: &Meant) -> Result<Configured, Finding> {
    let configured = ask(meant.nix, meant.flake, meant.name, meant.host, QUESTION);
    // nixos-anywhere would fail as Nix does.
    configured.map_err(|error| {
        let host = word(meant.name);
        let help = format!("`nixfleet validate --eval -h {host}` shows why it cannot be evaluated");
        let reason = error.to_string();
        let reason = reason.lines().next().unwrap_or_default();
        Finding::lacking("disks", format!("the host's disks are not known: {reason}"), help)
    })
}

impl Facts<'_> {
    /// All disks there are.
    pub fn disks(&self) -> Finding {
        Finding::fine("disks", self.described().join(", "))
    }

    /// Whether the disks that a host's configuration names are there.
    pub fn has_disks(&self, meant: &[String]) -> Vec<Finding> {
        if meant.is_empty() {
            let help = "import one of `nixosModules.disks`, or describe the disk in \
                        `disko.devices`: nixos-anywhere formats what is written there";
            return vec![Finding::lacking("disk", "the host's configuration names none", help)];
        }
        meant.iter().map(|disk| self.has_disk(disk)).collect()
    }

    fn has_disk(&self, path: &str) -> Finding {
        match self.device_of(path) {
            Some(device) => {
                let size = self.sizes().find(|(it, _)| *it == device).map(|(_, size)| size);
                let mut text = format!("{path} is there");
                if device != path {
                    text = format!("{text}, {device}");
                }
                Finding::fine("disk", text + &size.map_or(String::new(), |it| format!(", {it}")))
            }
            None => Finding::lacking(
                "disk",
                format!("{path} is not there"),
                match self.described().as_slice() {
                    [] => "it has no disk: is one plugged in, and its controller's driver loaded?"
                        .to_owned(),
                    all => format!("write the one that is meant: it has {}", all.join(", ")),
                },
            ),
        }
    }

    /// The device that a path is, or leads to.
    fn device_of(&self, path: &str) -> Option<&str> {
        let disk = self.sizes().find(|(disk, _)| *disk == path).map(|(disk, _)| disk);
        disk.or_else(|| self.links().find(|(link, _)| *link == path).map(|(_, device)| device))
    }

    /// Each disk with its size, and with the name of it that stays.
    fn described(&self) -> Vec<String> {
        let name = |disk: &str| {
            let is_stable = |link: &str| link.starts_with("/dev/disk/by-id/");
            self.links().find(|(link, it)| *it == disk && is_stable(link)).map(|(link, _)| link)
        };
        let describe = |(disk, size): (&str, String)| match name(disk) {
            Some(name) => format!("{name} ({disk}, {size})"),
            None => format!("{disk} ({size})"),
        };
        self.sizes().map(describe).collect()
    }

    /// Linux counts disks in sectors of 512 bytes, whatever the disk's own are.
    fn sizes(&self) -> impl Iterator<Item = (&str, String)> {
        self.all("disk").into_iter().map(|line| {
            let (disk, sectors) = line.split_once(' ').unwrap_or((line, ""));
            let bytes = sectors.parse::<u64>().unwrap_or(0) * 512;
            let size = if bytes >= 1 << 30 {
                format!("{} GiB", bytes >> 30)
            } else {
                format!("{} MiB", bytes >> 20)
            };
            (disk, size)
        })
    }

    fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all("link").into_iter().filter_map(|line| line.rsplit_once(' '))
    }
}

#[cfg(test)]
mod tests {
    use nixfleet_inventory::{Flake, Host, Inventory};
    use nixfleet_nix::FakeNix;

    use super::*;
    use crate::commands::doctor::finding::Status;

    const ANSWERS: &str = "disk /dev/vda 41943040\ndisk /dev/sda 2048\n\
                           link /dev/disk/by-id/x /dev/vda\nlink /dev/disk/by-path/y /dev/sda\n";

    #[test]
    fn a_disk_is_known_by_each_of_its_names() {
        let facts = Facts(ANSWERS);
        for (path, expected) in [
            ("/dev/vda", "/dev/vda is there, 20 GiB"),
            ("/dev/disk/by-id/x", "/dev/disk/by-id/x is there, /dev/vda, 20 GiB"),
            ("/dev/disk/by-path/y", "/dev/disk/by-path/y is there, /dev/sda, 1 MiB"),
        ] {
            let found = facts.has_disks(&[path.to_owned()]);
            assert_eq!((found[0].text.as_str(), found[0].status), (expected, Status::Fine));
        }
        let found = facts.has_disks(&["/dev/nvme0n1".to_owned()]);
        assert_eq!(found[0].status, Status::Lacking);
        let all = "it has /dev/disk/by-id/x (/dev/vda, 20 GiB), /dev/sda (1 MiB)";
        assert!(found[0].help.as_ref().unwrap().ends_with(all), "{:?}", found[0].help);
        assert_eq!(facts.has_disks(&[])[0].status, Status::Lacking);
    }

    #[test]
    fn the_hosts_disks_are_asked_of_nix() {
        let nix = FakeNix::default().answer(
            ".#nixosConfigurations.\"web\"",
            r#"{ "disks": ["/dev/sda", null], "firmware": "uefi" }"#,
        );
        let host = Host { class: "nixos".into(), ..Host::default() };
        let (flake, inventory) = (Flake::new("."), Inventory::default());
        let disks = |name| {
            let (flake, inventory) = (&flake, &inventory);
            of_host(&Meant { name, host: &host, inventory, flake, nix: &nix })
        };
        assert_eq!(disks("web").unwrap().disks(), ["/dev/sda"]);
        assert_eq!(disks("db").unwrap_err().status, Status::Lacking);
    }
}
