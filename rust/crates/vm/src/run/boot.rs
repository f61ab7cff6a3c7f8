//! Booting a host's machine, and reaching who is in it.

use std::path::PathBuf;

use nixfleet_nix::Foreign;

use super::Run;
use crate::hypervisor::Machine;
use crate::launch::{Display, Forward, Guest, Lan, Launch};
use crate::ssh::{Connection, Target};
use crate::state::{Disks, Role};
use crate::{Cancel, Error, console, files, ports};

/// A machine to boot.
pub struct Boot<'a> {
    /// Which of the host's machines.
    pub role: Role,
    /// The ISO, for the installer.
    pub iso: Option<PathBuf>,
    /// Its disks, whose images lie in its folder.
    pub disks: Disks,
    /// What the host's configuration says of its machine; the installer's says nothing.
    pub machine: Guest,
    /// Memory in MiB.
    pub memory: u32,
    /// Virtual processors.
    pub cores: u32,
    /// The port that SSH had before.
    pub port: Option<u16>,
    /// Ports of the guest that lead out, besides SSH.
    pub outside: &'a [u16],
    /// The window.
    pub display: Display,
    /// A network shared with other VMs.
    pub lan: Option<Lan>,
    /// Whether it ends with this process.
    pub bound: bool,
}

/// A machine that runs.
pub struct Running {
    /// The machine.
    pub machine: Box<dyn Machine>,
    /// Its forwarded ports; the first is SSH.
    pub forwards: Vec<Forward>,
    /// Its console.
    pub console: PathBuf,
    /// How much of the console is of a start that was given up.
    pub given_up: u64,
    /// How root is reached.
    pub root: Target,
    /// The connection that all shares that is asked as root, since root was admitted.
    pub connection: Option<Box<dyn Connection>>,
}

impl Running {
    /// The console's last lines, for a message.
    #[must_use]
    pub fn last_lines(&self) -> Foreign {
        console::last_lines(&self.console, 15)
    }
}

impl Run<'_> {
    /// Boots a machine. A port that another program took in the meantime is replaced.
    ///
    /// # Errors
    /// When QEMU does not come up.
    pub fn boot(&self, boot: &Boot) -> Result<Running, Error> {
        let folder = self.folder.role(boot.role);
        self.folder.place_sockets(boot.role)?;
        let files = self.folder.files(boot.role);
        let mut wanted = boot.port;
        let mut attempts = 5;
        loop {
            let forwards = forwards(wanted.take(), boot.outside)?;
            let launch = Launch {
                name: self.plan.host.clone(),
                qemu: self.plan.qemu.clone(),
                platform: self.plan.platform,
                accelerator: self.accelerator(),
                memory: boot.memory,
                cores: boot.cores,
                firmware: self.plan.firmware.code.clone(),
                vars: folder.join("vars.fd"),
                disks: boot.disks.in_folder(&folder),
                scratch: boot.role != Role::Vm,
                iso: boot.iso.clone(),
                machine: boot.machine.clone(),
                forwards: forwards.clone(),
                offline: self.options.offline,
                lan: boot.lan,
                display: boot.display.clone(),
                bound: boot.bound,
                files: files.clone(),
            };
            match self.world.hypervisor.launch(&launch) {
                Err(Error::PortTaken { .. }) if attempts > 1 => attempts -= 1,
                Err(error) => return Err(error),
                Ok(machine) => {
                    let root = self.target(boot.role, forwards[0].host, "root")?;
                    let console = files.console;
                    return Ok(Running {
                        machine,
                        forwards,
                        console,
                        given_up: 0,
                        root,
                        connection: None,
                    });
                }
            }
        }
    }

    /// How a user of the guest is reached.
    ///
    /// # Errors
    /// When the agent's key cannot be written down for `ssh`.
    pub fn target(&self, role: Role, port: u16, user: &str) -> Result<Target, Error> {
        let folder = self.folder.role(role);
        Ok(Target {
            port,
            user: user.to_owned(),
            identity: self.identity()?,
            known_hosts: folder.join("known_hosts"),
            shared: (user == "root").then(|| self.folder.socket(role, "ssh")),
            lost: Cancel::default(),
        })
    }

    /// The file that tells `ssh` which key to use. Of a key that the agent has, that is its public
    /// half.
    fn identity(&self) -> Result<PathBuf, Error> {
        if let Some(file) = &self.plan.key.file {
            return Ok(file.clone());
        }
        let path = self.folder.path().join("agent-key.pub");
        files::write(&path, format!("{}\n", self.plan.key.line).as_bytes())?;
        Ok(path)
    }
}

fn forwards(ssh: Option<u16>, outside: &[u16]) -> Result<Vec<Forward>, Error> {
    let free = |wanted| {
        ports::free(wanted).map_err(|error| Error::Program {
            program: "the network of this machine".into(),
            reason: error.to_string().into(),
        })
    };
    let mut all = vec![Forward { host: free(ssh)?, guest: 22 }];
    for &guest in outside {
        let mut host = free(None)?;
        while all.iter().any(|it| it.host == host) {
            host = free(None)?;
        }
        all.push(Forward { host, guest });
    }
    Ok(all)
}
