//! What QEMU tells over its control socket, and what it means for the machine.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::*;
use crate::launch::tests::sample;
use crate::{Accelerator, Platform};

/// A QEMU that tells of some events and ends when a file is there; with what it answers when it is
/// asked how the guest is.
struct Told {
    folder: tempfile::TempDir,
    launch: Launch,
}

impl Told {
    fn new(events: &[&str], status: &str) -> Self {
        // One line each, as QEMU writes them.
        let events: Vec<String> = events.iter().map(|it| it.replace('\n', "")).collect();
        let status = status.to_owned();
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let mut launch = sample(Platform::X86_64, Accelerator::Tcg);
        launch.qemu = path("qemu");
        launch.files.qmp = path("qmp");
        launch.files.log = path("log");
        launch.files.pid = path("pid");
        let script = format!(
            "#!/bin/sh\necho >{0}/started\nuntil [ -e {0}/end ]; do sleep 0.05; done\n",
            folder.path().display()
        );
        fs::write(&launch.qemu, script).unwrap();
        fs::set_permissions(&launch.qemu, fs::Permissions::from_mode(0o755)).unwrap();
        let (started, socket) = (path("started"), path("qmp"));
        thread::spawn(move || {
            process::wait_until(LONG, || started.exists());
            serve(&socket, &events, &status);
        });
        Self { folder, launch }
    }

    fn end(&self) {
        fs::write(self.folder.path().join("end"), "").unwrap();
    }
}

/// As long as a busy machine may take.
const LONG: Duration = Duration::from_secs(60);

/// The first status that is not that all is well.
fn status(machine: &mut QemuMachine) -> Status {
    let mut status = Status::Running;
    process::wait_until(LONG, || {
        status = machine.status();
        status != Status::Running
    });
    status
}

fn serve(socket: &Path, events: &[String], status: &str) {
    let (mut stream, _) = UnixListener::bind(socket).unwrap().accept().unwrap();
    let reader = BufReader::new(stream.try_clone().unwrap());
    writeln!(stream, r#"{{ "QMP": {{}} }}"#).unwrap();
    for line in reader.lines().map_while(Result::ok) {
        if status == SILENT && !line.contains("qmp_capabilities") {
            continue;
        }
        let answer = if line.contains("query-status") {
            format!(r#"{{ "return": {{ "status": "{status}" }} }}"#)
        } else if line.contains("query-block") {
            r#"{ "return": [{ "device": "disk1" }, { "io-status": "nospace" }] }"#.to_owned()
        } else {
            r#"{ "return": {} }"#.to_owned()
        };
        let _ = writeln!(stream, "{answer}");
        if line.contains("qmp_capabilities") {
            for event in events {
                writeln!(stream, "{event}").unwrap();
            }
        }
    }
}

/// It answers nothing more, since somebody has stopped it.
const SILENT: &str = "";

const FULL: &str = r#"{ "event": "BLOCK_IO_ERROR", "data": { "device": "disk", "operation": "write",
 "action": "stop", "nospace": true, "reason": "No space left on device" } }"#;

#[test]
fn trouble_of_the_guest_is_told_and_lasts() {
    let broken =
        FULL.replace("true", "false").replace("No space left on device", "Input/output error");
    let stop = r#"{ "event": "STOP" }"#;
    let failed = |text: &str| Status::Failed(format!("QEMU paused the guest: {text}").into());
    let panicked = r#"{ "event": "GUEST_PANICKED", "data": { "action": "run" } }"#;
    let rows: [(&[&str], &str, Status); 5] = [
        (&[panicked], "running", Status::Panicked),
        (&[FULL], "io-error", Status::DiskFull),
        (&[FULL, stop], "io-error", Status::DiskFull),
        (&[&broken], "io-error", failed("Input/output error")),
        (&[stop], "internal-error", failed("internal-error")),
    ];
    for (events, paused, expected) in rows {
        let told = Told::new(events, paused);
        let mut machine = QemuMachine::start(&told.launch, &Cancel::default()).unwrap();
        for _ in 0..2 {
            assert_eq!(status(&mut machine), expected, "{events:?}");
        }
        let pid = machine.pid();
        drop(machine);
        let pid = Pid::from_raw(pid).unwrap();
        assert!(test_kill_process(pid).is_err(), "QEMU still runs");
    }
}

