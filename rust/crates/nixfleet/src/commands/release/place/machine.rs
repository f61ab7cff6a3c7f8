//! A machine that SSH reaches, as the address of a place names it.

use std::process::Command;

use crate::commands::hosts::{Address, nix_options};

/// `[user@]host[:port]`, as it stands in an URL.
pub fn parse(text: &str) -> Result<Address, &'static str> {
    if !text.contains('[') && text.matches(':').count() > 1 {
        return Err("an address of IPv6 stands in brackets, `[::1]:22`");
    }
    text.parse()
}

/// `ssh` to it, with the options that `NIX_SSHOPTS` has, as for Nix itself; the words of a command
/// follow.
pub fn ssh(machine: &Address) -> Command {
    ssh_by(machine, &nix_options())
}

fn ssh_by(machine: &Address, options: &[String]) -> Command {
    let mut ssh = Command::new("ssh");
    ssh.args(options);
    // A machine that does not answer, or no longer does, is not waited for without end.
    ssh.args(["-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=20"]);
    ssh.args(["-o", "ServerAliveCountMax=3"]).args(machine.words());
    ssh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssh_is_told_what_the_user_tells_it_for_nix_before_what_is_ours() {
        let ssh = ssh_by(&"ops@fleet:22".parse().unwrap(), &["-F".into(), "/a b".into()]);
        let words: Vec<_> = ssh.get_args().map(|it| it.to_string_lossy()).collect();
        assert_eq!(words[..4], ["-F", "/a b", "-o", "ConnectTimeout=30"]);
        assert_eq!(words[words.len() - 4..], ["-p", "22", "--", "ops@fleet"]);
    }
}
