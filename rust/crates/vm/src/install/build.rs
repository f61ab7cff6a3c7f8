//! What an install needs, built by Nix.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nixfleet_inventory::{NixError, StorePath};
use serde::Deserialize;
use serde_json::Value;

use super::disk::{Disk, ordered};
use crate::run::Run;
use crate::spec::VmTest;
use crate::{Error, Phase};

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
    /// The disks of the host's layout, in the order in which QEMU has them.
    pub disks: Vec<Disk>,
}

/// What is asked of a host's configuration, in one evaluation.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    test: Value,
    disks: Vec<Disk>,
}

const ASK: &str = "c: {
  test = c.nixfleet.vmTest or null;
  disks = let
    inherit (builtins) attrValues filter isAttrs isString;
    parts = disk: let all = (disk.content or null).partitions or { }; in
      if isAttrs all then attrValues all else all;
    sizes = disk: filter isString (map (part: part.size or null) (parts disk));
  in map (disk: { inherit (disk) device; sizes = sizes disk; imageSize = disk.imageSize or null; })
    (attrValues (c.disko.devices.disk or { }));
}";

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
        let asked = background(move || nix.eval(&config, Some(ASK)));
        let outputs = wait(run, &outputs)??;
        let [iso_path, system, disk_script] = &outputs[..] else {
            return Err(Error::Nix(NixError::Answer {
                command: "nix build".into(),
                reason: format!("expected three outputs, found {}", outputs.len()),
            }));
        };
        run.report.system = Some(system.to_string());
        let asked = read(host, wait(run, &asked)?)?;
        Ok(Built {
            iso: iso_file(&run.world.root.join(iso_path.as_str().trim_start_matches('/')))?,
            iso_path: iso_path.clone(),
            system: system.clone(),
            disk_script: disk_script.clone(),
            test: read_test(host, asked.test)?,
            disks: ordered(asked.disks),
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

fn read(host: &str, answer: Result<Value, NixError>) -> Result<Asked, Error> {
    match answer {
        Ok(value) => serde_json::from_value(value).map_err(unreadable(host)),
        // What is called a host has no configuration; what was built of it is all there is.
        Err(error) if error.is_missing_attribute() => Ok(Asked::default()),
        Err(error) => Err(error.into()),
    }
}

/// A host made without mkHost has no test.
fn read_test(host: &str, value: Value) -> Result<VmTest, Error> {
    if value.is_null() {
        return Ok(VmTest::default());
    }
    serde_json::from_value(value).map_err(unreadable(host))
}

fn unreadable(host: &str) -> impl Fn(serde_json::Error) -> Error {
    move |error| Error::Assertions { host: host.to_owned(), reason: error.to_string() }
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
