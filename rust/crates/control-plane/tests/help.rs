//! Help is a result: it reaches whoever asked, or that is an error.

use std::process::Command;

#[test]
fn help_that_has_nowhere_to_go_is_an_error() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$0\" --help >&-", env!("CARGO_BIN_EXE_nixfleet-control-plane")]);
    let output = shell.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("cannot be written to standard output"), "{told}");

    let output =
        Command::new(env!("CARGO_BIN_EXE_nixfleet-control-plane")).arg("--help").output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("Usage: nixfleet-control-plane"));
    let output =
        Command::new(env!("CARGO_BIN_EXE_nixfleet-control-plane")).arg("--nope").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
