//! `nixos-anywhere`, which installs a host over SSH. It has no time limits of its own and retries
//! some steps for ever, so it is watched.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::ssh::{QUICK_EXCHANGE, Target};
use crate::{Error, Phase, console, files};
use nixfleet_nix::{Foreign, process};

/// An install.
#[derive(Debug, Clone)]
pub struct Install {
    /// The disk script, a store path.
    pub disk_script: String,
    /// The system, a store path.
    pub system: String,
    /// The installer that runs in the VM.
    pub target: Target,
    /// Whether the key is a file. The agent's keys `ssh` finds by itself.
    pub key_file: bool,
    /// Files to put onto the new system.
    pub extra_files: Option<PathBuf>,
    /// Where all output goes.
    pub log: PathBuf,
    /// How long it may take.
    pub limit: Duration,
}

/// What is told of an install under way.
pub trait Watch {
    /// Looks after everything else; an error ends the install.
    ///
    /// # Errors
    /// When the install cannot succeed any more, or the user wants it to end.
    fn look(&mut self) -> Result<(), Error>;

    /// A step begins.
    fn step(&mut self, text: &Foreign);
}

/// Installs hosts.
pub trait Installer: Send + Sync {
    /// Installs a host.
    ///
    /// # Errors
    /// When it fails, takes too long, or the watch ends it.
    fn install(&self, install: &Install, watch: &mut dyn Watch) -> Result<(), Error>;
}

/// The `nixos-anywhere` on PATH.
#[derive(Debug, Clone, Copy, Default)]
pub struct NixosAnywhere;

impl Install {
    /// The arguments of `nixos-anywhere`. It is not to reboot: the machine powers down afterwards,
    /// so that the disk is known to be whole.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let Target { port, user, identity, .. } = &self.target;
        let mut all: Vec<String> =
            ["--store-paths", &self.disk_script, &self.system].map(Into::into).into();
        all.extend(["--phases", "disko,install"].map(Into::into));
        if self.key_file {
            all.extend(["-i".into(), identity.display().to_string()]);
        }
        all.extend(["-p".into(), port.to_string()]);
        // Its own ten seconds are too few for a guest under emulation. It keeps no known hosts, and
        // words of an option must hold no blanks, as they pass through NIX_SSHOPTS.
        for option in ["ConnectTimeout=60", "ServerAliveInterval=15", QUICK_EXCHANGE] {
            all.extend(["--ssh-option", option].map(Into::into));
        }
        if let Some(folder) = &self.extra_files {
            all.extend(["--extra-files".into(), folder.display().to_string()]);
        }
        all.push(format!("{user}@127.0.0.1"));
        all
    }

    fn failed(&self, status: String, step: &Foreign) -> Error {
        Error::Install {
            status,
            step: step.clone(),
            tail: console::last_lines(&self.log, 20),
            log: self.log.clone(),
        }
    }
}

impl Installer for NixosAnywhere {
    fn install(&self, install: &Install, watch: &mut dyn Watch) -> Result<(), Error> {
        run(process::bound("nixos-anywhere"), install, watch)
    }
}

