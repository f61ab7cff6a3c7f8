//! The real QEMU: started, watched and driven over QMP, and ended without fail.

mod identity;
mod machine;
mod pause;
mod qmp;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

#[cfg(test)]
pub(crate) use identity::holder;
pub use identity::{end_leftover, running};
pub use machine::QemuMachine;
pub use pause::stop_of;

use crate::hypervisor::{Hypervisor, Machine};
use crate::{Cancel, Error, Launch};
use nixfleet_nix::{Foreign, process};

/// How long `qemu-img` may take: it writes headers alone.
const IMAGE_LIMIT: Duration = Duration::from_secs(30);

/// The QEMU programs of this machine.
#[derive(Debug, Clone, Default)]
pub struct Qemu {
    cancel: Cancel,
}

impl Qemu {
    /// A QEMU that is not waited for when the user wants the work to end.
    #[must_use]
    pub fn new(cancel: Cancel) -> Self {
        Self { cancel }
    }
}

impl Hypervisor for Qemu {
    fn create_disk(&self, path: &Path, gibibytes: u32) -> Result<(), Error> {
        let mut command = Command::new("qemu-img");
        command.args(["create", "-q", "-f", "qcow2"]).arg(path).arg(format!("{gibibytes}G"));
        image(&mut command, IMAGE_LIMIT)
    }

    fn create_overlay(&self, base: &Path, path: &Path) -> Result<(), Error> {
        let mut command = Command::new("qemu-img");
        command.args(["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b"]).arg(base).arg(path);
        image(&mut command, IMAGE_LIMIT)
    }

    fn launch(&self, launch: &Launch) -> Result<Box<dyn Machine>, Error> {
        Ok(Box::new(QemuMachine::start(launch, &self.cancel)?))
    }
}

fn image(command: &mut Command, limit: Duration) -> Result<(), Error> {
    let failed = |reason: Foreign| Error::Program { program: "qemu-img".into(), reason };
    match process::output(command, limit) {
        Ok(process::Output { status: Some(status), .. }) if status.success() => Ok(()),
        Ok(output) if output.stderr.contains("No space left") => Err(Error::DiskFull {
            folder: command.get_args().last().map(Into::into).unwrap_or_default(),
        }),
        Ok(process::Output { status: None, .. }) => {
            Err(failed(format!("it has not ended within {} s", limit.as_secs()).into()))
        }
        Ok(output) => Err(failed(output.stderr.trim())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::NoProgram {
            program: "qemu-img".into(),
            package: "`qemu-utils` (Debian, Ubuntu), `qemu-img` (Fedora) or `qemu` (others)".into(),
        }),
        Err(error) => Err(failed(error.to_string().into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qemu_img_that_fails_is_told_with_what_it_said() {
        let said = |script: &str, limit| {
            let mut command = Command::new("sh");
            image(command.args(["-c", script]), limit).unwrap_err().to_string()
        };
        let long = Duration::from_secs(60);
        assert_eq!(said("echo why >&2; exit 1", long), "`qemu-img` failed: why");
        let full = said("echo No space left on device >&2; exit 1", long);
        assert!(full.starts_with("no space is left"), "{full}");
        let hung = said("exec sleep 60", Duration::ZERO);
        assert_eq!(hung, "`qemu-img` failed: it has not ended within 0 s");
    }
}
