//! From a fleet to an installed disk: build, boot the installer, install, power off. An install is
//! keyed by all that went into it, and never done twice.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nixfleet_inventory::{NixError, StorePath};

use crate::installer::{Install, Watch};
use crate::launch::Display;
use crate::run::{Boot, Run, Running};
use crate::spec::VmTest;
use crate::state::{InstallRecord, Role, now, short_hash};
use crate::{Error, Phase, files};

/// The installer gets more memory than a small host may have: it holds a whole system.
const INSTALLER_MEMORY: u32 = 2048;

/// What Nix built.
#[derive(Debug, Clone)]
pub struct Built {
    /// The installer's image.
    pub iso: PathBuf,
    /// Its store path.
    pub iso_path: StorePath,
    /// The system.
    pub system: StorePath,
    /// The disk script.
    pub disk_script: StorePath,
    /// The host's test.
    pub test: VmTest,
}

/// A disk on which the host is installed.
#[derive(Debug, Clone)]
pub struct Installed {
    /// The name of its folder.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
}

/// Builds what an install needs. Nothing that is built already is built again.
///
/// # Errors
/// When Nix fails.
pub fn build(run: &mut Run) -> Result<Built, Error> {
    run.phase(Phase::Build, |run| {
        let flake = &run.world.flake;
        let host = &run.plan.host;
        let installables = vec![
            flake.attr(&format!("packages.{}.iso", run.plan.platform.system())),
            flake.host_attr(host, "config.system.build.toplevel"),
            flake.host_attr(host, "config.system.build.diskoScript"),
        ];
        let config = flake.host_attr(host, "config");
        // Both take seconds on a large fleet, so they go side by side.
        let nix = run.world.nix.clone();
        let outputs = background(move || nix.build(&installables));
        let nix = run.world.nix.clone();
        let test = background(move || nix.eval(&config, Some("c: c.nixfleet.vmTest or null")));
        let outputs = wait(run, &outputs)??;
        let [iso_path, system, disk_script] = &outputs[..] else {
            return Err(Error::Nix(NixError::Answer {
                command: "nix build".into(),
                reason: format!("expected three outputs, found {}", outputs.len()),
            }));
        };
        run.report.system = Some(system.to_string());
        Ok(Built {
            iso: iso_file(&run.world.root.join(iso_path.as_str().trim_start_matches('/')))?,
            iso_path: iso_path.clone(),
            system: system.clone(),
            disk_script: disk_script.clone(),
            test: read_test(host, wait(run, &test)?)?,
        })
    })
}

/// Runs Nix in the background, so that Ctrl-C need not wait for it.
fn background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> mpsc::Receiver<T> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver
}

fn wait<T>(run: &Run, receiver: &mpsc::Receiver<T>) -> Result<T, Error> {
    let limit = run.limit(Phase::Build);
    let end = run.world.clock.now() + limit;
    loop {
        match receiver.recv_timeout(Duration::from_millis(50)) {
            Ok(value) => return Ok(value),
            Err(mpsc::RecvTimeoutError::Disconnected) => return Err(Error::Interrupted),
            Err(mpsc::RecvTimeoutError::Timeout) => run.world.cancel.check()?,
        }
        if run.world.clock.now() > end {
            let seen = "Nix has not finished".to_owned();
            return Err(Error::TimedOut {
                phase: Phase::Build,
                limit,
                seen,
                console: String::new(),
            });
        }
    }
}

fn read_test(host: &str, value: Result<serde_json::Value, NixError>) -> Result<VmTest, Error> {
    let value = match value {
        Ok(value) => value,
        // A host made without mkHost has no such option.
        Err(error) if error.is_missing_attribute() => serde_json::Value::Null,
        Err(error) => return Err(error.into()),
    };
    if value.is_null() {
        return Ok(VmTest::default());
    }
    serde_json::from_value(value)
        .map_err(|error| Error::Assertions { host: host.to_owned(), reason: error.to_string() })
}

/// The image in an ISO package: `iso/*.iso`.
fn iso_file(package: &Path) -> Result<PathBuf, Error> {
    let entries = fs::read_dir(package.join("iso")).into_iter().flatten().flatten();
    let mut images: Vec<PathBuf> = entries
        .map(|it| it.path())
        .filter(|it| it.extension().is_some_and(|it| it == "iso"))
        .collect();
    images.sort();
    images.into_iter().next().ok_or_else(|| Error::NoIso { folder: package.display().to_string() })
}

/// The size of the disk in GiB.
#[must_use]
pub fn disk_size(run: &Run, built: &Built) -> u32 {
    run.options.disk_size.unwrap_or(built.test.disk_size)
}

