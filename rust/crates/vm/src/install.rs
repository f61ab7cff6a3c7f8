//! From a fleet to an installed disk: build, boot the installer, install, power off. An install is
//! keyed by all that went into it, and never done twice.

mod build;
mod disk;
mod key;

use std::fs;
use std::path::{Path, PathBuf};

pub use build::{Built, build};
pub use key::key;

use nixfleet_nix::Foreign;

use crate::installer::{Install, Watch};
use crate::launch::{Display, Guest};
use crate::room::{Place, Share};
use crate::run::{Boot, Run, Running};
use crate::state::{Disks, InstallRecord, Role};
use crate::{Error, Phase, files};

/// The installer gets more memory than a small host may have: it holds a whole system.
const INSTALLER_MEMORY: u32 = 2048;

/// What QEMU itself takes, in MiB.
pub const OVERHEAD: u32 = 512;

/// Disks on which the host is installed.
#[derive(Debug, Clone)]
pub struct Installed {
    /// The name of its folder.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its disks.
    pub disks: Disks,
}

/// The sizes of the disks in GiB. A host whose layout is not known has one disk.
#[must_use]
pub fn disk_sizes(run: &Run, built: &Built) -> Vec<u32> {
    let usual = run.options.disk_size.unwrap_or(built.test.disk_size);
    if built.disks.is_empty() {
        return vec![usual];
    }
    built.disks.iter().map(|it| it.size(usual)).collect()
}

/// Waits until other VMs leave enough of this machine for that of the host.
///
/// # Errors
/// When the user wants the end.
pub fn room<'a>(run: &Run<'a>, built: &Built) -> Result<Option<Place<'a>>, Error> {
    let options = run.options;
    let Some(room) = &options.room else { return Ok(None) };
    let memory = options.memory.unwrap_or(built.test.memory).max(INSTALLER_MEMORY);
    let cores = run.cores(built.test.cores);
    let share = Share { memory: memory.saturating_add(OVERHEAD), cores };
    let waits =
        || run.world.observer.step(&run.plan.host, &"waits for room beside other VMs".into());
    room.enter(share, &run.world.cancel, waits).map(Some)
}

/// Gives a disk on which the host is installed as it is today, by its [`key`]: an earlier one if
/// nothing has changed, else a new one.
///
/// # Errors
/// When a phase fails. Nothing of the attempt is left.
pub fn ensure(run: &mut Run, built: &Built, key: &str) -> Result<Installed, Error> {
    let disks = Disks::new(built.disks.len());
    if let (Some(name), false) = (run.folder.installed(key), run.options.rebuild) {
        run.note("nothing has changed since the last install: it is used again");
        run.report.reused = true;
        return Ok(Installed { folder: run.folder.install(&name), name, disks });
    }
    let result = install(run, built, key);
    if result.is_err() {
        // What failed first is told; a folder that stays is mended by the next run.
        let _ = files::remove(&run.folder.role(Role::Installing));
    }
    let name = result?;
    Ok(Installed { folder: run.folder.install(&name), name, disks })
}

fn install(run: &mut Run, built: &Built, key: &str) -> Result<String, Error> {
    let scratch = run.folder.role(Role::Installing);
    run.phase(Phase::Disk, |run| {
        files::remove(&scratch)?;
        files::private_folder(&scratch)?;
        copy_variables(&run.plan.firmware.vars, &scratch)?;
        let sizes = disk_sizes(run, built);
        let disks = Disks::new(sizes.len()).in_folder(&scratch);
        let create = |(path, size): (&PathBuf, u32)| run.world.hypervisor.create_disk(path, size);
        disks.iter().zip(sizes).try_for_each(create)
    })?;
    let mut running = run.phase(Phase::BootInstaller, |run| {
        run.boot(&Boot {
            role: Role::Installing,
            iso: Some(built.iso.clone()),
            disks: Disks::new(built.disks.len()),
            // It boots by UEFI and asks by DHCP, whatever it installs.
            machine: Guest::default(),
            memory: run.options.memory.unwrap_or(built.test.memory).max(INSTALLER_MEMORY),
            cores: run.cores(built.test.cores),
            port: None,
            outside: &[],
            display: Display::None,
            lan: None,
            bound: true,
        })
    })?;
    let result = install_into(run, built, &mut running);
    if result.is_err() {
        run.picture(&mut running);
    }
    result?;
    drop(running);
    commit(run, built, key)
}

