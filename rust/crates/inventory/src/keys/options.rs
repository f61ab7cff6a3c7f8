//! The options before a key in an `authorized_keys` file.

/// Those that `OpenSSH` knows, in whatever case (the manual page sshd(8), section on authorized keys). It
/// takes no key behind another.
const KNOWN: [&str; 22] = [
    "agent-forwarding",
    "cert-authority",
    "command",
    "environment",
    "expiry-time",
    "from",
    "no-agent-forwarding",
    "no-port-forwarding",
    "no-pty",
    "no-touch-required",
    "no-user-rc",
    "no-x11-forwarding",
    "permitlisten",
    "permitopen",
    "port-forwarding",
    "principals",
    "pty",
    "restrict",
    "tunnel",
    "user-rc",
    "verify-required",
    "x11-forwarding",
];

/// A line's options and what comes behind them. They end at the first blank that is in no quotes.
pub fn split(line: &str) -> Option<(&str, &str)> {
    let end = outside_quotes(line).find(|(_, it)| matches!(it, ' ' | '\t'))?.0;
    Some((&line[..end], line[end..].trim_start()))
}

/// The first of some options that is none.
pub fn unknown(options: &str) -> Option<&str> {
    let commas = outside_quotes(options).filter(|(_, it)| *it == ',').map(|(at, _)| at);
    let ends = commas.chain(std::iter::once(options.len()));
    let mut start = 0;
    let mut each = ends.map(|end| {
        let option = options.get(start..end).unwrap_or_default();
        start = end + 1;
        option
    });
    each.find(|option| {
        let name = option.split('=').next().unwrap_or_default();
        !KNOWN.contains(&name.to_ascii_lowercase().as_str())
    })
}

/// The characters that are in no quotes.
fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().filter(move |(_, character)| {
        if *character == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = *character == '\\' && !escaped;
        !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_openssh_refuses_is_no_option() {
        for known in [
            "restrict",
            "no-X11-forwarding,pty",
            "command=\"echo \\\"a, b\\\"\",from=\"10.0.0.0/8,192.0.2.1\"",
        ] {
            assert_eq!(unknown(known), None, "{known}");
        }
        assert_eq!(unknown("192.0.2.1,example.org"), Some("192.0.2.1"));
        assert_eq!(unknown("restrict,comand=\"a\""), Some("comand=\"a\""));
        assert_eq!(unknown("restrict,"), Some(""));
    }

    #[test]
    fn options_end_at_a_blank() {
        assert_eq!(split("command=\"a b\" ssh-rsa A"), Some(("command=\"a b\"", "ssh-rsa A")));
        assert_eq!(split("restrict"), None);
    }
}
