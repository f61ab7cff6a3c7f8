//! The program `ssh`: its options, a call, and what its end means.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::{SshError, Target};
use crate::Cancel;
use nixfleet_assertion::Ran;
use nixfleet_nix::{Foreign, process};
use nixfleet_text::word;

/// The exchange of keys that is tried first. OpenSSH 9 prefers one that quantum computers are not to
/// break, which takes an emulated processor a quarter of a second longer; this connection does not
/// leave the machine.
pub(crate) const QUICK_EXCHANGE: &str = "KexAlgorithms=^curve25519-sha256";

/// The options of a connection: nothing of the user's own configuration, no question to the
/// terminal, no key but the one given, and no word with the user's known hosts.
#[must_use]
pub fn options(target: &Target) -> Vec<String> {
    let set = |key: &str, value: &str| ["-o".to_owned(), format!("{key}={value}")];
    let mut all = vec!["-F".to_owned(), "/dev/null".to_owned()];
    all.extend(set("BatchMode", "yes"));
    all.extend(set("IdentitiesOnly", "yes"));
    all.extend(set("UserKnownHostsFile", &quoted(&target.known_hosts)));
    all.extend(set("GlobalKnownHostsFile", "/dev/null"));
    all.extend(set("StrictHostKeyChecking", "accept-new"));
    all.extend(set("LogLevel", "ERROR"));
    all.extend(set("ServerAliveInterval", "15"));
    all.extend(set("ServerAliveCountMax", "8"));
    all.extend(["-o".to_owned(), QUICK_EXCHANGE.to_owned()]);
    if let Some(socket) = &target.shared {
        all.extend(set("ControlPath", &quoted(socket)));
    }
    // `-i` would look for a file by the name, and only then read `%` as `ssh_config(5)` does.
    all.extend(set("IdentityFile", &quoted(&target.identity)));
    all.extend(["-p".to_owned(), target.port.to_string()]);
    // What begins with a dash behind it is no option.
    all.extend(["--".to_owned(), format!("{}@127.0.0.1", target.user)]);
    all
}

/// A target as a section of `ssh_config(5)`, by which whoever uses `ssh` reaches it by any of the names.
#[must_use]
pub fn section(names: &[String], target: &Target) -> String {
    let Target { port, user, identity, known_hosts, .. } = target;
    let (identity, known_hosts) = (quoted(identity), quoted(known_hosts));
    format!(
        "Host {}\n  HostName 127.0.0.1\n  Port {port}\n  User {user}\n  IdentityFile {identity}\n  \
         IdentitiesOnly yes\n  UserKnownHostsFile {known_hosts}\n  GlobalKnownHostsFile /dev/null\n  \
         StrictHostKeyChecking accept-new\n  LogLevel ERROR\n  {}\n",
        names.join(" "),
        QUICK_EXCHANGE.replacen('=', " ", 1),
    )
}

/// A path as a value of `ssh_config(5)`: in quotes, within which `ssh` takes a backslash off quotes
/// and backslashes alone (`argv_split` in its `misc.c`), and with no token in it.
#[must_use]
pub fn quoted(path: &Path) -> String {
    let path = path.to_string_lossy();
    format!("\"{}\"", path.replace('%', "%%").replace('\\', "\\\\").replace('"', "\\\""))
}

/// Runs a shell script in the guest, unless the user wants the end.
pub fn run(
    target: &Target,
    script: &str,
    limit: Duration,
    cancel: &Cancel,
) -> Result<Ran, SshError> {
    let mut command = command(&[], target, limit);
    command.arg(format!("sh -c {}", word(script)));
    let output = process::output_unless(&mut command, limit, || {
        cancel.requested() || target.lost.requested()
    })
    .map_err(|error| SshError::Unreachable(format!("`ssh` failed: {error}").into()))?;
    let Some(status) = output.status else { return Err(SshError::TimedOut(limit)) };
    judge(status.code().unwrap_or(255), output.stdout, output.stderr)
}

/// `ssh` with flags, up to what it is to run.
pub fn command(flags: &[&str], target: &Target, limit: Duration) -> Command {
    let mut command = process::bound("ssh");
    // ConnectTimeout also limits the wait for the greeting, so it must not be short.
    command
        .args(["-T", "-o", &format!("ConnectTimeout={}", limit.as_secs().max(1))])
        .args(flags)
        .args(options(target));
    command
}

