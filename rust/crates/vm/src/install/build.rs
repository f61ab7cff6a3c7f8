//! What an install needs, built by Nix.

use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use nixfleet_nix::{Foreign, NixError, StorePath};
use serde::Deserialize;
use serde_json::Value;

use super::disk::{Disk, ordered};
use crate::VmTest;
use crate::launch::Guest;
use crate::run::Run;
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
    /// What the host's configuration says of its machine.
    pub machine: Guest,
}

/// What is asked of a host's configuration, in one evaluation.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    test: Value,
    /// Of a host with disko; one without any has an empty list.
    #[serde(default)]
    disks: Option<Vec<Disk>>,
    #[serde(default)]
    machine: Guest,
}

const ASK: &str = "c: {
  test = c.nixfleet.vmTest or null;
  machine = {
    # Where a boot loader is put onto a disk, and not made for UEFI.
    bios = (builtins.tryEval (
      let
        loader = c.boot.loader or { };
        grub = loader.grub or { };
        limine = loader.limine or { };
        disks = grub.devices or [ ] ++ builtins.concatMap (it: it.devices or [ ]) (grub.mirroredBoots or [ ]);
      in
      grub.enable or false && !(grub.efiSupport or false) && builtins.any (disk: disk != \"nodev\") disks
      || limine.enable or false && limine.biosSupport or false && !(limine.efiSupport or false)
    )).value;
    cards = c.nixfleet.vmNetwork or [ ];
  };
  disks = let
    inherit (builtins) attrValues filter isAttrs isString;
    parts = disk: let all = (disk.content or null).partitions or { }; in
      if isAttrs all then attrValues all else all;
    sizes = disk: filter isString (map (part: part.size or null) (parts disk));
  in if !(c ? disko) then null else map (disk: { inherit (disk) device; sizes = sizes disk; imageSize = disk.imageSize or null; })
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
        let nix = &run.world.nix;
        // Both take seconds on a large fleet, so they go side by side, and one that fails is told
        // when the other is done. How long each may take, and that Ctrl-C ends it, is for Nix to
        // see to.
        let (outputs, asked) = thread::scope(|scope| {
            let asked = scope.spawn(|| nix.eval(&config, Some(ASK)));
            let outputs = nix.build(&installables);
            (outputs, asked.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        if let Ok(asked) = &asked
            && asked["disks"].as_array().is_some_and(Vec::is_empty)
        {
            // NixOS may refuse to build such a host, in words that do not say why.
            return Err(Error::NoDisks { host: host.clone() });
        }
        let outputs = outputs.map_err(failed)?;
        let [iso_path, system, disk_script] = &outputs[..] else {
            return Err(Error::Nix(NixError::Answer {
                command: "nix build".into(),
                reason: format!("expected three outputs, found {}", outputs.len()),
            }));
        };
        run.report.system = Some(system.to_string());
        let asked = read(host, asked)?;
        Ok(Built {
            iso: iso_file(&run.world.root.join(iso_path.as_str().trim_start_matches('/')))?,
            iso_path: iso_path.clone(),
            system: system.clone(),
            disk_script: disk_script.clone(),
            test: read_test(host, asked.test)?,
            disks: ordered(asked.disks.unwrap_or_default()),
            machine: asked.machine,
        })
    })
}

fn failed(error: NixError) -> Error {
    match error {
        NixError::Interrupted => Error::Interrupted,
        NixError::TimedOut { limit, .. } => Error::TimedOut {
            phase: Phase::Build,
            limit,
            seen: "Nix has not finished".to_owned(),
            console: Foreign::default(),
        },
        error => error.into(),
    }
}

fn read(host: &str, answer: Result<Value, NixError>) -> Result<Asked, Error> {
    match answer {
        Ok(value) => serde_json::from_value(value).map_err(unreadable(host)),
        // What is called a host has no configuration; what was built of it is all there is.
        Err(error) if error.is_missing_attribute() => Ok(Asked::default()),
        Err(error) => Err(failed(error)),
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
    move |error| Error::Assertions { host: host.to_owned(), reason: error.to_string().into() }
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
