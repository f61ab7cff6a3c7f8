//! Where a target is: what the user wrote, and what `ssh` makes of it with the user's configuration.

use std::path::PathBuf;
use std::time::Duration;

use nixfleet_nix::process::{self, output};

/// `ssh -G` reads files and connects nowhere.
const PATIENCE: Duration = Duration::from_secs(10);

/// A target as the user wrote it: `root@192.168.1.10`, `root@192.168.1.10:2222`,
/// `ssh://root@192.168.1.10:2222`, or a name of the SSH configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The user and the host, as `ssh` and `nixos-anywhere` take them.
    pub destination: String,
    /// The port, when the user named one.
    pub port: Option<u16>,
}

/// What `ssh` will do.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// The user.
    pub user: String,
    /// The host's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether something stands in between: a jump host or a proxy.
    pub proxied: bool,
    /// The files of known host keys.
    pub known_hosts: Vec<PathBuf>,
    /// The key files that it tries, there or not.
    pub identities: Vec<PathBuf>,
}

impl Address {
    /// Reads what the user wrote; a port of `--port` wins.
    pub fn parse(text: &str, port: Option<u16>) -> Self {
        let text = text.strip_prefix("ssh://").unwrap_or(text).trim_end_matches('/');
        let (user, host) = match text.rsplit_once('@') {
            Some((user, host)) => (format!("{user}@"), host),
            None => (String::new(), text),
        };
        let (host, written) = split_port(host);
        Self { destination: format!("{user}{host}"), port: port.or(written) }
    }

    /// The words that name the target to `ssh`.
    pub fn words(&self) -> Vec<String> {
        let port = self.port.map(|port| vec!["-p".to_owned(), port.to_string()]);
        let mut words = port.unwrap_or_default();
        // After `--` a destination that begins with a dash is no option.
        words.extend(["--".to_owned(), self.destination.clone()]);
        words
    }

    /// Asks `ssh` what its configuration makes of the target.
    ///
    /// # Errors
    /// With what `ssh` complains of, an error in the configuration for one.
    pub fn route(&self, options: &[String]) -> Result<Route, String> {
        let mut command = process::bound("ssh");
        let output = output(command.arg("-G").args(options).args(self.words()), PATIENCE)
            .map_err(|error| format!("`ssh` does not start: {error}"))?;
        if output.status.is_some_and(|it| it.success()) {
            Ok(Route::parse(output.stdout.raw()))
        } else if output.stderr.trim().is_empty() {
            Err("`ssh -G` gives no answer".to_owned())
        } else {
            Err(output.stderr.first_line().to_string())
        }
    }
}

impl Route {
    /// Reads what `ssh -G` writes: a word and its value a line.
    fn parse(text: &str) -> Self {
        let lines = || text.lines().filter_map(|line| line.split_once(' '));
        let all =
            |word: &'static str| lines().filter(move |(it, _)| *it == word).map(|(_, value)| value);
        let one = |word| all(word).next().unwrap_or_default();
        let is_set = |word| !matches!(one(word), "" | "none");
        Self {
            user: one("user").to_owned(),
            host: one("hostname").to_owned(),
            port: one("port").parse().unwrap_or(22),
            proxied: is_set("proxyjump") || is_set("proxycommand"),
            known_hosts: one("userknownhostsfile").split(' ').map(at_home).collect(),
            identities: all("identityfile").map(at_home).collect(),
        }
    }
}

/// `~/.ssh/known_hosts`, as older versions of `ssh` write it, is below the home folder.
fn at_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(below), Some(home)) => home.join(below),
        _ => path.into(),
    }
}

/// `host:2222` and `[::1]:2222`; the colons of a bare IPv6 address are its own. What is no port
/// stays, for `ssh` to refuse.
fn split_port(host: &str) -> (&str, Option<u16>) {
    if let Some((address, rest)) = host.strip_prefix('[').and_then(|it| it.split_once(']')) {
        return match rest.strip_prefix(':').map(str::parse) {
            Some(Ok(port)) => (address, Some(port)),
            None if rest.is_empty() => (address, None),
            _ => (host, None),
        };
    }
    match host.split_once(':') {
        Some((name, port)) if !port.contains(':') => match port.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => (host, None),
        },
        _ => (host, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_read_wherever_it_is_written() {
        for (text, port, destination, expected) in [
            ("root@10.0.0.1", None, "root@10.0.0.1", None),
            ("root@10.0.0.1", Some(2222), "root@10.0.0.1", Some(2222)),
            ("root@10.0.0.1:2222", None, "root@10.0.0.1", Some(2222)),
            ("root@10.0.0.1:2222", Some(3333), "root@10.0.0.1", Some(3333)),
            ("ssh://root@web:2222/", None, "root@web", Some(2222)),
            ("root@[2001:db8::1]:2222", None, "root@2001:db8::1", Some(2222)),
            ("root@2001:db8::1", None, "root@2001:db8::1", None),
            ("[::1]", None, "::1", None),
            ("root@[::1]:99999", None, "root@[::1]:99999", None),
            ("[::1]:ssh", None, "[::1]:ssh", None),
            ("[::1]:", None, "[::1]:", None),
            ("[::1]x", None, "[::1]x", None),
            ("web", None, "web", None),
            ("web:ssh", None, "web:ssh", None),
        ] {
            let address = Address::parse(text, port);
            assert_eq!((address.destination.as_str(), address.port), (destination, expected));
        }
    }

    #[test]
    fn what_ssh_makes_of_it_is_read() {
        let text = "user ops\nhostname 10.0.0.1\nport 2222\nproxyjump gate\n\
                    userknownhostsfile /a/known_hosts /a/known_hosts2\n\
                    identityfile ~/.ssh/a\nidentityfile /b\n";
        let route = Route::parse(text);
        assert_eq!((route.user.as_str(), route.host.as_str()), ("ops", "10.0.0.1"));
        assert_eq!((route.port, route.proxied), (2222, true));
        assert_eq!(route.known_hosts, ["/a/known_hosts", "/a/known_hosts2"].map(PathBuf::from));
        assert!(route.identities[0].is_absolute() && route.identities[0].ends_with(".ssh/a"));
        assert_eq!(route.identities[1], PathBuf::from("/b"));
        assert!(!Route::parse("user x\nproxycommand none\n").proxied);
    }
}
