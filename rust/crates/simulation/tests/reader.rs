//! Whoever looks on may stop reading at any time.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

#[test]
fn it_ends_quietly_where_nobody_reads_on() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_nixfleet-simulate"));
    program.args(["3", "--trace"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    let mut line = String::new();
    let mut steps = BufReader::with_capacity(1, child.stderr.take().unwrap());
    steps.read_line(&mut line).unwrap();
    assert!(line.contains("starts"), "{line}");
    drop(steps);
    let mut rest = String::new();
    child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!((child.wait().unwrap().code(), rest.as_str()), (Some(0), ""));
}