fn install_into(run: &mut Run, built: &Built, running: &mut Running) -> Result<(), Error> {
    run.phase(Phase::WaitInstaller, |run| run.wait_for_ssh(Phase::WaitInstaller, running))?;
    run.phase(Phase::Install, |run| {
        disk::name(run, running, &built.disks)?;
        let install = Install {
            disk_script: built.disk_script.to_string(),
            system: built.system.to_string(),
            target: running.root.clone(),
            key_file: run.plan.key.file.is_some(),
            extra_files: run.extra_files(),
            log: run.folder.logs().join("install.log"),
            limit: run.limit(Phase::Install),
        };
        let installer = run.world.installer.clone();
        installer.install(&install, &mut Looking { run, running })
    })?;
    // nixos-anywhere unmounts in its reboot phase, which is left out; ZFS wants an export besides.
    let script = "sync; umount -R /mnt 2>/dev/null; \
                  if command -v zpool >/dev/null; then zpool export -a; fi; sync; systemctl poweroff";
    run.phase(Phase::PowerOff, |run| run.power_off(Phase::PowerOff, running, script))
}

/// Makes the disk an installed one. Its record is written before the folder gets its name, and
/// renaming is the one step that counts: there is never half an install of that name.
fn commit(run: &Run, built: &Built, key: &str) -> Result<String, Error> {
    let scratch = run.folder.role(Role::Installing);
    let disks = Disks::new(built.disks.len());
    // They were written without synchronising, for speed.
    disks.in_folder(&scratch).iter().try_for_each(|it| files::sync(it))?;
    files::sync(&scratch.join("vars.fd"))?;
    for name in ["known_hosts", "qemu.pid", "sockets"] {
        files::remove(&scratch.join(name))?;
    }
    let record = InstallRecord {
        key: key.to_owned(),
        system: built.system.to_string(),
        iso: built.iso_path.to_string(),
        disk_script: built.disk_script.to_string(),
        disks,
        made: run.world.clock.date(),
    };
    files::write_json(&scratch.join("install.json"), &record)?;
    files::private_folder(&run.folder.installs())?;
    let name = run.folder.next_install(key);
    fs::rename(&scratch, run.folder.install(&name))
        .map_err(|error| Error::io("rename", &scratch, error))?;
    files::sync(&run.folder.installs())?;
    run.folder.prune(&name)?;
    Ok(name)
}

/// Makes a machine of an install in a folder: what the machine changes is kept there, and the
/// install stays as it is.
///
/// # Errors
/// When an image cannot be made.
pub fn overlay(run: &Run, installed: &Installed, folder: &Path) -> Result<(), Error> {
    copy_variables(&installed.folder.join("vars.fd"), folder)?;
    let bases = installed.disks.in_folder(&installed.folder);
    let overlays = installed.disks.in_folder(folder);
    let create =
        |(base, path): (&PathBuf, &PathBuf)| run.world.hypervisor.create_overlay(base, path);
    bases.iter().zip(&overlays).try_for_each(create)
}

/// Copies firmware variables. The original may be read-only, as in a Nix store.
fn copy_variables(from: &Path, folder: &Path) -> Result<(), Error> {
    let content = fs::read(from).map_err(|error| Error::io("read", from, error))?;
    files::write(&folder.join("vars.fd"), &content)
}

struct Looking<'a, 'b> {
    run: &'a Run<'b>,
    running: &'a mut Running,
}

impl Watch for Looking<'_, '_> {
    fn look(&mut self) -> Result<(), Error> {
        self.run.watch(Phase::Install, self.running)
    }

    fn step(&mut self, text: &Foreign) {
        self.run.world.observer.step(&self.run.plan.host, text);
    }
}
