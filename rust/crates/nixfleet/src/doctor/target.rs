//! A machine that is to be installed.

use nixfleet_inventory::{Flake, Host, Nix};
use nixfleet_vm::process::Output;

use super::finding::Finding;
use super::ssh::Ssh;

/// What is asked there.
const SCRIPT: &str = include_str!("target.sh");
/// The disks that a host's configuration names.
const DISKS: &str = "host: builtins.attrValues (builtins.mapAttrs (_: disk: disk.device or null) \
                     (host.config.disko.devices.disk or { }))";
/// What nixos-anywhere's installer needs to be started by kexec, in KiB (its system requirements
/// say 1 GB).
const KEXEC_MEMORY: u64 = 1_000_000;

/// What the target is like, as far as it lets itself be looked at.
pub fn findings(
    ssh: &Ssh,
    nix: &dyn Nix,
    flake: &Flake,
    host: Option<(&str, &Host)>,
) -> Vec<Finding> {
    let banner = match ssh.banner() {
        Ok(banner) => Finding::fine("SSH server", banner),
        Err(reason) => {
            return vec![Finding::lacking(
                "SSH server",
                reason,
                "is the machine on, its address right, and an SSH server running there? The \
                 fleet's ISO, `nix build .#iso`, starts one",
            )];
        }
    };
    let mut findings = vec![banner];
    let Ok(answer) = ssh.run(SCRIPT) else {
        findings.push(Finding::lacking("ssh", "not on PATH", "install OpenSSH"));
        return findings;
    };
    findings.extend(host_key(&answer));
    findings.push(login(ssh, &answer));
    if answer.status.is_some_and(|it| it.success()) {
        let facts = Facts(&answer.stdout);
        findings.extend(facts.system());
        if let Some((name, host)) = host {
            findings.extend(facts.architecture(host));
            findings.extend(facts.disks(nix, flake, name));
        } else {
            findings.push(Finding::fine("disks", facts.all("disk").join(", ")));
        }
    }
    findings
}

/// `ssh -v` says: `debug1: Server host key: ssh-ed25519 SHA256:…`
fn host_key(answer: &Output) -> Option<Finding> {
    let key = after(&answer.stderr, "Server host key: ")?;
    Some(Finding::fine("host key", key))
}

fn login(ssh: &Ssh, answer: &Output) -> Finding {
    let user = ssh.target.rsplit_once('@').map_or("the user", |(user, _)| user);
    if answer.status.is_some_and(|it| it.success()) {
        // `debug1: Server accepts key: /root/.ssh/id_ed25519 ED25519 SHA256:…`
        let key = after(&answer.stderr, "Server accepts key: ");
        let key = key.unwrap_or_else(|| "without a key".to_owned());
        return Finding::fine("login", format!("{user} gets in with {key}"));
    }
    let refused = answer.stderr.contains("Permission denied");
    let reason = answer.stderr.lines().rfind(|line| !line.starts_with("debug1:"));
    let reason = reason.unwrap_or("no answer in time").trim().to_owned();
    if refused {
        Finding::lacking(
            "login",
            format!("{user} does not get in: {reason}"),
            "boot it from the fleet's ISO, which admits the `isoSshKeys`, or add a key of yours \
             there with `ssh-copy-id`; `nixfleet keys` shows which keys are here",
        )
    } else {
        Finding::lacking("login", reason, "mend the connection; `ssh -v` to the target shows more")
    }
}

fn after(text: &str, sign: &str) -> Option<String> {
    let found = text.lines().rev().find_map(|line| line.split_once(sign));
    found.map(|(_, rest)| rest.trim().to_owned())
}

/// The answers of the script.
struct Facts<'a>(&'a str);

