//! What `ssh -v` tells: the host key, and who gets in with which key.

use std::path::Path;

use super::address::Route;
use super::connection::Look;
use crate::doctor::finding::Finding;
use crate::quote::word;

const AUTHENTICATED: &str = "Authenticated to ";

/// The words of one connection.
pub struct Login<'a> {
    /// Of our own `ssh`.
    log: &'a str,
    /// Of what stands in between, a jump host for one.
    between: &'a str,
    route: &'a Route,
    in_time: bool,
}

impl<'a> Login<'a> {
    /// Reads what `ssh -v` wrote.
    pub fn new(route: &'a Route, look: &'a Look) -> Self {
        let between = if route.proxied { &look.output.stderr } else { "" };
        Self { log: &look.log, between, route, in_time: look.output.status.is_some() }
    }

    /// Whether we got in.
    pub fn is_in(&self) -> bool {
        self.log
            .lines()
            .any(|line| line.strip_prefix("debug1: ").unwrap_or(line).starts_with(AUTHENTICATED))
    }

    /// The server's greeting: it is in ssh's words also where a jump host stands in between.
    pub fn greeting(&self) -> Option<String> {
        let versions = self.last("Remote protocol version ")?;
        let (protocol, software) = versions.split_once(", remote software version ")?;
        Some(format!("SSH-{protocol}-{software}"))
    }

    /// The server's own key, and whether it is the one that is known here.
    pub fn host_key(&self) -> Option<Finding> {
        let key = self.last("Server host key: ")?;
        let place = self.route.known_name();
        Some(if self.log.contains("IDENTIFICATION HAS CHANGED") {
            Finding::note(
                "host key",
                format!("{key}, and another one is known for {place}"),
                format!(
                    "it was installed anew, or it is another machine: compare with `ssh-keygen -lf \
                     /etc/ssh/ssh_host_ed25519_key.pub` there, then `ssh-keygen -R {}` here",
                    word(&place)
                ),
            )
        } else if self.log.contains("is known and matches the") {
            Finding::fine("host key", format!("{key}, as known here"))
        } else {
            Finding::fine("host key", format!("{key}, not known here yet"))
        })
    }

    /// Whether the user gets in, and with what.
    pub fn finding(&self) -> Finding {
        let user = &self.route.user;
        if self.is_in() {
            let with = self.last("Server accepts key: ").map(|it| described(&it));
            let with = with.unwrap_or_else(|| "no key".to_owned());
            return Finding::fine("login", format!("{user} gets in with {with}"));
        }
        let (text, help) = self.refusal();
        Finding::lacking("login", text, help)
    }

    /// Why we did not get in, and what to do.
    fn refusal(&self) -> (String, String) {
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

    fn all(&self, sign: &str) -> Vec<&str> {
        let after = |line: &'a str| Some(line.strip_prefix("debug1: ")?.strip_prefix(sign)?.trim());
        self.log.lines().filter_map(after).collect()
    }

    fn last(&self, sign: &str) -> Option<String> {
        self.all(sign).last().map(|it| (*it).to_owned())
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

/// The file, or the comment of an agent's key, and the fingerprint.
fn described(key: &str) -> String {
    let (file, fingerprint) = split(key);
    if fingerprint.is_empty() { file.to_owned() } else { format!("{file} ({fingerprint})") }
}

fn file_of(key: &str) -> &str {
    split(key).0
}

/// `~/.ssh/id_ed25519 ED25519 SHA256:… explicit agent`, or the file alone. Both may have blanks.
fn split(key: &str) -> (&str, &str) {
    let Some(at) = key.rfind(" SHA256:") else { return (key, "") };
    let end = key[at + 1..].find(' ').map_or(key.len(), |length| at + 1 + length);
    let key = &key[..end];
    key[..at].rfind(' ').map_or((key, ""), |before| (&key[..before], &key[before + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Status;

    fn login(words: &str) -> Finding {
        let route = Route { user: "root".into(), port: 22, ..Route::default() };
        let look = Look { log: words.to_owned(), ..Look::default() };
        let login = Login { in_time: true, ..Login::new(&route, &look) };
        login.finding()
    }

    const DENIED: &str = "root@10.0.0.1: Permission denied (publickey).";

    #[test]
    fn the_key_that_lets_in_is_named() {
        let found = login(
            "debug1: Offering public key: /a ED25519 SHA256:1\n\
             debug1: Offering public key: me at home ED25519 SHA256:2 agent\n\
             debug1: Server accepts key: me at home ED25519 SHA256:2 agent\n\
             Authenticated to 10.0.0.1 ([10.0.0.1]:22) using \"publickey\".\n",
        );
        assert_eq!(found.status, Status::Fine);
        assert_eq!(found.text, "root gets in with me at home (ED25519 SHA256:2)");
    }

    #[test]
    fn a_key_is_told_from_what_ssh_says_of_it() {
        for (key, file, fingerprint) in [
            ("/a b ED25519 SHA256:1", "/a b", "ED25519 SHA256:1"),
            ("/a ED25519 SHA256:1 explicit agent", "/a", "ED25519 SHA256:1"),
            ("/a ED25519-SK SHA256:1 explicit authenticator agent", "/a", "ED25519-SK SHA256:1"),
            ("my agent RSA SHA256:1 token", "my agent", "RSA SHA256:1"),
            ("~/.ssh/deploy-agent", "~/.ssh/deploy-agent", ""),
            // An agent's key without a comment.
            ("ED25519 SHA256:1 agent", "ED25519 SHA256:1", ""),
        ] {
            assert_eq!(split(key), (file, fingerprint));
        }
    }

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
            look.output.stderr = between.to_owned();
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

    #[test]
    fn a_host_key_is_known_or_new_or_changed() {
        let route = Route { host: "10.0.0.1".into(), port: 2222, ..Route::default() };
        let found = |words: &str| {
            let log = format!("debug1: Server host key: ssh-ed25519 SHA256:x\n{words}\n");
            let look = Look { log, ..Look::default() };
            Login::new(&route, &look).host_key().unwrap()
        };
        let known = "debug1: Host '10.0.0.1' is known and matches the ED25519 host key.";
        assert!(found(known).text.ends_with(", as known here"));
        assert!(found("").text.ends_with(", not known here yet"));
        let changed = found("@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @");
        assert_eq!(changed.status, Status::Note);
        assert!(changed.help.unwrap().contains("`ssh-keygen -R '[10.0.0.1]:2222'`"));
    }
}
