//! Clearing up: after runs that were killed, and of installs that nothing needs.

use std::fs;

use super::{Folder, Role};
use crate::{Error, files, qemu};

impl Folder {
    /// Ends and removes what a run that was killed left over: half an install, a test's machine.
    /// Returns what was found, in words.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub fn mend(&self) -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        for role in [Role::Installing, Role::Test] {
            let files = self.files(role);
            if qemu::end_leftover(&files.pid) {
                found.push("ended a QEMU that an earlier run left over".to_owned());
            }
            self.is_down(role)?;
            self.remove_sockets(role)?;
            if self.role(role).exists() {
                files::remove(&self.role(role))?;
                found.push(match role {
                    Role::Installing => "removed the disk of an install that did not finish".into(),
                    _ => "removed the disk of a test that did not finish".to_owned(),
                });
            }
        }
        if self.running(Role::Vm).is_none() {
            self.remove_sockets(Role::Vm)?;
            files::remove(&self.files(Role::Vm).pid)?;
        }
        for folder in [&self.path, &self.role(Role::Vm)] {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.file_name().to_string_lossy().starts_with(".new-") {
                    files::remove(&entry.path())?;
                }
            }
        }
        Ok(found)
    }

    /// Removes the sockets of a machine that does not run.
    ///
    /// # Errors
    /// When one cannot be removed.
    pub fn remove_sockets(&self, role: Role) -> Result<(), Error> {
        ["qmp", "ssh", "spice"].iter().try_for_each(|it| files::remove(&self.socket(role, it)))?;
        files::remove(&self.sockets_of(role))
    }

    /// Makes sure that a machine does not run: its disks must not be removed below it.
    ///
    /// # Errors
    /// When it runs.
    pub fn is_down(&self, role: Role) -> Result<(), Error> {
        match self.running(role) {
            Some(pid) => Err(Error::Running { host: self.host.clone(), pid }),
            None => Ok(()),
        }
    }

    /// Removes installed disks that nothing needs: neither `keep` nor the VM that stays.
    ///
    /// # Errors
    /// When one cannot be removed.
    pub fn prune(&self, keep: &str) -> Result<(), Error> {
        let used = self.vm().map(|it| it.install);
        for entry in fs::read_dir(self.installs()).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name != keep && Some(&name) != used.as_ref() {
                files::remove(&entry.path())?;
            }
        }
        Ok(())
    }
}