impl Facts<'_> {
    fn all(&self, word: &str) -> Vec<String> {
        let lines = self.0.lines().filter_map(|line| line.split_once(' '));
        lines.filter(|(it, _)| *it == word).map(|(_, value)| value.trim().to_owned()).collect()
    }

    fn one(&self, word: &str) -> String {
        self.all(word).into_iter().next().unwrap_or_default()
    }

    /// Whether it is an installer, or a Linux that can start one.
    fn system(&self) -> Vec<Finding> {
        let system = self.one("system");
        let memory = self.one("memory").parse::<u64>().unwrap_or(0);
        let mut findings = Vec::new();
        findings.push(if self.one("variant") == "installer" {
            Finding::fine("system", format!("{system}, an installer"))
        } else if self.one("kernel") != "Linux" {
            Finding::lacking("system", system, "boot it from the fleet's ISO, `nix build .#iso`")
        } else if memory < KEXEC_MEMORY {
            let text = format!("{system} with {} MiB of memory", memory / 1024);
            let help = "too little to start an installer by kexec: boot it from the fleet's ISO";
            Finding::lacking("system", text, help)
        } else {
            Finding::fine("system", format!("{system}, which nixos-anywhere replaces by kexec"))
        });
        findings.push(match (self.one("user").as_str(), self.one("sudo").as_str()) {
            ("0", _) => Finding::fine("root", "logged in as root"),
            (_, "yes") => Finding::fine("root", "by sudo, without a password"),
            _ => Finding::lacking(
                "root",
                "neither root nor sudo without a password",
                "log in as root, or let the user have `NOPASSWD` in sudoers",
            ),
        });
        findings.push(Finding::fine("firmware", self.one("boot").to_uppercase()));
        findings
    }

    fn architecture(&self, host: &Host) -> Option<Finding> {
        let platform = host.text("platform")?;
        let found = self.one("arch");
        Some(if platform.split('-').next() == Some(&found) {
            Finding::fine("architecture", format!("{found}, as the host's"))
        } else {
            Finding::lacking(
                "architecture",
                format!("{found}, and the host is for {platform}"),
                format!("write `platform = \"{found}-linux\";`, or take another machine"),
            )
        })
    }

    /// Whether the disks that the host's configuration names are there.
    fn disks(&self, nix: &dyn Nix, flake: &Flake, name: &str) -> Vec<Finding> {
        let installable = flake.attr(&format!("nixosConfigurations.\"{name}\""));
        let Ok(disks) = nix.eval(&installable, Some(DISKS)) else {
            let help = "`nixfleet validate --eval` shows why it cannot be evaluated";
            return vec![Finding::note("disks", "the host's disks are not known", help)];
        };
        let there = self.all("disk");
        let named = self.all("name");
        let has = |disk: &str| {
            let is = |line: &String| line.split(' ').next() == Some(disk);
            there.iter().any(is) || named.iter().any(is)
        };
        let disks = disks.as_array().into_iter().flatten().filter_map(|disk| disk.as_str());
        disks
            .map(|disk| {
                if has(disk) {
                    return Finding::fine("disk", format!("{disk} is there"));
                }
                let all: Vec<&str> = there.iter().chain(&named).map(String::as_str).collect();
                let text = format!("{disk} is not there");
                Finding::lacking("disk", text, format!("it has: {}", all.join(", ")))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use nixfleet_inventory::FakeNix;

    use super::*;
    use crate::doctor::finding::Status;

    const ANSWERS: &str = "system Debian\nvariant installer\nkernel Linux\narch x86_64\nuser 0\n\
                           memory 2000000\nboot uefi\ndisk /dev/vda 100\nname /dev/disk/by-id/x /dev/vda\n";

    #[test]
    fn an_installer_with_the_right_disk_is_fine() {
        let question = ".#nixosConfigurations.\"web\"";
        let nix = FakeNix::default().answer(question, r#"["/dev/disk/by-id/x", "/dev/sdb"]"#);
        let found = Facts(ANSWERS).disks(&nix, &Flake::new("."), "web");
        let statuses: Vec<Status> = found.iter().map(|it| it.status).collect();
        assert_eq!(statuses, [Status::Fine, Status::Lacking]);
        assert!(Facts(ANSWERS).system().iter().all(|it| it.status == Status::Fine));
    }

    #[test]
    fn a_small_machine_cannot_start_an_installer() {
        let answers = ANSWERS.replace("installer", "").replace("2000000", "500000");
        assert_eq!(Facts(&answers).system()[0].status, Status::Lacking);
    }

    #[test]
    fn another_architecture_is_told() {
        let host = Host { platform: "aarch64-linux".into(), ..Host::default() };
        assert_eq!(Facts(ANSWERS).architecture(&host).unwrap().status, Status::Lacking);
    }
}
