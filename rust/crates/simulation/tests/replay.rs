//! A seed is a whole run: what failed once can be looked at again, step by step.

use std::process::{Command, Output};

fn run(seed: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_nixfleet-simulate"));
    program.args([seed, "--trace"]).output().unwrap()
}

#[test]
fn the_same_seed_does_the_same_to_the_same_line() {
    for seed in ["3", "8", "14"] {
        let (once, again) = (run(seed), run(seed));
        assert!(once.stderr.len() > 1000, "seed {seed} has no steps");
        let lines = |it: &Output| String::from_utf8_lossy(&it.stderr).into_owned();
        for (at, (one, other)) in lines(&once).lines().zip(lines(&again).lines()).enumerate() {
            assert_eq!(one, other, "seed {seed}, step {at}");
        }
        assert_eq!(once, again);
    }
}
