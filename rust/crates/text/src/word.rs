//! A word of a shell's command line.

/// The text as one word for any shell, those of other machines among them: as it is where none sees
/// more in it than letters, else between single quotes. A byte that ends every argument is left out.
#[must_use]
pub fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_plain_word_is_shown_as_it_is() {
        assert_eq!(word("./hosts/web-01.nix"), "./hosts/web-01.nix");
        assert_eq!(word("a b"), "'a b'");
        assert_eq!(word("~"), "'~'");
        assert_eq!(word(""), "''");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_shell_reads_what_was_meant(text in "[ -~\n\t\u{e9}]{0,20}|\\PC{0,20}") {
            let script = format!("printf %s {}", word(&text));
            let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
            prop_assert_eq!(output.stdout, text.into_bytes());
        }
    }
}
