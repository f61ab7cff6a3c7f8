//! A private key may be pasted anywhere, and whatever Nix says of it holds it too: no format shows it.

use nixfleet_inventory::keys::is_private;
use nixfleet_text::{Foreign, Lines};
use thiserror::Error;

use crate::faults::{Fault, Problem, Severity};

#[derive(Debug, Error)]
#[error(
    "a private key is part of what is wrong here, and is not shown: everyone who can read the flake \
     or the Nix store has it now"
)]
struct Concealed {
    code: &'static str,
    severity: Severity,
}

impl Problem for Concealed {
    fn code(&self) -> &'static str {
        self.code
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn help(&self) -> String {
        "remove the key, and replace the key pair: `ssh-keygen -t ed25519`".to_owned()
    }

    fn is_secret(&self) -> bool {
        true
    }
}

/// The words of a problem, found once: they are compared, then shown. Whatever they are shown by, a
/// name in them begins no line.
#[derive(Debug)]
pub struct Words {
    /// What is wrong.
    pub message: Lines,
    /// What to write instead.
    pub help: Lines,
}

impl Words {
    fn of(problem: &dyn Problem, message: String, help: String) -> Self {
        let message = if problem.has_lines() {
            Lines::block(&Foreign::from(message))
        } else {
            message.into()
        };
        Self { message, help: help.into() }
    }
}

/// The fault and its words, without those of a problem that hold a private key.
pub fn conceal(fault: Fault) -> (Fault, Words) {
    let (message, help) = (fault.problem.to_string(), fault.problem.help());
    if !is_private(&message) && !is_private(&help) {
        let words = Words::of(&*fault.problem, message, help);
        return (fault, words);
    }
    let concealed = Concealed { code: fault.problem.code(), severity: fault.problem.severity() };
    let words = Words::of(&concealed, concealed.to_string(), concealed.help());
    (Fault { text: None, problem: Box::new(concealed), ..fault }, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Error)]
    #[error("{0}")]
    struct Said(&'static str);

    impl Problem for Said {
        fn code(&self) -> &'static str {
            "evaluation-failed"
        }

        fn help(&self) -> String {
            "write something else".to_owned()
        }
    }

    fn fault(words: &'static str) -> Fault {
        let (hosts, field, position) = (Vec::new(), String::new(), None);
        Fault { hosts, field, position, text: None, problem: Box::new(Said(words)) }
    }

    #[test]
    fn no_words_that_hold_a_private_key_are_shown() {
        let key =
            "a string is no key: \"-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXktdjEA";
        let (concealed, words) = conceal(fault(key));
        assert!(!concealed.problem.to_string().contains("BEGIN"), "{}", concealed.problem);
        assert_eq!(words.message, Lines::line(&concealed.problem));
        assert_eq!(words.help, concealed.problem.help().into());
        assert_eq!(concealed.problem.code(), "evaluation-failed");
        assert!(concealed.problem.is_secret());
        assert_eq!(conceal(fault("a string")).1.message, "a string".into());
    }
}