fn run(mut command: Command, install: &Install, watch: &mut dyn Watch) -> Result<(), Error> {
    let unwritable = |error| Error::io("write", &install.log, error);
    let log = File::create(&install.log).map_err(unwritable)?;
    let errors = log.try_clone().map_err(unwritable)?;
    command.args(install.arguments()).stdout(log).stderr(errors);
    let mut child = process::start(&mut command).map_err(|error| Error::Program {
        program: "nixos-anywhere".into(),
        reason: error.to_string().into(),
    })?;
    let end = Instant::now() + install.limit;
    let mut step = Foreign::from("begin");
    loop {
        // The log is read first, so that the last step is known when the child has ended.
        let status = child.try_wait();
        if let Some(new) = last_step(&install.log).filter(|it| *it != step) {
            watch.step(&new);
            step = new;
        }
        match status {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(install.failed(status.to_string(), &step)),
            Ok(None) => {}
            Err(error) => return Err(install.failed(error.to_string(), &step)),
        }
        let trouble = watch.look().err().or_else(|| {
            (Instant::now() > end).then(|| Error::TimedOut {
                phase: Phase::Install,
                limit: install.limit,
                seen: format!("`nixos-anywhere` was to {step}"),
                console: console::last_lines(&install.log, 20),
            })
        });
        if let Some(error) = trouble {
            process::end(&mut child, Duration::from_secs(2));
            return Err(error);
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// The step that `nixos-anywhere` named last: it writes `### Installing NixOS ###`.
fn last_step(log: &Path) -> Option<Foreign> {
    let end = files::tail(log, 256 * 1024);
    let mut steps = end.raw().lines().rev().filter_map(|line| {
        line.trim().strip_prefix("### ")?.strip_suffix(" ###").map(|it| it.to_lowercase().into())
    });
    steps.next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cancel;

    struct Steps(Vec<Foreign>, bool);

    impl Watch for Steps {
        fn look(&mut self) -> Result<(), Error> {
            if self.1 { Err(Error::Interrupted) } else { Ok(()) }
        }

        fn step(&mut self, text: &Foreign) {
            self.0.push(text.clone());
        }
    }

    fn install(folder: &Path, limit: Duration) -> Install {
        Install {
            disk_script: "/nix/store/d".into(),
            system: "/nix/store/s".into(),
            target: Target {
                port: 2222,
                user: "root".into(),
                identity: "/key".into(),
                known_hosts: "/known".into(),
                shared: None,
                lost: Cancel::default(),
            },
            key_file: true,
            extra_files: None,
            log: folder.join("install.log"),
            limit,
        }
    }

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script, "nixos-anywhere"]);
        command
    }

    #[test]
    fn the_arguments_are_those_of_nixos_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        let line = install(folder.path(), Duration::ZERO).arguments().join(" ");
        assert!(line.starts_with(
            "--store-paths /nix/store/d /nix/store/s --phases disko,install -i /key -p 2222 "
        ));
        assert!(line.ends_with(" root@127.0.0.1"), "{line}");
    }

    /// The real script's own parser must take the arguments as they are meant.
    #[test]
    #[ignore = "needs NIXFLEET_INPUTS"]
    fn the_real_parser_understands_the_arguments() {
        let inputs = PathBuf::from(std::env::var_os("NIXFLEET_INPUTS").unwrap());
        let script = inputs.join("nixos-anywhere/src/nixos-anywhere.sh");
        let folder = tempfile::tempdir().unwrap();
        let show = r#"parseArgs "$@"
            echo "$diskoScript|$nixosSystem|$sshPrivateKeyFile|$sshConnection|$extraFiles"
            echo "${phases[kexec]}${phases[disko]}${phases[install]}${phases[reboot]}"
            echo "${sshArgs[*]}""#;
        let text = std::fs::read_to_string(script).unwrap();
        let parser = folder.path().join("parser");
        std::fs::write(&parser, text.replace("\nmain \"$@\"", &format!("\n{show}"))).unwrap();
        let mut install = install(folder.path(), Duration::ZERO);
        install.extra_files = Some("/extra".into());
        let mut command = Command::new("bash");
        command.arg(parser).args(install.arguments());
        let output = process::output(&mut command, Duration::from_secs(20)).unwrap();
        let lines: Vec<&str> = output.stdout.raw().lines().collect();
        assert_eq!(lines.len(), 3, "{output:?}");
        assert_eq!(lines[0], "/nix/store/d|/nix/store/s|/key|root@127.0.0.1|/extra");
        assert_eq!(lines[1], "0110");
        assert!(lines[2].ends_with(
            "-p 2222 -o ConnectTimeout=60 -o ServerAliveInterval=15 \
             -o KexAlgorithms=^curve25519-sha256"
        ));
    }

    #[test]
    fn a_failure_names_the_step_and_shows_the_end_of_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let install = install(folder.path(), Duration::from_secs(20));
        let mut steps = Steps(Vec::new(), false);
        let script =
            "echo '### Formatting hard drive with disko ###'; sleep 0.3; echo no disk; exit 7";
        let error = run(shell(script), &install, &mut steps).unwrap_err();
        assert!(error.to_string().contains("exit status: 7"), "{error}");
        assert!(error.to_string().contains("formatting hard drive with disko"), "{error}");
        assert!(error.evidence().unwrap().contains("no disk"));
        assert_eq!(steps.0, [Foreign::from("formatting hard drive with disko")]);
    }

    #[test]
    fn one_that_loops_for_ever_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let install = install(folder.path(), Duration::from_millis(300));
        let started = Instant::now();
        let script = "echo '### Uploading install SSH keys ###'; while true; do sleep 1; done";
        let error = run(shell(script), &install, &mut Steps(Vec::new(), false)).unwrap_err();
        assert!(matches!(error, Error::TimedOut { .. }), "{error}");
        assert_eq!(error.exit_status(), 4);
        assert!(started.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn the_watch_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        let install = install(folder.path(), Duration::from_secs(20));
        let error = run(shell("sleep 60"), &install, &mut Steps(Vec::new(), true)).unwrap_err();
        assert!(matches!(error, Error::Interrupted));
    }
}
