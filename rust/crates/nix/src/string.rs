//! Texts in Nix's language.

/// A text as a string, in which Nix evaluates nothing: `"a\${b}"` of `a${b}`.
#[must_use]
pub fn nix_string(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_within_its_string() {
        assert_eq!(nix_string(r#"a"b\${c}"#), r#""a\"b\\\${c}""#);
    }
}
