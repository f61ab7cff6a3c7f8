//! A key that signs, by `ssh-keygen -Y sign`: it knows key files and their passphrases, the agent, and
//! security keys, and whoever has one of them has it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use nixfleet_inventory::keys::{Identity, Source};
use nixfleet_nix::process::{Bounds, bound, collect};
use nixfleet_release::{Key, NAMESPACE, SIGNATURES_BYTES, Signatures};

use crate::error::Trouble;
use nixfleet_text::output::tell;

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
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        // It may ask before it reads, and never read where it hangs.
        let (input, all) = (child.stdin.take(), bytes.to_owned());
        let writer = thread::spawn(move || input.map_or(Ok(()), |mut it| it.write_all(&all)));
        let bounds = Bounds { time: Some(LIMIT), bytes: SIGNATURES_BYTES };
        let output = collect(child, bounds, || false).map_err(failed)?;
        let Some(status) = output.status else {
            let minutes = LIMIT.as_secs() / 60;
            let problem = format!("it gave no signature within {minutes} minutes ({})", self.key);
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