/// The key of an install: changes whenever something that went into it does.
///
/// # Errors
/// When the extra files cannot be read.
pub fn key(run: &Run, built: &Built) -> Result<String, Error> {
    let firmware = &run.plan.firmware;
    let length = |path: &Path| fs::metadata(path).map_or(0, |it| it.len());
    let mut parts = vec![
        format!("iso {}", built.iso_path),
        format!("system {}", built.system),
        format!("disk script {}", built.disk_script),
        format!("disk size {}", disk_size(run, built)),
        format!("firmware {} {}", firmware.code.display(), length(&firmware.code)),
        format!("variables {} {}", firmware.vars.display(), length(&firmware.vars)),
    ];
    if let Some(folder) = &run.options.extra_files {
        digest(folder, folder, &mut parts)?;
    }
    Ok(short_hash(&parts.join("\n"), 20))
}

/// The names, modes and contents of files, in a fixed order.
fn digest(root: &Path, path: &Path, parts: &mut Vec<String>) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt;

    let failed = |error| Error::io("read", path, error);
    let metadata = fs::symlink_metadata(path).map_err(failed)?;
    let name = path.strip_prefix(root).unwrap_or(path).display();
    if metadata.is_dir() {
        parts.push(format!("folder {name} {:o}", metadata.mode()));
        let mut entries: Vec<PathBuf> =
            fs::read_dir(path).map_err(failed)?.flatten().map(|it| it.path()).collect();
        entries.sort();
        entries.iter().try_for_each(|it| digest(root, it, parts))
    } else if metadata.is_symlink() {
        parts.push(format!("link {name} {}", fs::read_link(path).map_err(failed)?.display()));
        Ok(())
    } else {
        let content = fs::read(path).map_err(failed)?;
        let content = short_hash(&String::from_utf8_lossy(&content), 64);
        parts.push(format!("file {name} {:o} {content}", metadata.mode()));
        Ok(())
    }
}

/// Gives a disk on which the host is installed as it is today: an earlier one if nothing has
/// changed, else a new one.
///
/// # Errors
/// When a phase fails. Nothing of the attempt is left.
pub fn ensure(run: &mut Run, built: &Built) -> Result<Installed, Error> {
    let key = key(run, built)?;
    if let (Some(name), false) = (run.folder.installed(&key), run.options.rebuild) {
        run.note("nothing has changed since the last install: it is used again");
        run.report.reused = true;
        let folder = run.folder.install(&name);
        return Ok(Installed { name, folder });
    }
    let result = install(run, built, &key);
    if result.is_err() {
        // What failed first is told; a folder that stays is mended by the next run.
        let _ = files::remove(&run.folder.role(Role::Installing));
    }
    let name = result?;
    let folder = run.folder.install(&name);
    Ok(Installed { name, folder })
}

fn install(run: &mut Run, built: &Built, key: &str) -> Result<String, Error> {
    let scratch = run.folder.role(Role::Installing);
    run.phase(Phase::Disk, |run| {
        files::remove(&scratch)?;
        files::private_folder(&scratch)?;
        copy_variables(&run.plan.firmware.vars, &scratch)?;
        run.world.hypervisor.create_disk(&scratch.join("disk.qcow2"), disk_size(run, built))
    })?;
    let mut running = run.phase(Phase::BootInstaller, |run| {
        run.boot(&Boot {
            role: Role::Installing,
            iso: Some(built.iso.clone()),
            memory: run.options.memory.unwrap_or(built.test.memory).max(INSTALLER_MEMORY),
            cores: run.options.cores.unwrap_or(built.test.cores),
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
        let install = Install {
            disk_script: built.disk_script.to_string(),
            system: built.system.to_string(),
            target: running.root.clone(),
            key_file: run.plan.key.file.is_some(),
            extra_files: run.options.extra_files.clone(),
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
    // The disk was written without synchronising, for speed.
    files::sync(&scratch.join("disk.qcow2"))?;
    files::sync(&scratch.join("vars.fd"))?;
    for name in ["known_hosts", "qemu.pid"] {
        files::remove(&scratch.join(name))?;
    }
    let record = InstallRecord {
        key: key.to_owned(),
        system: built.system.to_string(),
        iso: built.iso_path.to_string(),
        disk_script: built.disk_script.to_string(),
        disk_size: disk_size(run, built),
        made: now(),
    };
    files::write_json(&scratch.join("install.json"), &record)?;
    files::private_folder(&run.folder.installs())?;
    let taken = |name: &String| run.folder.install(name).exists();
    let name = (1..=u32::MAX).map(|number| format!("{key}-{number}")).find(|it| !taken(it));
    let name = name.unwrap_or_default();
    fs::rename(&scratch, run.folder.install(&name))
        .map_err(|error| Error::io("rename", &scratch, error))?;
    files::sync(&run.folder.installs())?;
    run.folder.prune(&name)?;
    Ok(name)
}

/// Copies firmware variables. The original may be read-only, as in a Nix store.
///
/// # Errors
/// When they cannot be copied.
pub fn copy_variables(from: &Path, folder: &Path) -> Result<(), Error> {
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

    fn step(&mut self, text: &str) {
        self.run.world.observer.step(&self.run.plan.host, text);
    }
}
