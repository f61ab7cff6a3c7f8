//! The command line of a VM: all of QEMU's arguments, from data alone.

mod guest;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::{Accelerator, Platform};

pub use guest::{Card, Guest};

/// A VM to start.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The host's name, which is shown as the process's and the window's.
    pub name: String,
    /// The QEMU program.
    pub qemu: PathBuf,
    /// The guest's platform.
    pub platform: Platform,
    /// What runs its instructions.
    pub accelerator: Accelerator,
    /// Memory in MiB.
    pub memory: u32,
    /// Virtual processors.
    pub cores: u32,
    /// The firmware's code.
    pub firmware: PathBuf,
    /// The VM's own firmware variables.
    pub vars: PathBuf,
    /// The VM's disks, qcow2 images: `/dev/vda`, `/dev/vdb` and so on.
    pub disks: Vec<PathBuf>,
    /// Whether the disks are thrown away when the run fails, so that they need not be synchronised.
    pub scratch: bool,
    /// The ISO to boot from.
    pub iso: Option<PathBuf>,
    /// What the host's configuration says of its machine.
    pub machine: Guest,
    /// Ports of 127.0.0.1 that lead into the guest. The first is SSH.
    pub forwards: Vec<Forward>,
    /// Whether the guest can reach nothing but what is forwarded.
    pub offline: bool,
    /// A network that VMs share among each other.
    pub lan: Option<Lan>,
    /// The window.
    pub display: Display,
    /// Whether QEMU must end when this process does.
    pub bound: bool,
    /// Where QEMU's files go.
    pub files: Files,
}

/// A port of this machine that leads to one of the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forward {
    /// The port on 127.0.0.1.
    pub host: u16,
    /// The guest's port.
    pub guest: u16,
}

/// A network among VMs of this machine: datagrams to a multicast group that stay on loopback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lan {
    /// The group's port, which tells one network from another.
    pub port: u16,
    /// The last byte of the guest's hardware address.
    pub member: u8,
}

impl Lan {
    /// The hardware address of the guest's card: QEMU's prefix, then our own letters.
    #[must_use]
    pub fn mac(self) -> String {
        format!("52:54:00:4e:46:{:02x}", self.member)
    }
}

/// What shows the guest's screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Display {
    /// Nothing.
    None,
    /// A window.
    Gtk,
    /// A SPICE server on a socket, for `remote-viewer spice+unix://…`.
    Spice(PathBuf),
}

/// The files of a running QEMU.
#[derive(Debug, Clone)]
pub struct Files {
    /// The control socket. Its path must be short: a socket's may have about a hundred bytes.
    pub qmp: PathBuf,
    /// The process id.
    pub pid: PathBuf,
    /// The serial console.
    pub console: PathBuf,
    /// What QEMU itself says.
    pub log: PathBuf,
}

impl Launch {
    /// The arguments, without the program.
    #[must_use]
    pub fn arguments(&self) -> Vec<OsString> {
        let mut all = Arguments::default();
        all.add("-name", format!("nixfleet-{}", self.name));
        all.add("-machine", self.platform.machine());
        all.add("-accel", self.accelerator.name());
        all.add("-cpu", self.cpu());
        all.add("-m", self.memory.to_string());
        all.add("-smp", self.cores.to_string());
        // No floppy, parallel port or anything else that nobody asked for.
        all.flag("-nodefaults");
        self.storage(&mut all);
        self.network(&mut all);
        all.add("-device", "virtio-rng-pci");
        // Tells of a panic that the serial console does not show. What follows it is the guest's affair:
        // its own watchdogs may start it anew.
        all.add("-device", "pvpanic-pci");
        all.add("-action", "panic=none");
        // Unless it is emulated: a busy machine stalls such a guest for longer than its watchdog waits.
        if self.accelerator.is_software() {
            all.add("-action", "watchdog=none");
        }
        self.screen(&mut all);
        all.path("-serial", "file:", &self.files.console, "");
        all.path("-qmp", "unix:", &self.files.qmp, ",server=on,wait=off");
        all.path("-pidfile", "", &self.files.pid, "");
        if self.iso.is_some() {
            // An installer that restarts has failed.
            all.flag("-no-reboot");
        }
        all.0
    }

