//! Why a login was refused, and what to do about it.

use std::path::Path;

use super::key::{described, file_of};
use super::{AUTHENTICATED, Login};
use nixfleet_text::word;

impl<'a> Login<'a> {
    /// Why we did not get in, and what to do.
    pub(super) fn refusal(&self) -> (String, String) {
        let user = &self.route.user;
        let offered = self.all("Offering public key: ");
        if self.log.contains("Too many authentication failures") {
            let text = format!("{user} does not get in: {} keys were too many", offered.len());
            return (text, "name the one that fits with `--identity`".to_owned());
        }
        if !self.log.contains("Permission denied") {
            let text = match self.said() {
                _ if !self.in_time => "no answer in time",
                Some(said) => said,
                None => "the connection ended without a word",
            };
            let help = "try again, and where it stays so: `ssh -v` shows more";
            return (text.to_owned(), help.to_owned());
        }
        if let Some(file) = self.too_open() {
            let text = format!("{user} does not get in: others can read {file}, so ssh refuses it");
            return (text, format!("`chmod 600 {}`", word(file)));
        }
        let accepted = self.last("Server accepts key: ");
        if let Some(key) = accepted.as_deref().or_else(|| self.unreadable()) {
            let text = format!("{user} does not get in: {} could not be used", described(key));
            let help = format!("it may have a passphrase: `ssh-add {}`", word(file_of(key)));
            return (text, help);
        }
        let offered: Vec<String> = offered.into_iter().map(described).collect();
        let text = match offered.as_slice() {
            [] => format!("{user} does not get in: there is no key here to offer"),
            keys => format!("{user} does not get in with {}", keys.join(", nor with ")),
        };
        let help = "boot it from the fleet's ISO, which admits the `isoSshKeys` as root, or add a \
                    key of yours there with `ssh-copy-id`; `nixfleet keys` shows which are here, \
                    and `--identity` names one elsewhere";
        (text, help.to_owned())
    }

    /// `Permissions 0644 for '~/.ssh/id_ed25519' are too open.`
    fn too_open(&self) -> Option<&str> {
        let open =
            |line: &'a str| line.strip_prefix("Permissions ")?.strip_suffix(" are too open.");
        self.log.lines().find_map(open)?.split('\'').nth(1)
    }

    /// A key whose file has no public half in clear, so that it was not even offered. `ssh` tries
    /// files that are not there too.
    fn unreadable(&self) -> Option<&str> {
        let tried = self.all("Trying private key: ");
        tried.into_iter().find(|key| Path::new(file_of(key)).exists())
    }

    /// What was said of the trouble. Where a jump host cannot be passed, our own `ssh` only sees
    /// its connection closed; what was said before it was passed is none of the trouble.
    fn said(&self) -> Option<&str> {
        let passed = self.between.rfind(AUTHENTICATED).unwrap_or(0);
        said(&self.between[passed..]).or_else(|| said(self.log))
    }
}

/// The last thing that an `ssh` said which is no account of its doings.
fn said(words: &str) -> Option<&str> {
    const ACCOUNTS: [&str; 6] = [
        "debug1: ",
        "OpenSSH_",
        AUTHENTICATED,
        "Transferred: ",
        "Bytes per second: ",
        // The line before it says why.
        "stdio forwarding failed",
    ];
    let is_account = |line: &str| ACCOUNTS.iter().any(|it| line.starts_with(it));
    words.lines().map(str::trim).rfind(|line| !line.is_empty() && !is_account(line))
}

#[cfg(test)]
mod tests {
    use super::super::tests::login;
    use super::super::{Look, Route};
    use super::*;
    use crate::commands::doctor::finding::Status;

    const DENIED: &str = "root@10.0.0.1: Permission denied (publickey).";

    #[test]
    fn a_refusal_names_the_keys_and_what_to_do() {
        let here = "/dev/null";
        for (words, text, help) in [
            (String::new(), "there is no key here to offer", "boot it from the fleet's ISO"),
            (
                "debug1: Offering public key: /a b RSA SHA256:1 explicit\n\
                 debug1: Offering public key: /c ED25519 SHA256:2\n"
                    .to_owned(),
                "does not get in with /a b (RSA SHA256:1), nor with /c (ED25519 SHA256:2)",
                "ssh-copy-id",
            ),
            (
                "debug1: Server accepts key: /a b ED25519 SHA256:1\n".to_owned(),
                "/a b (ED25519 SHA256:1) could not be used",
                "`ssh-add '/a b'`",
            ),
            (
                "debug1: Server accepts key: /a ED25519 SHA256:1\n\
                 Permissions 0644 for '/a' are too open.\n"
                    .to_owned(),
                "others can read /a",
                "`chmod 600 /a`",
            ),
            (
                format!("debug1: Trying private key: /none\ndebug1: Trying private key: {here}\n"),
                "could not be used",
                "ssh-add",
            ),
        ] {
            let found = login(&format!("{words}{DENIED}"));
            assert_eq!(found.status, Status::Lacking);
            assert!(found.text.contains(text), "{}", found.text);
            assert!(found.help.as_ref().unwrap().contains(help), "{:?}", found.help);
        }
    }

    #[test]
    fn another_trouble_is_told_in_the_words_of_ssh() {
        let found = login("debug1: x\nConnection closed by 10.0.0.1 port 22\ndebug1: y\n");
        assert_eq!(found.text, "Connection closed by 10.0.0.1 port 22");
        let many = "debug1: Offering public key: /a\ndebug1: Offering public key: /b\n\
                    Received disconnect from 10.0.0.1: Too many authentication failures\n";
        assert!(login(many).text.ends_with("2 keys were too many"));
    }

    #[test]
    fn a_jump_host_that_cannot_be_passed_is_told() {
        let route = Route { proxied: true, ..Route::default() };
        let closed = "Connection closed by UNKNOWN port 65535\r\n";
        let text = |between: &str| {
            let mut look = Look { log: closed.to_owned(), ..Look::default() };
            look.output.stderr = between.to_owned().into();
            Login { in_time: true, ..Login::new(&route, &look) }.finding().text
        };
        let denied = "me@gate: Permission denied (publickey).";
        assert_eq!(text(&format!("debug1: x\r\n{denied}\r\n")), denied);
        let passed = "Welcome\nAuthenticated to gate ([10.0.0.9]:22) using \"publickey\".\r\n";
        let refused = "channel 0: open failed: connect failed: Connection refused";
        assert_eq!(text(&format!("{passed}{refused}\r\nstdio forwarding failed\r\n")), refused);
        let traffic = "Transferred: sent 1, received 2 bytes\r\nBytes per second: sent 1\r\n";
        assert_eq!(text(&format!("{passed}{traffic}")), closed.trim());
    }
}
