//! What an evaluation may show to be wrong.

use nixfleet_nix::Position;
use nixfleet_text::word;
use thiserror::Error;

use super::{brought, demanded, user};
use crate::faults::checks::cure_of_field;
use crate::faults::{Fault, Problem, Severity};
use crate::text::quote::{quote, quote_path};

#[derive(Debug, Error)]
pub enum EvalProblem {
    #[error("{0}")]
    Assertion(String),
    /// The Mac's guard: nobody says by which version's defaults it was installed.
    #[error("the Mac has no `stateVersion`, and nix-darwin builds none without one")]
    NoVersion { newest: String },
    /// The library's guard: nobody gets in.
    #[error("{message}")]
    Lockout { message: String, cure: String },
    #[error("{0}")]
    Warning(String),
    #[error("{message}")]
    Failed {
        message: String,
        /// What Nix could not evaluate; the fleet itself where it is no host.
        host: Option<String>,
        /// What to write, where that is known.
        cure: Option<String>,
    },
    #[error("the evaluation took more than {max_memory} MiB")]
    Memory { max_memory: usize },
    #[error(
        "the host keeps nothing: no file system is mounted at {}, where impermanence stores what \
         lasts",
        quote(.0)
    )]
    NoPersist(String),
    #[error("the disk {} is {}, which may be another disk after a reboot", quote(.disk), quote(.path))]
    UnstableDisk { disk: String, path: String },
    #[error("hostSpec has no field {}, and no module of the host declares it", quote(.0))]
    Undeclared(String),
}

impl Problem for EvalProblem {
    fn has_lines(&self) -> bool {
        matches!(
            self,
            Self::Assertion(_) | Self::Lockout { .. } | Self::Warning(_) | Self::Failed { .. }
        )
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Assertion(_) => "assertion-failed",
            Self::Lockout { .. } => "nobody-can-log-in",
            Self::NoVersion { .. } => "state-version-invalid",
            Self::Warning(_) => "evaluation-warning",
            Self::Failed { .. } | Self::Memory { .. } => "evaluation-failed",
            Self::NoPersist(_) => "impermanence-without-persist",
            Self::UnstableDisk { .. } => "disk-name-unstable",
            Self::Undeclared(_) => "field-unknown",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Warning(_) | Self::UnstableDisk { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Assertion(message) | Self::Warning(message) => of_module(message),
            Self::NoVersion { newest } => format!(
                "write `stateVersion = {newest};`, or the number that was current when the Mac was \
                 installed"
            ),
            Self::Lockout { cure, .. } => cure.clone(),
            Self::Failed { message, host, cure } => {
                if let Some(module) = brought::twice(message) {
                    return format!(
                        "every host has the module of {module} already: take yours out of `imports`"
                    );
                }
                if let Some(cure) = cure {
                    return cure.clone();
                }
                let of_host = |it| format!("--eval --show-trace -h {}", word(it));
                let options = host.as_deref().map_or("--show-trace".to_owned(), of_host);
                format!("`nixfleet validate {options}` shows all that Nix says")
            }
            Self::Memory { max_memory } => {
                format!("allow it more with `--max-memory {}`", max_memory * 2)
            }
            Self::NoPersist(_) => "add a file system there to the disk layout, or set \
                                   `nixfleet.impermanence.persistRoot`"
                .to_owned(),
            Self::UnstableDisk { .. } => "write its name of `ls -l /dev/disk/by-id`".to_owned(),
            Self::Undeclared(field) => cure_of_field(field),
        }
    }
}

/// What to do about what a module says. Of an option that is no more nixpkgs says so in these words
/// (`lib/modules.nix`: `doRename`, `mkRemovedOptionModule`).
fn of_module(message: &str) -> String {
    let text = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let renamed = text.split_once("' has been renamed to `").and_then(|it| it.1.split_once('\''));
    if let Some((name, _)) = renamed {
        return format!("write {}", quote_path(name));
    }
    if text.contains("' no longer has any effect; please remove it.") {
        return "take it out; where the message names what is there in its place, write that"
            .to_owned();
    }
    // Of services.nix.
    if text.contains(".serviceConfig.ExecStart has several commands") {
        return "write `Type = \"oneshot\";` beside it if the service ends with the last of them, or all but \
                one into `ExecStartPre` or `ExecStartPost`"
            .to_owned();
    }
    if let Some(cure) = user::cure(message).or_else(|| demanded::cure(message).map(Into::into)) {
        return cure;
    }
    // nixpkgs, nixos/modules/system/boot/stage-1.nix
    if text.contains("does not specify your root file system") {
        return "give the host a disk layout, such as `nixfleet.nixosModules.disks.ext4` in its `modules` with \
                `nixfleet.disk.device`, or write what its disk has into `fileSystems`"
            .to_owned();
    }
    "the message is that of a module; change what it speaks of in the host's modules".to_owned()
}

/// A sentence that goes on behind others.
pub fn uncapitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|it| it.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// It, as a fault of a host.
pub fn fault(name: &str, position: Option<Position>, problem: EvalProblem) -> Fault {
    Fault {
        hosts: vec![name.to_owned()],
        field: String::new(),
        position,
        text: None,
        problem: Box::new(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::of_module;

    #[test]
    fn an_option_that_is_no_more_has_its_own_cure() {
        let renamed = "The option\n`a.b' defined in `f' has been renamed to `c.\"d e\".f'.";
        assert_eq!(of_module(renamed), "write `c.\"d e\".f`");
        let removed =
            "The option definition `a' in `f' no longer has any effect; please remove it.\nUse b.";
        assert!(of_module(removed).starts_with("take it out"));
        let root = "The ‘fileSystems’ option does not specify your root file system.";
        assert!(of_module(root).contains("`nixfleet.nixosModules.disks.ext4`"));
        assert!(of_module("it is wrong").starts_with("the message is"));
    }
}
