//! One look at a target by SSH, as `ssh` connects with the user's own configuration. Nothing is
//! changed there, nor in the known hosts here.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nixfleet_vm::process::{Output, output};
use tempfile::NamedTempFile;

use super::address::{Address, Route};

const CONNECT: &str = "ConnectTimeout=15";
const ANSWER: Duration = Duration::from_secs(45);

/// What a look needs not, or must not do.
const OPTIONS: &[&str] = &[
    "BatchMode=yes",
    CONNECT,
    "ConnectionAttempts=1",
    // A changed host key is told; it need not keep us from looking.
    "StrictHostKeyChecking=no",
    "UpdateHostKeys=no",
    // A connection that is shared already would say nothing of keys.
    "ControlMaster=no",
    "ControlPath=none",
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "PermitLocalCommand=no",
    "RemoteCommand=none",
];

/// Runs a script of the Bourne shell at the target.
///
/// # Errors
/// When `ssh` does not start.
pub fn run(
    address: &Address,
    route: &Route,
    identities: &[PathBuf],
    script: &str,
) -> std::io::Result<Output> {
    // A copy: `ssh` compares with what is known, and writes down what is new.
    let mut known = NamedTempFile::new()?;
    for file in &route.known_hosts {
        known.write_all(&fs::read(file).unwrap_or_default())?;
    }
    let mut command = Command::new("ssh");
    command.args(["-v", "-T"]);
    for option in OPTIONS {
        command.args(["-o", option]);
    }
    command.args(["-o", &format!("UserKnownHostsFile={}", quoted(known.path()))]);
    if !identities.is_empty() {
        // As nixos-anywhere does: a server closes after so many keys of the agent's.
        command.args(["-o", "IdentitiesOnly=yes"]);
    }
    for identity in identities {
        command.arg("-i").arg(identity);
    }
    // Whatever the login shell is, what runs is `sh`.
    let script = format!("sh -c {}", shlex::try_quote(script).unwrap_or_default());
    output(command.args(address.words()).arg(script), ANSWER)
}

/// A path as `ssh_config(5)` wants it.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('%', "%%"))
}
