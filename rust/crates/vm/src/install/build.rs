//! What an install needs, built by Nix.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nixfleet_inventory::{NixError, StorePath};

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
