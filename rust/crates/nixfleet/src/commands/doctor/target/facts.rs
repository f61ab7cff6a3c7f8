//! What a target is like: its system, firmware and processor.

use nixfleet_inventory::{Host, Inventory};

use crate::commands::doctor::finding::Finding;

/// What is asked there.
pub const SCRIPT: &str = include_str!("facts.sh");
/// What nixos-anywhere's installer needs to be started by kexec, in KiB: 1.5 GB by its
/// docs/requirements.md, less what kernel and firmware keep for themselves.
const KEXEC_MEMORY: u64 = 1_400_000;
/// The processors that nixos-anywhere has kexec images for.
const KEXEC_MACHINES: [&str; 2] = ["x86_64", "aarch64"];
/// What helps where kexec does not.
const ISO: &str = "boot it from the fleet's ISO, `nix build .#iso`";

/// The answers of the script.
pub struct Facts<'a>(pub &'a str);

impl Facts<'_> {
    /// Whether all was asked: the shell there may be none, or only let certain commands run.
    pub fn are_whole(&self) -> bool {
        self.0.lines().any(|line| line == "end")
    }

    /// Every value of a word.
    pub fn all(&self, word: &str) -> Vec<&str> {
        let lines = self.0.lines().filter_map(|line| line.split_once(' '));
        lines.filter(|(it, _)| *it == word).map(|(_, value)| value.trim()).collect()
    }

    fn one(&self, word: &str) -> &str {
        self.all(word).first().copied().unwrap_or_default()
    }

    /// Whether it is an installer, or a Linux that can start one.
    pub fn system(&self) -> Finding {
        let system = format!("{}, named `{}`", self.one("system"), self.one("name"));
        if self.one("variant") == "installer" {
            return Finding::fine("system", format!("{system}, an installer"));
        }
        let Some((trouble, help)) = self.hindrance() else {
            let text = format!("{system}, which nixos-anywhere replaces by kexec");
            return Finding::fine("system", text);
        };
        Finding::lacking("system", format!("{system}, {trouble}"), help)
    }

    /// Why no installer can be started by kexec, and what to do.
    fn hindrance(&self) -> Option<(String, String)> {
        let iso = || ISO.to_owned();
        let memory = self.one("memory").parse::<u64>().unwrap_or(0);
        let without = self.all("without");
        if self.one("kernel") != "Linux" {
            return Some(("which is not Linux and cannot be replaced while it runs".into(), iso()));
        }
        if !matches!(self.one("container"), "" | "none") {
            let help = "install its host, or take a machine with a kernel of its own";
            return Some((format!("a container ({})", self.one("container")), help.into()));
        }
        if !KEXEC_MACHINES.contains(&self.one("arch")) {
            let text = format!("which has no installer to kexec for {}", self.one("arch"));
            return Some((text, iso()));
        }
        if memory < KEXEC_MEMORY {
            let text = format!("with {} MiB of memory, too little for kexec", memory / 1024);
            return Some((text, iso()));
        }
        if self.one("kexec") == "1" {
            let help = format!("set `sysctl kernel.kexec_load_disabled=0` and reboot it, or {ISO}");
            return Some(("whose kernel has kexec turned off".into(), help));
        }
        let lockdown = self.one("lockdown");
        if !lockdown.is_empty() && !lockdown.contains("[none]") {
            let help = "turn Secure Boot off in the machine's setup: NixOS needs it off too";
            return Some((
                "whose kernel is locked down, so that it kexecs nothing".into(),
                help.into(),
            ));
        }
        if !without.is_empty() {
            let programs = without.join("`, `");
            let text = format!("without `{programs}`, which nixos-anywhere needs");
            return Some((text, format!("install it there with the system's packages, or {ISO}")));
        }
        None
    }

    /// Whether it is a host of the fleet already, and not the one that is meant.
    pub fn identity(&self, inventory: &Inventory, meant: &str) -> Option<Finding> {
        let name = self.one("name");
        let is_other = name != meant && inventory.hosts.contains_key(name);
        is_other.then(|| {
            let text = format!("it is called `{name}`, as another host of the fleet");
            let help = format!("an install as `{meant}` erases it: is its address the right one?");
            Finding::note("name", text, help)
        })
    }

    /// Whether one is root, or becomes root without a password.
    pub fn root(&self) -> Finding {
        match (self.one("user"), self.one("sudo")) {
            ("0", _) => Finding::fine("root", "logged in as root"),
            (_, "yes") => Finding::fine("root", "by sudo, without a password"),
            _ => Finding::lacking(
                "root",
                "neither root nor sudo without a password",
                "log in as root, or let the user have `NOPASSWD` in sudoers",
            ),
        }
    }

    /// By what the machine started, and whether the host's boot loader is for that.
    pub fn firmware(&self, host: Option<&str>) -> Finding {
        let is_uefi = self.one("boot") == "uefi";
        let found = if is_uefi { "UEFI" } else { "BIOS" };
        match (host, is_uefi) {
            (Some("bios"), true) => Finding::note(
                "firmware",
                "UEFI, and the host's boot loader is for a BIOS",
                "let the machine start by BIOS in its setup, or give the host a layout for UEFI, \
                 such as `nixosModules.disks.ext4`",
            ),
            (Some("uefi"), false) => Finding::lacking(
                "firmware",
                "BIOS, by which the host's boot loader does not start",
                "turn UEFI on in the machine's setup, or give the host `nixosModules.disks.bios-ext4`",
            ),
            (Some(_), _) => {
                Finding::fine("firmware", format!("{found}, as the host's boot loader"))
            }
            (None, true) => Finding::fine("firmware", found),
            (None, false) => Finding::note(
                "firmware",
                "BIOS, by which most of the library's disk layouts do not boot",
                "turn UEFI on in the machine's setup, or give the host `nixosModules.disks.bios-ext4`",
            ),
        }
    }

    /// Whether the processor is the host's.
    pub fn architecture(&self, host: Option<&Host>) -> Finding {
        let found = self.one("arch");
        let Some(platform) = host.and_then(|host| host.text("platform")) else {
            return Finding::fine("architecture", found);
        };
        // Linux calls it `aarch64`, macOS `arm64`.
        let machine = if found == "arm64" { "aarch64" } else { found };
        if platform.split('-').next() == Some(machine) {
            return Finding::fine("architecture", format!("{found}, as the host's"));
        }
        Finding::lacking(
            "architecture",
            format!("{found}, and the host is for {platform}"),
            format!("write `platform = \"{machine}-linux\";`, or take another machine"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::Status;

    const ANSWERS: &str = "system Debian\nvariant \nname old\nkernel Linux\narch x86_64\nuser 0\n\
                           memory 2000000\nboot uefi\ncontainer none\nkexec 0\n\
                           lockdown [none] integrity confidentiality\nend\n";

    fn changed(from: &str, to: &str) -> Finding {
        Facts(&ANSWERS.replace(from, to)).system()
    }

    #[test]
    fn an_installer_and_a_linux_that_kexecs_are_fine() {
        assert_eq!(
            changed("", "").text,
            "Debian, named `old`, which nixos-anywhere replaces by kexec"
        );
        assert_eq!(
            changed("variant ", "variant installer").text,
            "Debian, named `old`, an installer"
        );
        // Whatever else it is.
        let small = changed("variant \n", "variant installer\nwithout cpio\nmemory 500000\n");
        assert_eq!(small.status, Status::Fine);
    }

    #[test]
    fn what_hinders_kexec_is_told() {
        for (from, to, expected) in [
            ("kernel Linux", "kernel Darwin", "not Linux"),
            ("container none", "container lxc", "a container (lxc)"),
            ("arch x86_64", "arch riscv64", "no installer to kexec for riscv64"),
            ("memory 2000000", "memory 1200000", "1171 MiB of memory"),
            ("kexec 0", "kexec 1", "kexec turned off"),
            ("[none] integrity", "none [integrity]", "locked down"),
            ("kexec 0", "without tar\nwithout cpio\nkexec 0", "without `tar`, `cpio`"),
        ] {
            let found = changed(from, to);
            assert_eq!(found.status, Status::Lacking, "{expected}");
            assert!(found.text.contains(expected), "{}", found.text);
        }
    }

    #[test]
    fn the_firmware_is_compared_with_the_boot_loaders() {
        let status =
            |boot: &str, host| Facts(&ANSWERS.replace("boot uefi", boot)).firmware(host).status;
        assert_eq!(status("boot uefi", Some("uefi")), Status::Fine);
        assert_eq!(status("boot bios", Some("bios")), Status::Fine);
        assert_eq!(status("boot bios", Some("uefi")), Status::Lacking);
        assert_eq!(status("boot uefi", Some("bios")), Status::Note);
        assert_eq!(status("boot uefi", None), Status::Fine);
        assert_eq!(status("boot bios", None), Status::Note);
    }

    #[test]
    fn another_architecture_is_told() {
        let host = Host { platform: "aarch64-linux".into(), ..Host::default() };
        assert_eq!(Facts(ANSWERS).architecture(Some(&host)).status, Status::Lacking);
        let apple = ANSWERS.replace("x86_64", "arm64");
        assert_eq!(Facts(&apple).architecture(Some(&host)).status, Status::Fine);
    }

    #[test]
    fn another_host_of_the_fleet_is_not_erased_unseen() {
        let json = br#"{ "apiVersion": 1, "hosts": { "old": { }, "web": { } } }"#;
        let fleet = Inventory::parse(json, "test").unwrap();
        assert_eq!(Facts(ANSWERS).identity(&fleet, "web").unwrap().status, Status::Note);
        assert!(Facts(ANSWERS).identity(&fleet, "old").is_none());
    }

    #[test]
    fn root_is_had_by_login_or_by_sudo() {
        let status = |text: &str| Facts(text).root().status;
        assert_eq!(status("user 0"), Status::Fine);
        assert_eq!(status("user 1000\nsudo yes"), Status::Fine);
        assert_eq!(status("user 1000"), Status::Lacking);
        assert_eq!(Facts("boot bios").firmware(None).status, Status::Note);
    }
}
