//! The faults that an evaluation shows.

use std::path::Path;

use nixfleet_inventory::Host;
use nixfleet_nix::{Cause, NixError, Position};
use thiserror::Error;

use super::{answer::Answer, brought, cure, definition, device, ours};
use crate::faults::checks::cure_of_field;
use crate::faults::files;
use crate::faults::source::{self, Tree};
use crate::faults::survey::Survey;
use crate::faults::{Fault, Problem, Severity};
use crate::text::quote::quote;
use nixfleet_text::word;

#[derive(Debug, Error)]
enum EvalProblem {
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
            Self::Assertion(_) | Self::Warning(_) => {
                "the message is that of a module; change what it speaks of in the host's modules"
                    .to_owned()
            }
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

/// What is wrong with a host that could be evaluated, beside what is told already.
pub fn of(
    name: &str,
    host: &Host,
    answer: &Answer,
    told: &[Fault],
    tree: &Tree,
    survey: &Survey,
) -> Vec<Fault> {
    let mut problems = Vec::new();
    let nowhere = answer.persist_root.as_ref().filter(|root| !is_kept(root, answer));
    let failed = answer.failed.iter().filter(|it| nowhere.is_none() || !is_of_the_storage(it));
    problems.extend(failed.map(|it| assertion(tree.localize(it))));
    let is_told = |it: &str| is_of_a_disk(it, answer) || is_of_a_field(it, name, told);
    let warnings = answer.warnings.iter().filter(|it| !is_told(it));
    problems.extend(warnings.map(|it| EvalProblem::Warning(tree.localize(it))));
    problems.extend(nowhere.cloned().map(EvalProblem::NoPersist));
    let position = host.position("").cloned();
    let unstable = answer.disks.iter().filter_map(|(disk, path)| {
        let path = path.clone().filter(|path| is_unstable(path))?;
        let place = device::place(&path, host, tree, survey).or_else(|| position.clone());
        Some(fault(name, place, EvalProblem::UnstableDisk { disk: disk.clone(), path }))
    });
    let problems = problems.into_iter().map(|problem| fault(name, position.clone(), problem));
    problems.chain(unstable).collect()
}

/// An assertion that failed, under the word that the same has without an evaluation.
fn assertion(message: String) -> EvalProblem {
    // nix-darwin, modules/system/version.nix
    let newest = message
        .starts_with("The `system.stateVersion` option is not defined")
        .then(|| message.split_once("system.stateVersion = ")?.1.split_once(';'))
        .flatten();
    if let Some((newest, _)) = newest {
        return EvalProblem::NoVersion { newest: newest.to_owned() };
    }
    // modules/nixos/core/lockout-guard.nix: what to do comes last.
    if message.starts_with("nobody could log in to host ") {
        let (told, cure) = message.trim_end().rsplit_once('\n').unwrap_or((&message, ""));
        let (message, cure) = (told.to_owned(), uncapitalized(cure.trim()));
        return EvalProblem::Lockout { message, cure };
    }
    EvalProblem::Assertion(message)
}

fn uncapitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|it| it.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A host that could not be evaluated.
pub fn failure(
    name: &str,
    host: &Host,
    error: &NixError,
    max_memory: usize,
    tree: &Tree,
    survey: &Survey,
) -> Fault {
    let position = host.position("").cloned();
    if error.to_string() == "out of memory" {
        return fault(name, position, EvalProblem::Memory { max_memory });
    }
    let NixError::Failed { cause, .. } = error else {
        let (message, host) = (error.to_string(), Some(name.to_owned()));
        return fault(name, position, EvalProblem::Failed { message, host, cure: error.help() });
    };
    if let Some(fault) = files::explain_by(cause, tree, survey) {
        return Fault { hosts: vec![name.to_owned()], ..fault };
    }
    let (place, problem) = failed(cause, Some(name), tree);
    fault(name, place.or(position), problem)
}

/// The fleet, when Nix cannot read it for a mistake of its author.
pub fn unreadable(cause: &Cause, tree: &Tree) -> Fault {
    let (position, problem) = failed(cause, None, tree);
    Fault { hosts: Vec::new(), ..fault("", position, problem) }
}

/// What to write where Nix fails, as far as its message tells what was meant.
pub fn cure_of(cause: &Cause, tree: &Tree) -> Option<String> {
    if let Some(cure) = ours::cure(&cause.message, Path::is_file) {
        return Some(cure);
    }
    let own = cause.places.iter().rev().find(|place| tree.is_own(&place.file));
    let file = own.or(cause.places.last()).map(|it| it.file.as_ref());
    let at = own.and_then(|it| text_at(it, tree)).unwrap_or_default();
    cure::cure(&cause.message, file, &at)
}

/// What Nix says, and the innermost place of the author's own.
fn failed(cause: &Cause, host: Option<&str>, tree: &Tree) -> (Option<Position>, EvalProblem) {
    let own = cause.places.iter().rev().find(|place| tree.is_own(&place.file));
    let defined = definition::find(&cause.message, tree);
    // What is wrong with a definition is wrong there, not where its option is asked for.
    let is_of_definitions = cause.message.contains("efinition values:");
    let place = defined.clone().filter(|_| is_of_definitions).or(own.cloned()).or(defined);
    let place = place.or_else(|| definition::input(&cause.message, tree));
    let place = place.map(|it| at_attribute(&cause.message, it, tree));
    let cure = cure_of(cause, tree);
    let message = tree.localize(&cause.message);
    (place, EvalProblem::Failed { message, host: host.map(str::to_owned), cure })
}

/// The place of the attribute that is missing, which is within what Nix tells the beginning of.
fn at_attribute(message: &str, place: Position, tree: &Tree) -> Position {
    let name = message.strip_prefix("attribute '").and_then(|it| it.split_once("' missing"));
    let at = text_at(&place, tree).unwrap_or_default();
    let is_of_path = |it: char| it.is_alphanumeric() || "_-'\".".contains(it);
    let path = &at[..at.find(|it| !is_of_path(it)).unwrap_or(at.len())];
    let before = |name: &str| {
        let before = path.split('.').scan(0, |start, part: &str| {
            let begin = *start;
            *start += part.len() + 1;
            Some((begin, part.trim_matches('"') == name))
        });
        before.into_iter().find(|it| it.1).map(|it| it.0)
    };
    let column = name.and_then(|(name, _)| before(name)).and_then(|it| u32::try_from(it).ok());
    Position { column: place.column.saturating_add(column.unwrap_or(0)), ..place }
}

/// The line of a place, from its column on.
fn text_at(place: &Position, tree: &Tree) -> Option<String> {
    let text = source::read(&tree.locate(&place.file).1)?;
    let line = text.lines().nth(usize::try_from(place.line).ok()?.checked_sub(1)?)?;
    Some(line.get(usize::try_from(place.column).ok()?.checked_sub(1)?..)?.to_owned())
}

/// Takes a field that the inventory shows to be strange for one that no module declares, when that
/// is why the evaluation failed.
pub fn confirm(name: &str, error: &NixError, faults: &mut [Fault]) -> bool {
    let message = error.to_string();
    let field = message.strip_prefix("The option `hostSpec.").and_then(|it| it.split('\'').next());
    let Some(field) = field.filter(|_| message.contains("' does not exist")) else { return false };
    let is_it = |fault: &&mut Fault| {
        fault.hosts.iter().any(|it| it == name)
            && fault.problem.code() == "field-unknown"
            && fault.field.strip_prefix("hostSpec.") == Some(field)
    };
    let told = faults.iter_mut().find(is_it);
    told.map(|fault| fault.problem = Box::new(EvalProblem::Undeclared(field.to_owned()))).is_some()
}

/// The place may be a folder of a file system, such as `/nix/persist` of `/nix`; the root's own is
/// what is wiped.
fn is_kept(root: &str, answer: &Answer) -> bool {
    answer
        .file_systems
        .iter()
        .any(|mount| mount != "/" && (root == mount || root.starts_with(&format!("{mount}/"))))
}

/// The assertion of the modules says what `impermanence-without-persist` says at greater length.
fn is_of_the_storage(assertion: &str) -> bool {
    assertion.starts_with("nixfleet.impermanence: no file system is mounted at")
}

/// The warning of the disk layouts says what `disk-name-unstable` says at greater length.
fn is_of_a_disk(warning: &str, answer: &Answer) -> bool {
    let begins = |disk: &str, path: &str| {
        warning.starts_with(&format!("the disk `{disk}` is set by the name `{path}`"))
    };
    answer.disks.iter().any(|(disk, path)| path.as_ref().is_some_and(|path| begins(disk, path)))
}

/// The warning of the Mac's module says what `field-without-effect` says at the field's line.
fn is_of_a_field(warning: &str, name: &str, told: &[Fault]) -> bool {
    told.iter().any(|fault| {
        fault.problem.code() == "field-without-effect"
            && fault.hosts.iter().any(|it| it == name)
            && warning.contains(&format!("is a Mac, where `{}` does nothing", fault.field))
    })
}

fn fault(name: &str, position: Option<Position>, problem: EvalProblem) -> Fault {
    Fault {
        hosts: vec![name.to_owned()],
        field: String::new(),
        position,
        text: None,
        problem: Box::new(problem),
    }
}

/// Disks that the kernel numbers as it finds them. Virtual ones, `vda`, come in the machine's order.
fn is_unstable(path: &str) -> bool {
    ["/dev/sd", "/dev/hd", "/dev/nvme", "/dev/mmcblk"].iter().any(|start| path.starts_with(start))
}
