//! A Nix that never returns: it has no time limits of its own.

use std::fs;
use std::process::{Child, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{BUILT, firmware, fleet, is_gone, nothing_half_made_is_left, wait_until};
use crate::ended::Ended;
use crate::{Fleet, INVENTORY, text};

/// What Nix hangs in: a part of its command line, the phase, and how the tool gets there.
const CALLS: [(&str, &str, &[&str]); 3] = [
    ("#nixfleet", "preflight", &["test-vm", "-h", "web-01"]),
    ("--apply", "build", &["test-vm", INVENTORY, "-h", "web-01"]),
    ("packages.x86_64-linux.iso", "build", &["build-vm", INVENTORY, "-h", "web-01"]),
];

/// A fleet whose Nix hangs, with a child of its own, where its command line has a word.
fn hanging(word: &str) -> Fleet {
    let fleet = fleet();
    fleet.link("setpriv");
    assert!(fleet.link("sleep"));
    fleet.program(
        "nix",
        &format!(
            r#"case "$*" in
  *{word}*) sleep 600 & echo "$$ $!" >>processes; wait ;;
  *build*) echo '{}' ;;
  *) echo '{{ "test": null, "devices": [] }}' ;;
esac"#,
            BUILT.replace('\n', " ")
        ),
    );
    fleet
}

fn start(fleet: &Fleet, arguments: &[&str]) -> Child {
    let mut command = fleet.command(arguments);
    command.envs(firmware(fleet)).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Nix and its child, once they hang.
fn processes(fleet: &Fleet) -> Vec<i32> {
    let read = || fs::read_to_string(fleet.path().join("processes")).unwrap_or_default();
    wait_until("Nix does not run", || read().ends_with('\n'));
    read().split_whitespace().map(|it| it.parse().unwrap()).collect()
}

fn is_over(fleet: &Fleet, output: &Output, status: i32, message: &str, what: &str) {
    let said = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{what}: {said}");
    assert!(said.contains(message), "{what}: {said}");
    let processes = processes(fleet);
    assert_eq!(processes.len(), 2, "{what}");
    wait_until(what, || processes.iter().all(|it| is_gone(*it)));
    nothing_half_made_is_left(fleet.path());
    fs::remove_file(fleet.path().join("processes")).unwrap();
}

#[test]
fn a_nix_that_hangs_is_ended_with_its_children_by_the_limit_and_by_ctrl_c() {
    for (word, phase, arguments) in CALLS {
        let fleet = hanging(word);
        let limit = format!("--limit={phase}=1");
        let child = start(&fleet, &[arguments, &[&limit]].concat());
        let output = child.output_of();
        is_over(&fleet, &output, 4, "took longer than its 1 s", word);

        // The same folder: the first run holds no lock any more.
        let child = start(&fleet, arguments);
        processes(&fleet);
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        for _ in 0..2 {
            kill_process(pid, Signal::INT).unwrap();
        }
        let output = child.output_of();
        is_over(&fleet, &output, 130, "interrupted", word);
    }
}

/// Only Linux can end one process with another.
#[test]
#[cfg(target_os = "linux")]
fn a_nix_that_hangs_ends_when_the_tool_is_killed() {
    for (word, _, arguments) in CALLS {
        let fleet = hanging(word);
        let mut child = start(&fleet, arguments);
        let nix = processes(&fleet);
        child.kill().unwrap();
        crate::ended::status_of(&mut child);
        wait_until(word, || is_gone(nix[0]));
        // What Nix started is Nix's to end; this one knows of nothing.
        kill_process(Pid::from_raw(nix[1]).unwrap(), Signal::KILL).unwrap();
    }
}

/// `nohup` ignores SIGHUP for what it starts: a terminal that is closed ends nothing then.
#[test]
#[cfg(target_os = "linux")]
fn what_was_started_by_nohup_ignores_the_terminals_end() {
    let (word, _, arguments) = CALLS[0];
    let fleet = hanging(word);
    let tool = fleet.command(arguments);
    let mut nohup = std::process::Command::new("/bin/sh");
    nohup.args(["-c", "trap '' HUP INT; exec \"$@\"", "sh"]).arg(tool.get_program());
    nohup.args(tool.get_args()).current_dir(fleet.path()).env_clear().envs(firmware(&fleet));
    nohup.envs(tool.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child = nohup.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let running = processes(&fleet);
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, Signal::HUP).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none() && !is_gone(running[0]), "it heeded SIGHUP");
    // A script starts what it puts behind itself so that it ignores this; whoever sends it means it.
    kill_process(pid, Signal::INT).unwrap();
    let output = child.output_of();
    is_over(&fleet, &output, 130, "interrupted", "SIGINT");
}

#[test]
fn a_pipe_among_the_extra_files_is_told_before_it_is_read() {
    let fleet = fleet();
    fs::create_dir(fleet.path().join("extra")).unwrap();
    let pipe = fleet.path().join("extra/pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::os::unix::fs::symlink("extra", fleet.path().join("extweb-01")).unwrap();
    for folder in ["extra", "./ext{host}"] {
        let test = ["test-vm", INVENTORY, "-h", "web-01", "--extra-files", folder];
        fleet.expect(&test, 2, "", "/pipe` is a pipe; only files, folders and links can be copied");
    }
}
