//! Where a host is.

use std::fmt;
use std::net::Ipv6Addr;
use std::num::NonZeroU16;
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

    /// The words that name it to `ssh`; those of a command follow.
    pub fn words(&self) -> Vec<String> {
        let port = self.port.map(|it| ["-p".to_owned(), it.to_string()]);
        let user = self.user.as_ref().map(|it| format!("{it}@")).unwrap_or_default();
        let named = ["--".to_owned(), format!("{user}{}", self.host)];
        port.into_iter().flatten().chain(named).collect()
    }

    /// As it stands in an URL, where an address of IPv6 is always in brackets.
    pub fn in_url(&self) -> String {
        match self.port {
            None if self.host.contains(':') => {
                let user = self.user.as_ref().map(|it| format!("{it}@")).unwrap_or_default();
                format!("{user}[{}]", self.host)
            }
            _ => self.to_string(),
        }
    }
}

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (user, rest) =
            text.rsplit_once('@').map_or((None, text), |(user, rest)| (Some(user), rest));
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or("its `[` is not closed")?;
                match port.strip_prefix(':') {
                    None if !port.is_empty() => return Err("a port stands behind a `:`"),
                    port => (host, port),
                }
            }
            // More than one colon and no bracket: an address of IPv6, whole.
            None if rest.matches(':').count() > 1 => {
                let (address, _zone) = rest.split_once('%').unwrap_or((rest, ""));
                if address.parse::<Ipv6Addr>().is_err() {
                    return Err("more than one `:` is in an address of IPv6 alone, as `[::1]:22`");
                }
                (rest, None)
            }
            None => rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port))),
        };
        let port = port.map(str::parse::<NonZeroU16>).transpose();
        let port = port.map_err(|_| "its port is no number from 1 to 65535")?.map(NonZeroU16::get);
        // What begins with a hyphen would be an option of ssh.
        let is_word = |it: &str| {
            let is_odd = |it: char| it.is_whitespace() || it.is_control();
            !it.is_empty() && !it.starts_with('-') && !it.contains(is_odd)
        };
        if !is_word(host) || !user.is_none_or(is_word) {
            return Err("it is `[USER@]ADDRESS[:PORT]`, as `ops@192.0.2.7:22`");
        }
        Ok(Self { user: user.map(str::to_owned), host: host.to_owned(), port })
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
        for wrong in [
            "",
            "-oProxyCommand=x",
            "a b",
            "web:x",
            "web:0",
            "web:99999",
            "@web",
            "-l@web",
            "[::1",
            "[::1]x",
            "web:22:33",
        ] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn ssh_and_urls_have_it_each_in_their_way() {
        let address: Address = "ops@[2001:db8::7]:22".parse().unwrap();
        assert_eq!(address.words(), ["-p", "22", "--", "ops@2001:db8::7"]);
        assert_eq!(address.in_url(), "ops@[2001:db8::7]:22");
        let bare: Address = "ops@2001:db8::7".parse().unwrap();
        assert_eq!(bare.words(), ["--", "ops@2001:db8::7"]);
        assert_eq!(bare.in_url(), "ops@[2001:db8::7]");
    }
}
