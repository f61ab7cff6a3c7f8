//! The security key in software, `examples/security_key.rs`. Cargo builds examples with all tests, and
//! leaves them out where one test is asked for.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The library that OpenSSH loads as its `SSH_SK_PROVIDER`.
pub fn built() -> PathBuf {
    // This test is in `target/debug/deps`.
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(3).unwrap().join("debug/examples");
    let library = examples.join(format!("{DLL_PREFIX}security_key{DLL_SUFFIX}"));
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../release/examples/security_key.rs");
    let written = |path: &Path| path.metadata().and_then(|it| it.modified()).ok();
    // One that an earlier run left may know less than its source says.
    if written(&library) < written(source.as_ref()) {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../release/Cargo.toml");
        let build = ["build", "--locked", "--example", "security_key", "--manifest-path", manifest];
        assert!(Command::new(cargo).args(build).status().unwrap().success());
    }
    library
}