/// ssh ends with 255 when the connection is the trouble; so may a command.
pub fn judge(status: i32, stdout: Foreign, stderr: Foreign) -> Result<Ran, SshError> {
    if status != 255 {
        return Ok(Ran { status, stdout, stderr });
    }
    let said = stderr.raw().trim();
    if said.contains("Permission denied (") || said.contains("Too many authentication failures") {
        return Err(SshError::KeyRefused);
    }
    if said.contains("REMOTE HOST IDENTIFICATION HAS CHANGED")
        || said.contains("Host key verification failed")
    {
        return Err(SshError::HostKeyChanged);
    }
    let trouble = [
        "onnection",
        "onnect to",
        "timed out",
        "Timeout, server",
        "kex_exchange",
        "Broken pipe",
        "mux_client",
    ];
    if said.is_empty() || !trouble.iter().any(|it| said.contains(it)) {
        return Ok(Ran { status, stdout, stderr });
    }
    Err(SshError::Unreachable(stderr.last_line()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_key_is_told_from_a_guest_that_is_not_up() {
        let judge = |status, said: &str| judge(status, Foreign::default(), said.into());
        assert_eq!(
            judge(255, "root@127.0.0.1: Permission denied (publickey).\n"),
            Err(SshError::KeyRefused)
        );
        let up = judge(255, "Connection closed by 127.0.0.1 port 1\n");
        assert!(matches!(up, Err(SshError::Unreachable(_))));
        assert_eq!(judge(255, "my own words").unwrap().status, 255);
        assert_eq!(judge(3, "Permission denied (publickey).").unwrap().status, 3);
    }

    #[test]
    fn nothing_is_asked_of_the_terminal_and_nothing_taken_from_the_user() {
        let target = Target {
            port: 2222,
            user: "root".into(),
            identity: "/k".into(),
            known_hosts: "/a b/known".into(),
            shared: None,
            lost: Cancel::default(),
        };
        let line = options(&target).join(" ");
        for option in [
            "-F /dev/null",
            "BatchMode=yes",
            "IdentitiesOnly=yes",
            "UserKnownHostsFile=\"/a b/known\"",
            "IdentityFile=\"/k\"",
            "-- root@127.0.0.1",
            "KexAlgorithms=^curve25519-sha256",
        ] {
            assert!(line.contains(option), "{line}");
        }
    }

    /// What comes after the host's name is run there.
    #[test]
    fn flags_are_flags() {
        let target = Target {
            port: 2222,
            user: "root".into(),
            identity: "/k".into(),
            known_hosts: "/known".into(),
            shared: None,
            lost: Cancel::default(),
        };
        let command = command(&["-M"], &target, Duration::from_secs(1));
        let words: Vec<_> = command.get_args().map(|it| it.to_string_lossy()).collect();
        assert!(
            words.contains(&"-M".into())
                && words.ends_with(&["--".into(), "root@127.0.0.1".into()])
        );
    }

    /// The real program reads the options as they are meant, whatever the folder is called.
    #[test]
    fn a_path_may_have_any_name() {
        let folder = "/it's a \"50%\" \\\"fleet\\\n#$HOME %h/known";
        let target = Target {
            port: 2222,
            user: "-oProxyCommand=touch pwned".into(),
            identity: folder.into(),
            known_hosts: folder.into(),
            shared: Some(folder.into()),
            lost: Cancel::default(),
        };
        let words = options(&target);
        assert_eq!(words[words.len() - 2], "--");
        let Some(ssh) = process::find("ssh") else { return };
        // A user of such a name is refused by newer versions.
        let target = Target { user: "root".into(), ..target };
        let mut command = std::process::Command::new(ssh);
        let command = command.arg("-G").args(options(&target));
        let output = process::output(command, Duration::from_secs(20)).unwrap();
        assert!(output.status.unwrap().success(), "{}", output.stderr);
        let said = output.stdout.into_raw();
        for word in ["userknownhostsfile", "identityfile", "controlpath"] {
            // Tokens are read only when it connects, but for the control path's.
            let (tokens, plain) = (folder.replace('%', "%%"), folder);
            let is_said = |it: &str| said.contains(&format!("{word} {it}\n"));
            assert!(is_said(&tokens) || is_said(plain), "{word}: {said}");
        }
    }
}
