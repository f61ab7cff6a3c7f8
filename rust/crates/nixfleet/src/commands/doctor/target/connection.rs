//! One look at a target by SSH, as `ssh` connects with the user's own configuration. Nothing is
//! changed there, nor in the known hosts here.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use nixfleet_nix::process::{self, Output, output};
use nixfleet_vm::ssh::quoted;
use tempfile::NamedTempFile;

use super::Target;
use super::address::Route;
use nixfleet_text::word;

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
    // A key's line is read by it (`Login`), whatever the user likes to see.
    "FingerprintHash=sha256",
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "PermitLocalCommand=no",
    "RemoteCommand=none",
];

/// What came of it.
#[derive(Debug, Default)]
pub struct Look {
    /// What the script wrote. The errors hold more: a banner, and what stands in between tells, for
    /// a jump host another `ssh`, as talkative as ours.
    pub output: Output,
    /// What our own `ssh` tells.
    pub log: String,
}

/// Runs a script of the Bourne shell at the target.
///
/// # Errors
/// When the files that `ssh` needs cannot be written, or it does not start.
pub fn run(target: &Target, route: &Route, script: &str) -> io::Result<Look> {
    let Target { address, identities, options } = target;
    let known = known(&route.known_hosts)?;
    let log = NamedTempFile::new()?;
    let mut command = process::bound("ssh");
    command.args(["-v", "-T", "-E"]).arg(log.path());
    for option in OPTIONS {
        command.args(["-o", option]);
    }
    command.args(["-o", &format!("UserKnownHostsFile={}", quoted(known.path()))]);
    command.args(options);
    if !identities.is_empty() {
        // As nixos-anywhere does: a server closes after so many keys of the agent's.
        command.args(["-o", "IdentitiesOnly=yes"]);
    }
    for identity in identities {
        command.args(["-o", &format!("IdentityFile={}", quoted(identity))]);
    }
    // Whatever the login shell is, what runs is `sh`.
    let script = format!("sh -c {}", word(script));
    let output = output(command.args(address.words()).arg(script), ANSWER)?;
    let log = String::from_utf8_lossy(&fs::read(log.path())?).into_owned();
    Ok(Look { output, log })
}

/// A copy of the known hosts: `ssh` compares with what is known, and writes down what is new.
fn known(files: &[PathBuf]) -> io::Result<NamedTempFile> {
    let mut known = NamedTempFile::new()?;
    for file in files {
        known.write_all(&fs::read(file).unwrap_or_default())?;
        // Its last line may have no end.
        known.write_all(b"\n")?;
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_known_host_has_a_line_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["one", "none", "two"].map(|name| folder.path().join(name));
        fs::write(&files[0], "a ssh-ed25519 A").unwrap();
        fs::write(&files[2], "b ssh-ed25519 B\n").unwrap();
        let known = fs::read_to_string(known(&files).unwrap()).unwrap();
        let lines: Vec<_> = known.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, ["a ssh-ed25519 A", "b ssh-ed25519 B"]);
    }
}
