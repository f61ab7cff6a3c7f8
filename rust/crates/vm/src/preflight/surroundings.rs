//! What this machine has, as a trait, so that tests can take it away.

use std::path::{Path, PathBuf};

use nixfleet_inventory::keys::{Identity, identities};
use rustix::fs::{Access, access, statvfs};

use crate::accelerator::Choice;
use crate::{Firmware, Platform};
use nixfleet_nix::process;

/// What a machine has for running VMs.
pub trait Surroundings {
    /// A program on PATH.
    fn program(&self, name: &str) -> Option<PathBuf>;
    /// The firmware of a platform.
    fn firmware(&self, platform: Platform, qemu: &Path) -> Option<Firmware>;
    /// The accelerator that works.
    fn accelerator(&self, platform: Platform, qemu: &Path) -> Choice;
    /// The private keys.
    fn identities(&self) -> Vec<Identity>;
    /// The files and folders in which keys were looked for, for a message.
    fn looked_at(&self) -> Vec<String>;
    /// Why no folder can be made or written at a path; `None` when it can.
    fn unwritable(&self, path: &Path) -> Option<String>;
    /// The bytes that are free where a path is, or will be; `None` when that cannot be told.
    fn free_space(&self, path: &Path) -> Option<u64>;
}

/// This machine.
#[derive(Debug, Clone, Default)]
pub struct ThisMachine {
    /// Key files that the user named.
    pub extra: Vec<PathBuf>,
    /// Where the outcome of trying accelerators is kept.
    pub cache: PathBuf,
}

impl ThisMachine {
    /// This machine, with key files that the user named.
    #[must_use]
    pub fn new(extra: Vec<PathBuf>) -> Self {
        let given =
            std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|it| it.is_absolute());
        let cache = given
            .or_else(|| Some(std::env::home_dir()?.join(".cache")))
            .unwrap_or_else(std::env::temp_dir);
        Self { extra, cache: cache.join("nixfleet") }
    }
}

impl Surroundings for ThisMachine {
    fn program(&self, name: &str) -> Option<PathBuf> {
        process::find(name)
    }

    fn firmware(&self, platform: Platform, qemu: &Path) -> Option<Firmware> {
        Firmware::find(platform, qemu)
    }

    fn accelerator(&self, platform: Platform, qemu: &Path) -> Choice {
        Choice::find(platform, qemu, &self.cache)
    }

    fn identities(&self) -> Vec<Identity> {
        identities(&self.extra)
    }

    fn looked_at(&self) -> Vec<String> {
        let mut places: Vec<String> =
            self.extra.iter().map(|it| format!("`{}`", it.display())).collect();
        places.push("`~/.ssh`".into());
        places.push("the files that your SSH configuration names".into());
        places.push(if std::env::var_os("SSH_AUTH_SOCK").is_some() {
            "the SSH agent".into()
        } else {
            "no SSH agent, as `SSH_AUTH_SOCK` is not set".into()
        });
        places
    }

    fn unwritable(&self, path: &Path) -> Option<String> {
        match path.to_str() {
            None => return Some("its name is no UTF-8".to_owned()),
            Some(name) if name.contains("${") => {
                return Some("`ssh` takes `${` in its name for a variable".to_owned());
            }
            Some(_) => {}
        }
        let there = path.ancestors().find(|it| it.symlink_metadata().is_ok())?;
        if !there.is_dir() {
            return Some(format!("`{}` is no folder", there.display()));
        }
        // By the user whom the files will be of; root may write anywhere but on what is read-only.
        let error = access(there, Access::WRITE_OK | Access::EXEC_OK).err()?;
        Some(format!("`{}`: {}", there.display(), std::io::Error::from(error)))
    }

    fn free_space(&self, path: &Path) -> Option<u64> {
        let there = path.ancestors().find(|it| it.exists())?;
        let about = statvfs(there).ok()?;
        // A file system that counts its files may have room for none (`statvfs(3)`).
        let is_out_of_files = about.f_files > 0 && about.f_favail == 0;
        let free = about.f_bavail.saturating_mul(about.f_frsize);
        Some(if is_out_of_files { 0 } else { free })
    }
}