#[test]
fn a_guest_that_powered_off_is_told_from_a_qemu_that_ended() {
    let by_guest: &[&str] =
        &[r#"{ "event": "SHUTDOWN", "data": { "guest": true, "reason": "guest-shutdown" } }"#];
    let by_signal: &[&str] =
        &[r#"{ "event": "SHUTDOWN", "data": { "guest": false, "reason": "host-signal" } }"#];
    let ended = Status::Failed("exit status: 0".into());
    for (events, expected) in [(by_guest, Status::PoweredOff), (by_signal, ended)] {
        let told = Told::new(events, "running");
        let mut machine = QemuMachine::start(&told.launch, &Cancel::default()).unwrap();
        told.end();
        assert_eq!(status(&mut machine), expected, "{events:?}");
        assert_eq!(machine.status(), expected, "it stays so");
        assert!(!told.launch.files.qmp.exists());
    }
}

#[test]
fn a_guest_that_restarts_has_failed_unless_it_was_to() {
    let event = r#"{ "event": "SHUTDOWN", "data": { "guest": true, "reason": "guest-reset" } }"#;
    for (asked, expected) in
        [(true, Status::PoweredOff), (false, Status::Failed("exit status: 0".into()))]
    {
        let told = Told::new(&[event], "running");
        let mut machine = QemuMachine::start(&told.launch, &Cancel::default()).unwrap();
        if asked {
            machine.end_on_restart().unwrap();
        }
        told.end();
        assert_eq!(status(&mut machine), expected);
    }
}

#[test]
fn a_qemu_that_hangs_is_not_waited_for_by_who_wants_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut launch = sample(Platform::X86_64, Accelerator::Tcg);
    launch.qemu = path("qemu");
    (launch.files.qmp, launch.files.log) = (path("qmp"), path("log"));
    let script = format!("#!/bin/sh\necho >{}\nexec sleep 60\n", path("started").display());
    fs::write(&launch.qemu, script).unwrap();
    fs::set_permissions(&launch.qemu, fs::Permissions::from_mode(0o755)).unwrap();
    let cancel = Cancel::default();
    let (started, socket, end) = (path("started"), path("qmp"), cancel.clone());
    // It accepts a connection, and greets nobody.
    let connection = thread::spawn(move || {
        process::wait_until(LONG, || started.exists());
        let connection = UnixListener::bind(&socket).unwrap().accept().unwrap();
        end.request();
        (connection, Instant::now())
    });
    let error = QemuMachine::start(&launch, &cancel).unwrap_err();
    let (_connection, wanted) = connection.join().unwrap();
    assert!(matches!(error, Error::Interrupted), "{error}");
    assert!(wanted.elapsed() < PATIENCE, "it waits for its greeting: {:?}", wanted.elapsed());
}

/// Stopped by SIGSTOP, it heeds no signal but that which nobody can refuse, and answers nothing.
#[test]
fn a_qemu_that_was_stopped_is_ended_by_who_wants_the_end() {
    let told = Told::new(&[], SILENT);
    let cancel = Cancel::default();
    let mut machine = QemuMachine::start(&told.launch, &cancel).unwrap();
    let pid = Pid::from_raw(machine.pid()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    cancel.request();
    let begun = Instant::now();
    machine.press_power();
    assert!(!machine.reset() && !machine.screenshot(&told.folder.path().join("screen")));
    drop(machine);
    assert!(test_kill_process(pid).is_err(), "QEMU still runs");
    assert!(begun.elapsed() < 2 * PATIENCE, "it waits for its answers: {:?}", begun.elapsed());
}

/// The event that told it came when nobody listened.
#[test]
fn who_comes_later_is_told_that_the_guest_was_stopped() {
    let failed = |text: &str| Status::Failed(format!("QEMU paused the guest: {text}").into());
    for (status, expected) in [
        ("running", Status::Running),
        ("io-error", Status::DiskFull),
        ("internal-error", failed("internal-error")),
        ("paused", failed("somebody asked it to")),
    ] {
        let told = Told::new(&[], status);
        let (folder, files) = (told.folder.path(), &told.launch.files);
        let mut qemu = identity::holder::hold(&files.pid);
        fs::write(folder.join("started"), "").unwrap();
        process::wait_until(LONG, || files.qmp.exists());
        let mut machine =
            QemuMachine::attach(&files.pid, &files.qmp, &files.log, &Cancel::default()).unwrap();
        assert_eq!(machine.status(), expected, "{status}");
        assert!(machine.pid_runs());
        // It says so still when it was to go on.
        assert_eq!(machine.resume(), expected == Status::Running, "{status}");
        assert_eq!(machine.status(), expected, "{status}");
        drop(machine);
        assert!(qemu.try_wait().unwrap().is_none(), "what was found running is not ended");
        qemu.kill().unwrap();
        qemu.wait().unwrap();
    }
}
