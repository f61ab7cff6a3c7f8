//! What `ssh -v` tells: the host key, and who gets in with which key.

mod key;
mod refusal;

use super::address::Route;
use super::connection::Look;
use crate::commands::doctor::finding::Finding;
use key::described;
use nixfleet_text::word;

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
        let between = if route.proxied { look.output.stderr.raw() } else { "" };
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

    fn all(&self, sign: &str) -> Vec<&str> {
        let after = |line: &'a str| Some(line.strip_prefix("debug1: ")?.strip_prefix(sign)?.trim());
        self.log.lines().filter_map(after).collect()
    }

    fn last(&self, sign: &str) -> Option<String> {
        self.all(sign).last().map(|it| (*it).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::Status;

    pub fn login(words: &str) -> Finding {
        let route = Route { user: "root".into(), port: 22, ..Route::default() };
        let look = Look { log: words.to_owned(), ..Look::default() };
        let login = Login { in_time: true, ..Login::new(&route, &look) };
        login.finding()
    }

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
