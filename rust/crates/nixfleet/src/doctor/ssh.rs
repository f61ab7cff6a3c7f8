//! One look at a target by SSH: nothing is changed there, nor in the known hosts here.

use std::io::Read;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use nixfleet_vm::process::{Output, output};

const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(30);

/// A target.
pub struct Ssh<'a> {
    /// `root@192.168.1.10`, or a name of the SSH configuration.
    pub target: &'a str,
    /// Its port.
    pub port: u16,
    /// Keys that the user named.
    pub identities: &'a [PathBuf],
}

impl Ssh<'_> {
    /// The address without the user.
    pub fn address(&self) -> &str {
        self.target.rsplit_once('@').map_or(self.target, |(_, address)| address)
    }

    /// The line that the server greets with, or why there is none.
    pub fn banner(&self) -> Result<String, String> {
        let address = self.address().trim_matches(['[', ']']);
        let addresses = (address, self.port)
            .to_socket_addrs()
            .map_err(|_| format!("the name `{address}` is not known"))?;
        let mut reason = format!("the name `{address}` has no address");
        for address in addresses {
            match TcpStream::connect_timeout(&address, CONNECT) {
                Ok(stream) => return greeting(stream),
                Err(error) => reason = format!("{address}: {error}"),
            }
        }
        Err(reason)
    }

    /// Runs a script there. Its keys are tried as `ssh` would, without asking anything.
    pub fn run(&self, script: &str) -> std::io::Result<Output> {
        let mut command = Command::new("ssh");
        command.arg("-v").args(["-p", &self.port.to_string()]);
        for option in [
            "BatchMode=yes",
            "ConnectTimeout=5",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "GlobalKnownHostsFile=/dev/null",
        ] {
            command.args(["-o", option]);
        }
        for identity in self.identities {
            command.arg("-i").arg(identity);
        }
        // After `--` a target that begins with a dash is no option.
        output(command.arg("--").arg(self.target).arg(script), ANSWER)
    }
}

fn greeting(mut stream: TcpStream) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("connected, and nothing came: {error}");
    stream.set_read_timeout(Some(CONNECT)).map_err(failed)?;
    let mut buffer = [0; 256];
    let count = stream.read(&mut buffer).map_err(failed)?;
    let line = String::from_utf8_lossy(&buffer[..count]);
    let line = line.lines().next().unwrap_or_default().trim();
    if line.starts_with("SSH-") {
        Ok(line.to_owned())
    } else {
        Err("something else than an SSH server answers".to_owned())
    }
}
