//! Texts in Nix's language.

/// A text as a string, in which Nix evaluates nothing: `"a\${b}"` of `a${b}`.
#[must_use]
pub fn nix_string(text: &str) -> String {
    let mut string = String::with_capacity(text.len() + 2);
    string.push('"');
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let begins = letter == '$' && letters.peek() == Some(&'{');
        if begins || matches!(letter, '\\' | '"') {
            string.push('\\');
        }
        string.push(letter);
    }
    string.push('"');
    string
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_within_its_string() {
        assert_eq!(nix_string(r#"a"b\${c}"#), r#""a\"b\\\${c}""#);
    }
}
