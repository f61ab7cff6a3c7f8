//! A machine that SSH reaches, as the address of a place names it.

use std::fmt;
use std::process::Command;

/// `[user@]host[:port]`
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    /// The host, and who logs in where that is said.
    pub host: String,
    /// The port, where it is said.
    pub port: Option<u16>,
}

impl Machine {
    /// Reads what people write; whether it may be empty is for the place to say.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (host, port) = match text.rsplit_once(':') {
            // An address of IPv6 stands in brackets.
            Some((name, port)) if !port.ends_with(']') => {
                (name, Some(port.parse().map_err(|_| "its port is no number up to 65535")?))
            }
            _ => (text, None),
        };
        Ok(Self { host: host.replace(['[', ']'], ""), port })
    }

    /// `ssh` to it; the words of a command follow.
    pub fn ssh(&self) -> Command {
        let mut ssh = Command::new("ssh");
        if let Some(port) = self.port {
            ssh.args(["-p", &port.to_string()]);
        }
        // A machine that does not answer is not waited for without end.
        ssh.args(["-o", "ConnectTimeout=30", "--", &self.host]);
        ssh
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.port.map(|it| format!(":{it}")).unwrap_or_default();
        write!(f, "{}{port}", self.host)
    }
}
