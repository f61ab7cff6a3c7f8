//! What is written down about installs, VMs and tests.

use std::path::PathBuf;

use nixfleet_nix::Foreign;
use serde::{Deserialize, Serialize};

use super::Disks;
use crate::hypervisor::Status;
use crate::launch::Guest;

/// An install that succeeded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InstallRecord {
    /// Its key: what went into it.
    pub key: String,
    /// The system that was installed, a store path.
    pub system: String,
    /// The ISO that installed it, a store path.
    pub iso: String,
    /// The disk script, a store path.
    pub disk_script: String,
    /// Its disks. A record of an older version has one.
    pub disks: Disks,
    /// When, in seconds since 1970.
    pub made: u64,
}

/// A VM that stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VmRecord {
    /// The folder of the install that its disk stands on.
    pub install: String,
    /// The key of that install.
    pub key: String,
    /// The system that was installed, a store path.
    pub system: String,
    /// The port of 127.0.0.1 that leads to its SSH.
    pub port: u16,
    /// Its disks. A record of an older version has one.
    pub disks: Disks,
    /// What the host's configuration says of its machine.
    pub machine: Guest,
    /// Memory in MiB.
    pub memory: u32,
    /// Virtual processors.
    pub cores: u32,
    /// Its platform.
    pub platform: String,
    /// The user to log in as.
    pub user: String,
    /// The key that opens it; none when the agent has it.
    pub key_file: Option<PathBuf>,
    /// The public half of that key.
    pub key_line: String,
}

/// How the last test of a host ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LastTest {
    /// Whether all assertions held.
    pub passed: bool,
    /// What went wrong, in a line.
    pub message: Option<Foreign>,
    /// When, in seconds since 1970.
    pub finished: u64,
    /// How long it took.
    pub seconds: f64,
}

/// How a host's VM is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// Whether there is one.
    pub built: bool,
    /// Its process, when it runs; 0 where that is of another container.
    pub pid: Option<i32>,
    /// What stopped its guest, when QEMU has.
    pub stopped: Option<Status>,
    /// The port of its SSH.
    pub port: Option<u16>,
    /// The system that it was installed with: another one than the host's of today is old.
    pub system: Option<String>,
    /// How the last test ended.
    pub last_test: Option<LastTest>,
}
