//! Names that become part of other things: of paths, URLs and DNS.

/// Whether a text is one label of a host's name: letters, digits and hyphens between them, at most
/// 63 (RFC 1123, section 2.1, and RFC 1035, section 2.3.4).
#[must_use]
pub fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_what_every_name_server_takes() {
        for label in ["a", "web-01", "0", &"x".repeat(63)] {
            assert!(is_label(label), "{label}");
        }
        for other in ["", "-a", "a-", "a_b", "a.b", "ä", "a/b", "..", &"x".repeat(64)] {
            assert!(!is_label(other), "{other}");
        }
    }
}
