//! A key that signs, by `ssh-keygen -Y sign`: it knows key files and their passphrases, the agent, and
//! security keys, and whoever has one of them has it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use nixfleet_inventory::keys::{Identity, Source};
use nixfleet_nix::process::{Bounds, bound, collect};
use nixfleet_release::{Key, NAMESPACE, SIGNATURES_BYTES, Signatures};

use crate::error::Trouble;
use crate::text::page::tell;

/// How long a passphrase, a touch or an agent is waited for.
const LIMIT: Duration = Duration::from_secs(5 * 60);

/// A key that can sign, and where `ssh-keygen` finds it.
pub struct Signer {
    key: Key,
    place: Place,
}

enum Place {
    /// A private key, or the public half of one in the agent.
    File(PathBuf),
    /// The agent.
    Agent,
}

impl Signer {
    /// The key out of a file that names it.
    pub fn of_file(key: Key, file: &Path) -> Self {
        Self { key, place: Place::File(file.to_owned()) }
    }

    /// The key where it was found.
    pub fn of(key: &Key, identity: &Identity) -> Self {
        let place = match &identity.source {
            Source::File(path) => Place::File(path.clone()),
            Source::Agent => Place::Agent,
        };
        Self { key: key.clone(), place }
    }

    /// The key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The signature of some bytes. `ssh-keygen` asks for a passphrase or a touch at the terminal,
    /// and says there what it lacks.
    pub fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
        let failed = |error: io::Error| Trouble::Sign(error.to_string());
        let mut public = tempfile::Builder::new().suffix(".pub").tempfile().map_err(failed)?;
        let file = match &self.place {
            Place::File(file) => file.as_path(),
            Place::Agent => {
                // An agent says so nowhere that somebody at the terminal would see.
                if self.key.is_hardware() {
                    tell(format!("the security key {} waits for a touch", self.key));
                }
                writeln!(public, "{}", self.key.line()).map_err(failed)?;
                public.path()
            }
        };
        let mut command = bound("ssh-keygen");
        command.args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"]).arg(file);
        self.answer(command, bytes, LIMIT)
    }

    /// What the program gives for the bytes, if it is a signature that hosts take and comes in time.
    fn answer(
        &self,
        mut command: Command,
        bytes: &[u8],
        limit: Duration,
    ) -> Result<Vec<u8>, Trouble> {
        let failed = |error: io::Error| Trouble::Sign(error.to_string());
        // In our own process group, for only that has the terminal.
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        // It may ask before it reads, and never read where it hangs.
        let (input, all) = (child.stdin.take(), bytes.to_owned());
        let writer = thread::spawn(move || input.map_or(Ok(()), |mut it| it.write_all(&all)));
        let bounds = Bounds { time: Some(limit), bytes: SIGNATURES_BYTES };
        let output = collect(child, bounds, || false).map_err(failed)?;
        let Some(status) = output.status else {
            let seconds = limit.as_secs();
            let problem = format!("it gave no signature within {seconds} s ({})", self.key);
            return Err(Trouble::Sign(problem));
        };
        if !status.success() {
            return Err(Trouble::Sign(format!("{status} ({})", self.key)));
        }
        writer.join().unwrap_or(Ok(())).map_err(failed)?;
        // What nobody would take is not kept.
        let keys = [self.key.clone()];
        let signature = output.stdout.raw().as_bytes();
        let flaw = match Signatures::read(signature) {
            Ok(signature) => signature.by(&keys, bytes).1.first().map(ToString::to_string),
            Err(error) => Some(error.to_string()),
        };
        flaw.map_or(Ok(signature.to_owned()), |flaw| Err(Trouble::NotTaken(flaw)))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::time::Instant;

    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ann";

    fn said(command: Command, bytes: &[u8], limit: Duration) -> (String, Duration) {
        let signer = Signer::of_file(KEY.parse().unwrap(), Path::new("ann"));
        let begin = Instant::now();
        let refused = signer.answer(command, bytes, limit).unwrap_err();
        (refused.to_string(), begin.elapsed())
    }

    /// An agent that takes what it is asked and never answers, as one does whose key nobody touches.
    #[test]
    fn an_agent_that_never_signs_is_left_when_its_time_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let (public, socket) = (folder.path().join("ann.pub"), folder.path().join("socket"));
        std::fs::write(&public, format!("{KEY}\n")).unwrap();
        let _hangs = UnixListener::bind(&socket).unwrap();
        let mut command = bound("ssh-keygen");
        command.args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"]).arg(public);
        command.env("SSH_AUTH_SOCK", socket);
        let (said, took) = said(command, b"head", Duration::from_secs(1));
        assert!(said.contains("it gave no signature within 1 s (ann (SHA256:"), "{said}");
        // It goes when it is asked to.
        assert!(took > Duration::from_secs(1) && took < Duration::from_secs(20), "{took:?}");
    }

    /// It reads nothing: more than a pipe holds is written to nobody.
    #[test]
    fn a_program_that_neither_reads_nor_answers_is_left_too() {
        let mut command = bound("sleep");
        command.arg("600");
        let (said, took) =
            said(command, "x".repeat(1 << 20).as_bytes(), Duration::from_millis(200));
        assert!(said.contains("it gave no signature within"), "{said}");
        assert!(took < Duration::from_secs(20), "{took:?}");
    }
}
