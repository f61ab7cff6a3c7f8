//! Programs that hang, that leave others behind, or that are not there.

use super::*;

#[test]
fn a_program_that_hangs_is_killed_with_its_children() {
    let mut command = Command::new("sh");
    command.args(["-c", "sleep 60 & echo $!; wait"]);
    let output = output(&mut command, Duration::from_millis(300)).unwrap();
    assert!(output.status.is_none());
    let child = output.stdout.raw().trim().parse().ok().and_then(Pid::from_raw).unwrap();
    assert!(wait_until(Duration::from_secs(5), || is_gone(child)));
}

/// As what asks at the terminal is.
#[test]
fn a_program_in_our_own_group_is_asked_before_it_is_killed() {
    let script = "trap 'echo asked; exit' TERM; while :; do sleep 0.05; done";
    let child = bound("sh").args(["-c", script]).stdout(Stdio::piped()).spawn().unwrap();
    let output = collect(child, Duration::from_millis(500).into(), || false).unwrap();
    assert!(output.status.is_none());
    assert_eq!(output.stdout.raw(), "asked\n");
}

/// Gone, or a zombie that its new parent has not heard of yet.
fn is_gone(pid: Pid) -> bool {
    rustix::process::test_kill_process(pid).is_err()
        || fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()))
            .is_ok_and(|stat| stat.contains(") Z "))
}

#[test]
fn a_program_that_left_another_behind_is_waited_for_no_longer_than_itself() {
    let mut command = Command::new("sh");
    command.args(["-c", "sleep 60 & echo $!"]);
    let output = output(&mut command, Duration::from_secs(50)).unwrap();
    assert_eq!(output.status.unwrap().code(), Some(0));
    let child = output.stdout.raw().trim().parse().ok().and_then(Pid::from_raw).unwrap();
    assert!(wait_until(Duration::from_secs(5), || is_gone(child)));
}

/// It has a group of its own, so nothing of ours can end it.
#[test]
#[cfg(target_os = "linux")]
fn what_left_the_group_and_holds_the_pipes_is_not_waited_for() {
    let mut command = Command::new("setsid");
    command.args(["--fork", "sh", "-c", "echo $$; exec sleep 20"]);
    let output = output(&mut command, Duration::from_secs(50)).unwrap();
    let child = output.stdout.raw().trim().parse().ok().and_then(Pid::from_raw).unwrap();
    // It runs still, so nobody waited for it.
    rustix::process::kill_process(child, Signal::KILL).unwrap();
}

#[test]
fn what_a_program_wrote_is_kept_apart() {
    let mut command = Command::new("sh");
    command.args(["-c", "echo out; echo err >&2; exit 3"]);
    let output = output(&mut command, Duration::from_secs(10)).unwrap();
    assert_eq!((output.stdout.raw(), output.stderr.raw()), ("out\n", "err\n"));
    assert_eq!(output.status.unwrap().code(), Some(3));
}

#[test]
fn a_bound_program_ends_with_the_thread_that_started_it() {
    if binding().is_empty() {
        return;
    }
    let start = || {
        let child = bound("sleep").arg("60").spawn().unwrap();
        // `setpriv` must have become `sleep`: only then is it bound.
        let name = || fs::read_to_string(format!("/proc/{}/comm", child.id())).unwrap_or_default();
        wait_until(Duration::from_secs(5), || name().trim() == "sleep");
        child
    };
    let mut child = thread::spawn(start).join().unwrap();
    assert!(wait_until(Duration::from_secs(5), || child.try_wait().unwrap().is_some()));
}

#[test]
fn programs_are_found_on_path_only() {
    assert!(find("sh").is_some());
    assert!(find("no-such-program").is_none());
}

#[test]
fn a_program_that_writes_without_end_is_ended_and_told() {
    let write = |script: &str, bytes| {
        let bounds = Bounds { time: Some(Duration::from_secs(60)), bytes };
        output(Command::new("sh").args(["-c", script]), bounds)
    };
    let error = write("exec cat /dev/zero", 3 << 20).unwrap_err();
    assert_eq!(error.to_string(), "it writes more than 3 MiB");
    // What is written as an error has no end that says more than its last.
    let fine = write("head -c 20000000 /dev/zero >&2; echo why >&2", 10).unwrap();
    assert!(fine.stderr.raw().len() <= 3 * ERRORS && fine.stderr.raw().ends_with("why\n"));
    assert_eq!(write("printf 0123456789", 10).unwrap().stdout.raw(), "0123456789");
}

/// `Instant` counts fewer seconds than a command line can name.
#[test]
fn a_limit_beyond_all_clocks_is_none() {
    let output = output(Command::new("echo").arg("a"), Duration::MAX).unwrap();
    assert_eq!(output.stdout.raw(), "a\n");
}

#[test]
fn a_bound_program_that_is_not_there_is_missed_by_itself() {
    let error = bound("no-such-program").spawn().unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}
