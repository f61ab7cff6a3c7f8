//! A machine that SSH reaches, as the address of a place names it.

use std::fmt;
use std::num::NonZeroU16;
use std::process::Command;

use crate::commands::hosts::nix_options;

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
        let (user, rest) =
            text.rsplit_once('@').map_or((None, text), |(it, rest)| (Some(it), rest));
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or("its `[` is not closed")?;
                let port = match port.strip_prefix(':') {
                    None if !port.is_empty() => return Err("a port stands behind a `:`"),
                    port => port,
                };
                (host, port)
            }
            None => rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port))),
        };
        let is_odd = |it: &str| {
            it.starts_with('-') || it.contains(|it: char| it.is_whitespace() || it.is_control())
        };
        if port.is_some_and(|it| it.contains(':')) {
            return Err("an address of IPv6 stands in brackets, `[::1]:22`");
        }
        let port = port.map(str::parse::<NonZeroU16>).transpose();
        let port = port.map_err(|_| "its port is no number from 1 to 65535")?.map(NonZeroU16::get);
        if is_odd(host) || user.is_some_and(|it| it.is_empty() || is_odd(it)) {
            return Err("a user and a host begin with no `-`, and have no spaces");
        }
        if host.is_empty() && (user.is_some() || port.is_some()) {
            return Err("it has no host");
        }
        let user = user.map(|it| format!("{it}@")).unwrap_or_default();
        Ok(Self { host: format!("{user}{host}"), port })
    }

    /// `ssh` to it, with the options that `NIX_SSHOPTS` has, as for Nix itself; the words of a command
    /// follow.
    pub fn ssh(&self) -> Command {
        self.ssh_by(&nix_options())
    }

    fn ssh_by(&self, options: &[String]) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.args(options);
        if let Some(port) = self.port {
            ssh.args(["-p", &port.to_string()]);
        }
        // A machine that does not answer, or no longer does, is not waited for without end.
        ssh.args(["-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=20"]);
        ssh.args(["-o", "ServerAliveCountMax=3", "--", &self.host]);
        ssh
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.port.map(|it| format!(":{it}")).unwrap_or_default();
        match self.host.rsplit_once('@').unwrap_or(("", &self.host)) {
            (_, host) if !host.contains(':') => write!(f, "{}{port}", self.host),
            ("", host) => write!(f, "[{host}]{port}"),
            (user, host) => write!(f, "{user}@[{host}]{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssh_is_told_what_the_user_tells_it_for_nix_before_what_is_ours() {
        let ssh = Machine::parse("ops@fleet:22").unwrap().ssh_by(&["-F".into(), "/a b".into()]);
        let words: Vec<_> = ssh.get_args().map(|it| it.to_string_lossy()).collect();
        assert_eq!(words, ["-F", "/a b", "-p", "22", "-o", "ConnectTimeout=30", "--", "ops@fleet"]);
    }
}