    fn cpu(&self) -> &'static str {
        match (self.accelerator.is_software(), self.platform) {
            (false, _) => "host",
            // Everything but page tables of five levels, which are for more than 64 TiB: to walk them is a
            // tenth of all that emulating a start takes. And the word that `rep movsb` and `rep stosb` are
            // quick: a kernel and a libc that believe it clear and copy pages with them, which are
            // emulated byte by byte. That is a seventh.
            (true, Platform::X86_64) => "max,la57=off,erms=off,fsrm=off",
            // Emulating the architected pointer authentication takes half of all the time (QEMU's
            // documentation of Arm CPU features).
            (true, Platform::Aarch64) => "max,pauth-impdef=on",
        }
    }

    fn storage(&self, all: &mut Arguments) {
        // The BIOS of a PC comes with QEMU; no other machine has one.
        if !(self.machine.bios && self.platform == Platform::X86_64) {
            all.path("-drive", "if=pflash,unit=0,format=raw,readonly=on,file=", &self.firmware, "");
            all.path("-drive", "if=pflash,unit=1,format=raw,file=", &self.vars, "");
        }
        let cache = if self.scratch { "unsafe" } else { "writeback" };
        // The guest names them in this order, and the firmware looks for a boot loader in it.
        for (number, disk) in (1..).zip(&self.disks) {
            let drive = format!("if=none,id=disk{number},format=qcow2,cache={cache}");
            all.path("-drive", &format!("{drive},discard=unmap,file="), disk, "");
            // Whatever keeps an image from growing pauses the guest, a quota as well: it would take
            // its disk for broken.
            let device = format!("virtio-blk-pci,drive=disk{number},werror=stop");
            all.add("-device", format!("{device},bootindex={number}"));
        }
        if let Some(iso) = &self.iso {
            all.path("-drive", "if=none,id=iso,media=cdrom,format=raw,readonly=on,file=", iso, "");
            // A SCSI drive is found by every firmware and kernel; IDE does not exist on aarch64.
            all.add("-device", "virtio-scsi-pci,id=scsi");
            all.add("-device", "scsi-cd,bus=scsi.0,drive=iso,bootindex=0");
        }
    }

    fn network(&self, all: &mut Arguments) {
        for (option, value) in self.machine.network(&self.forwards, self.offline) {
            all.add(option, value);
        }
        if let Some(lan @ Lan { port, .. }) = self.lan {
            all.add("-netdev", format!("socket,id=lan,mcast=230.0.0.1:{port},localaddr=127.0.0.1"));
            let mac = lan.mac();
            all.add("-device", format!("virtio-net-pci,netdev=lan,romfile=,mac={mac}"));
        }
    }

    fn screen(&self, all: &mut Arguments) {
        // There is a screen even when nobody looks at it, for the picture of a failure.
        all.add(
            "-device",
            match self.platform {
                Platform::X86_64 => "VGA",
                // Built into every QEMU, where virtio-gpu may be a package of its own.
                Platform::Aarch64 => "ramfb",
            },
        );
        match &self.display {
            Display::None => all.add("-display", "none"),
            Display::Gtk => {
                all.add("-display", WINDOW);
                all.add("-device", "virtio-keyboard-pci");
                all.add("-device", "virtio-tablet-pci");
            }
            Display::Spice(socket) => {
                all.add("-display", "none");
                all.path("-spice", "unix=on,disable-ticketing=on,addr=", socket, "");
                all.add("-device", "virtio-keyboard-pci");
                all.add("-device", "virtio-tablet-pci");
            }
        }
    }
}

/// What QEMU calls a window: macOS's QEMU has no GTK.
pub(crate) const WINDOW: &str = if cfg!(target_os = "macos") { "cocoa" } else { "gtk" };

#[derive(Default)]
struct Arguments(Vec<OsString>);

impl Arguments {
    fn flag(&mut self, name: &str) {
        self.0.push(name.into());
    }

    fn add(&mut self, name: &str, value: impl Into<OsString>) {
        self.0.extend([name.into(), value.into()]);
    }

    /// A value that holds a path. In QEMU's options a comma within a value is written twice.
    fn path(&mut self, name: &str, before: &str, path: &Path, after: &str) {
        let plain = name == "-serial" || name == "-pidfile";
        let path = path.to_string_lossy();
        let path = if plain { path.into_owned() } else { path.replace(',', ",,") };
        self.add(name, format!("{before}{path}{after}"));
    }
}

#[cfg(test)]
pub(crate) mod tests;
