//! Accelerators that are absent, forbidden, broken or fine.

use std::io::{Error, ErrorKind};

use super::*;

#[test]
fn a_foreign_processor_is_emulated() {
    let foreign = if Platform::X86_64.is_native() { Platform::Aarch64 } else { Platform::X86_64 };
    let choice = Choice::find(foreign, Path::new("/none"), Path::new("/none"));
    assert_eq!(choice.accelerator, Accelerator::Tcg);
    assert!(choice.reason.unwrap().contains(foreign.system()));
}

#[test]
fn absent_and_forbidden_are_told_apart() {
    assert!(unusable(&Error::from(ErrorKind::NotFound)).contains("has no `/dev/kvm`"));
    assert!(unusable(&Error::from(ErrorKind::PermissionDenied)).contains("usermod -aG kvm"));
}

/// With a device that can be opened, and a QEMU that does with it as a script says.
#[cfg(target_os = "linux")]
mod linux {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    struct Machine(tempfile::TempDir);

    impl Machine {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("kvm"), "").unwrap();
            Self(folder)
        }

        fn qemu(&self, script: &str) {
            let qemu = self.0.path().join("qemu");
            let counted = format!("echo >>{}/tries", self.0.path().display());
            fs::write(&qemu, format!("#!/bin/sh\n{counted}\n{script}\n")).unwrap();
            fs::set_permissions(&qemu, fs::Permissions::from_mode(0o755)).unwrap();
        }

        fn choice(&self) -> Choice {
            let [kvm, qemu, cache] = ["kvm", "qemu", "cache"].map(|it| self.0.path().join(it));
            Choice::find_with(&kvm, native(), &qemu, &cache)
        }

        fn tries(&self) -> u64 {
            fs::metadata(self.0.path().join("tries")).unwrap().len()
        }
    }

    fn native() -> Platform {
        if Platform::X86_64.is_native() { Platform::X86_64 } else { Platform::Aarch64 }
    }

    #[test]
    fn one_that_is_there_and_does_not_work_is_not_used() {
        let broken = [
            ("echo 'ioctl failed' >&2; exit 1", "QEMU ended with exit status: 1: ioctl failed"),
            ("kill -ABRT $$", "QEMU ended with signal: 6"),
            ("exec sleep 60", "a guest hung for 2 s"),
        ];
        for (script, reason) in broken {
            let machine = Machine::new();
            machine.qemu(script);
            let choice = machine.choice();
            assert_eq!(choice.accelerator, Accelerator::Tcg, "{script}");
            let said = choice.reason.unwrap();
            assert!(said.starts_with("KVM is there and does not work: "), "{said}");
            assert!(said.contains(reason), "{said}");
        }
    }

    #[test]
    fn a_trial_that_failed_for_something_else_is_made_again() {
        for script in [
            "echo 'qemu: cannot set up guest memory: Cannot allocate memory' >&2; exit 1",
            "kill -KILL $$",
            "echo 'fork: Resource temporarily unavailable' >&2; exit 1",
        ] {
            let machine = Machine::new();
            machine.qemu(script);
            assert_eq!(machine.choice().accelerator, Accelerator::Tcg);
            assert_eq!(machine.choice().accelerator, Accelerator::Tcg);
            assert_eq!(machine.tries(), 2, "{script}");
        }
    }

    #[test]
    fn a_failure_is_kept_for_minutes_whatever_the_clock_does() {
        let machine = Machine::new();
        machine.qemu("exit 1");
        machine.choice();
        machine.choice();
        assert_eq!(machine.tries(), 1);
        let kept = |until| Kept { key: String::new(), choice: machine.choice(), until };
        let now = Duration::from_secs(10_000);
        assert!(kept(Some(10_300)).holds(now) && kept(None).holds(now));
        assert!(!kept(Some(9_999)).holds(now), "it is over");
        assert!(!kept(Some(20_000)).holds(now), "the clock was set back");
    }

    #[test]
    fn one_that_works_is_used_and_tried_once_for_a_qemu() {
        let machine = Machine::new();
        machine.qemu(if native() == Platform::X86_64 { "exit 33" } else { "exit 0" });
        let fine = Choice { accelerator: Accelerator::Kvm, reason: None };
        assert_eq!((machine.choice(), machine.tries()), (fine.clone(), 1));
        assert_eq!((machine.choice(), machine.tries()), (fine, 1));
        machine.qemu("exit 7");
        assert_eq!((machine.choice().accelerator, machine.tries()), (Accelerator::Tcg, 2));
    }

    /// Root may open all there is, so as root a copy of this program looks, without that right.
    #[test]
    fn one_that_may_not_be_opened_is_not_tried() {
        const NAME: &str = "accelerator::tests::linux::one_that_may_not_be_opened_is_not_tried";
        const GIVEN: &str = "NIXFLEET_FORBIDDEN_KVM";
        if let Some(kvm) = std::env::var_os(GIVEN) {
            let none = Path::new("/none");
            let choice = Choice::find_with(Path::new(&kvm), native(), none, none);
            assert_eq!(choice.accelerator, Accelerator::Tcg);
            let reason = choice.reason.unwrap();
            assert!(reason.starts_with("you may not open `/dev/kvm`"), "{reason}");
            return;
        }
        let machine = Machine::new();
        let kvm = machine.0.path().join("kvm");
        fs::set_permissions(&kvm, fs::Permissions::from_mode(0o000)).unwrap();
        let program = std::env::current_exe().unwrap();
        let mut command = if File::open(&kvm).is_ok() {
            let mut command = std::process::Command::new("setpriv");
            command.args(["--bounding-set=-all", "--inh-caps=-all", "--"]).arg(program);
            command
        } else {
            std::process::Command::new(program)
        };
        let output = command.args(["--exact", NAME]).env(GIVEN, &kvm).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    fn one_that_is_absent_is_not_tried() {
        let none = Path::new("/none");
        let choice = Choice::find_with(none, native(), none, none);
        assert_eq!(choice.reason.unwrap(), "this machine has no `/dev/kvm`");
    }
}
