//! The folder of a VM: where everything that outlives a command is kept.
//!
//! ```text
//! $XDG_DATA_HOME/nixfleet/vms/<fleet>/
//!   <host>.lock            held for a command's life
//!   <host>/
//!     layout               the version of this layout
//!     installs/<key>-<n>/  an installed host, never written again: its disks (disk.qcow2,
//!                          disk-2.qcow2, …), vars.fd, install.json
//!     installing/          an install under way; becomes one of installs/ when it has succeeded
//!     vm/                  the VM that stays: an overlay of an installed disk, vm.json, logs; while
//!                          it runs, qemu.pid, which QEMU holds a lock on, and a link to its sockets
//!     test/                the VM of a test; gone afterwards
//!     logs/                what the last run wrote, by phase
//!     last-test.json       how the last test ended
//! ```
//! The VM that stays and that of a test are both overlays of an installed disk. So one install
//! serves both, and a test never touches the VM that somebody works in.

mod disks;
mod fleet;
mod lock;
mod mend;
mod records;

pub use disks::Disks;
pub use fleet::{Fleet, data_folder, short_hash};
pub use lock::Lock;
pub use records::{InstallRecord, LastTest, State, VmRecord};

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use nixfleet_text::read_file;

use crate::launch::Files;
use crate::{Error, files, qemu};

/// The version of the layout.
const LAYOUT: u32 = 1;

/// What is read of the file that says it.
const LAYOUT_LENGTH: u64 = 64;

/// The folder of one host's VM.
#[derive(Debug, Clone)]
pub struct Folder {
    host: String,
    path: PathBuf,
    /// A short folder for sockets, whose paths may have about a hundred bytes.
    sockets: PathBuf,
    /// What tells this VM's sockets from others'.
    id: String,
}

/// Which of a host's machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The installer.
    Installing,
    /// The VM that stays.
    Vm,
    /// The VM of a test.
    Test,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Installing, Self::Vm, Self::Test];

    fn name(self) -> &'static str {
        match self {
            Self::Installing => "installing",
            Self::Vm => "vm",
            Self::Test => "test",
        }
    }
}

impl Folder {
    /// The host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder, or checks that it is of a layout that we know.
    ///
    /// # Errors
    /// When it cannot be made, or another version made it.
    pub fn open(&self) -> Result<(), Error> {
        files::private_folder(&self.path)?;
        files::private_folder(&self.logs())?;
        let path = self.path.join("layout");
        let found = match read_file(&path, LAYOUT_LENGTH) {
            Ok(text) => String::from_utf8_lossy(&text).trim().to_owned(),
            // A folder with machines and no version is older than versions are.
            Err(_) if self.installs().exists() || self.role(Role::Vm).exists() => "0".to_owned(),
            Err(_) => return files::write(&path, format!("{LAYOUT}\n").as_bytes()),
        };
        if found == LAYOUT.to_string() {
            return Ok(());
        }
        let folder = self.path.clone();
        Err(Error::Layout { host: self.host.clone(), folder, found: found.into(), known: LAYOUT })
    }

    /// The folder of installed disks.
    #[must_use]
    pub fn installs(&self) -> PathBuf {
        self.path.join("installs")
    }

    /// The folder of one installed disk.
    #[must_use]
    pub fn install(&self, name: &str) -> PathBuf {
        self.installs().join(name)
    }

    /// The newest installed disk of a key. Only an install that succeeded has a record.
    ///
    /// There may be two of one key, after a `--rebuild`: the VM that stays stands on the older one,
    /// whose place no other disk may take.
    #[must_use]
    pub fn installed(&self, key: &str) -> Option<String> {
        let entries = fs::read_dir(self.installs()).into_iter().flatten().flatten();
        let whole = |name: String| {
            let folder = self.install(&name);
            let record: InstallRecord = files::read_json(&folder.join("install.json"))?;
            let whole = record.disks.are_in(&folder) && folder.join("vars.fd").is_file();
            (whole && record.key == key).then(|| number(key, &name)).flatten()
        };
        let all = entries.filter_map(|it| whole(it.file_name().to_string_lossy().into_owned()));
        all.max().map(|number| format!("{key}-{number}"))
    }

    /// The name of the next installed disk of a key: counted on, so that the newest is known
    /// whatever the time of day was when each was made.
    #[must_use]
    pub fn next_install(&self, key: &str) -> String {
        let entries = fs::read_dir(self.installs()).into_iter().flatten().flatten();
        let numbers = entries.filter_map(|it| number(key, &it.file_name().to_string_lossy()));
        format!("{key}-{}", numbers.max().unwrap_or(0) + 1)
    }

    /// The folder of one of the machines.
    #[must_use]
    pub fn role(&self, role: Role) -> PathBuf {
        self.path.join(role.name())
    }

    /// The logs of the last run.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.path.join("logs")
    }

    /// The record of the VM that stays.
    #[must_use]
    pub fn vm(&self) -> Option<VmRecord> {
        let folder = self.role(Role::Vm);
        let record: VmRecord = files::read_json(&folder.join("vm.json"))?;
        record.disks.are_in(&folder).then_some(record)
    }

    /// QEMU's files of one of the machines.
    #[must_use]
    pub fn files(&self, role: Role) -> Files {
        let folder = self.role(role);
        // Of a test, logs stay when its folder goes.
        let logs = if role == Role::Vm { folder.clone() } else { self.logs() };
        let name = role.name();
        Files {
            qmp: self.socket(role, "qmp"),
            pid: folder.join("qemu.pid"),
            console: logs.join(format!("console-{name}.log")),
            log: logs.join(format!("qemu-{name}.log")),
        }
    }

    /// A socket of one of the machines: where it was put when the machine was started, which need
    /// not be where one would put it today.
    #[must_use]
    pub fn socket(&self, role: Role, kind: &str) -> PathBuf {
        let sockets = fs::read_link(self.sockets_of(role)).unwrap_or_else(|_| self.sockets.clone());
        sockets.join(format!("{}-{}.{kind}", self.id, role.name()))
    }

    /// The link to the folder of a machine's sockets.
    fn sockets_of(&self, role: Role) -> PathBuf {
        self.role(role).join("sockets")
    }

    /// Writes down where the sockets of a machine that starts are.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn place_sockets(&self, role: Role) -> Result<(), Error> {
        let link = self.sockets_of(role);
        files::remove(&link)?;
        symlink(&self.sockets, &link).map_err(|error| Error::io("write", &link, error))
    }

    /// The process of one of the machines, when it runs.
    #[must_use]
    pub fn running(&self, role: Role) -> Option<i32> {
        qemu::running(&self.files(role).pid)
    }

    /// How the VM is, without changing anything.
    #[must_use]
    pub fn state(&self) -> State {
        let vm = self.vm();
        let files = self.files(Role::Vm);
        let pid = qemu::running(&files.pid);
        State {
            built: vm.is_some(),
            pid,
            stopped: pid.and_then(|_| qemu::stop_of(&files.qmp)),
            port: vm.as_ref().map(|it| it.port),
            system: vm.map(|it| it.system),
            last_test: files::read_json(&self.path.join("last-test.json")),
        }
    }

    /// Keeps how a test ended.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn remember(&self, test: &LastTest) -> Result<(), Error> {
        files::write_json(&self.path.join("last-test.json"), test)
    }
}

/// The number in the name of an installed disk.
fn number(key: &str, name: &str) -> Option<u64> {
    name.strip_prefix(key)?.strip_prefix('-')?.parse().ok()
}

#[cfg(test)]
mod tests;
