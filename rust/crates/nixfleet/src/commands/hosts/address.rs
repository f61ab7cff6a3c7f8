//! Where a host is.

use std::fmt;
use std::str::FromStr;

/// `[user@]address[:port]`; an address of IPv6 that has a port stands in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The user, where one is named.
    pub user: Option<String>,
    /// A name or a number.
    pub host: String,
    /// The port, where one is named.
    pub port: Option<u16>,
}

impl Address {
    /// A host by its name.
    pub fn of_name(name: &str) -> Self {
        Self { user: None, host: name.to_owned(), port: None }
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (user, rest) = match text.rsplit_once('@') {
            Some((user, rest)) => (Some(user.to_owned()), rest),
            None => (None, text),
        };
        let (host, port) = match rest.rsplit_once(':') {
            // More than one colon and no bracket: an address of IPv6, whole.
            Some((host, _)) if host.contains(':') && !host.ends_with(']') => (rest, None),
            Some((host, port)) if !port.ends_with(']') => {
                let port = port.parse::<u16>().ok().filter(|it| *it > 0);
                (host, Some(port.ok_or("its port is no number from 1 to 65535")?))
            }
            _ => (rest, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        // What begins with a hyphen would be an option of ssh.
        let is_word = |it: &str| {
            !it.is_empty() && !it.starts_with('-') && !it.contains(|c: char| c.is_whitespace())
        };
        if !is_word(host) || !user.as_deref().is_none_or(is_word) {
            return Err("it is `[USER@]ADDRESS[:PORT]`, as `ops@192.0.2.7:22`".to_owned());
        }
        Ok(Self { user, host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        match self.port {
            Some(port) if self.host.contains(':') => write!(f, "[{}]:{port}", self.host),
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for text in ["web-01", "ops@192.0.2.7", "root@web:2222", "2001:db8::7", "[2001:db8::7]:22"]
        {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        let bare: Address = "[2001:db8::7]".parse().unwrap();
        assert_eq!(bare.host, "2001:db8::7");
        for wrong in
            ["", "-oProxyCommand=x", "a b", "web:x", "web:0", "web:99999", "@web", "-l@web"]
        {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
