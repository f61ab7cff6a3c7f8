//! A private key may be pasted anywhere, and whatever Nix says of it holds it too: no format shows it.

use nixfleet_inventory::keys::is_private;
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

/// The fault without the words of a problem that hold a private key.
pub fn conceal(fault: Fault) -> Fault {
    let problem = &fault.problem;
    if !is_private(&problem.to_string()) && !is_private(&problem.help()) {
        return fault;
    }
    let concealed = Concealed { code: problem.code(), severity: problem.severity() };
    Fault { text: None, problem: Box::new(concealed), ..fault }
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
        let concealed = conceal(fault(key));
        assert!(!concealed.problem.to_string().contains("BEGIN"), "{}", concealed.problem);
        assert_eq!(concealed.problem.code(), "evaluation-failed");
        assert!(concealed.problem.is_secret());
        assert_eq!(conceal(fault("a string")).problem.to_string(), "a string");
    }
}
