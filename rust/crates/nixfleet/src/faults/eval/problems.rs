//! What is wrong with a host that could be evaluated.

use super::answer::Answer;
use super::own::HostFiles;
use super::problem::{EvalProblem, fault, uncapitalized};
use super::{demanded, device, mentioned, user};
use crate::faults::Fault;

/// How the modules of impermanence begin what they say of a root that they do not empty, and what they
/// say of state that is lost (modules/nixos/impermanence).
const IMPERMANENCE: &str = "nixfleet.impermanence: ";
const OTHER_ROOT: &str = "nixfleet.impermanence: the root file system is ";
const LOST: &str = " lost at each boot";

/// What is wrong with a host that could be evaluated, beside what is told already.
pub fn of(name: &str, own: &HostFiles, answer: &Answer, told: &[Fault]) -> Vec<Fault> {
    let tree = own.files.tree;
    let mut problems = Vec::new();
    // On a root that is not emptied nothing else of it is to be judged.
    let is_of_another_root = answer.failed.iter().any(|it| it.starts_with(OTHER_ROOT));
    let nowhere = answer.persist_root.as_ref().filter(|root| !is_kept(root, answer));
    let is_without = nowhere.is_some();
    let nowhere = nowhere.filter(|_| !is_of_another_root);
    let failed = answer.failed.iter().filter(|it| !is_without || !is_of_the_storage(it));
    let failed = failed.filter(|it| !user::is_told_by(it, &answer.failed));
    problems.extend(failed.map(|it| assertion(tree.localize(it))));
    let is_told = |it: &str| {
        let is_of_the_root = is_without || is_of_another_root;
        is_of_a_disk(it, answer)
            || is_of_a_field(it, name, told)
            || is_of_the_root && it.starts_with(IMPERMANENCE) && it.contains(LOST)
    };
    let warnings = answer.warnings.iter().filter(|it| !is_told(it));
    problems.extend(warnings.map(|it| EvalProblem::Warning(tree.localize(it))));
    problems.extend(nowhere.cloned().map(EvalProblem::NoPersist));
    let position = own.host.position("").cloned();
    let unstable = answer.disks.iter().filter_map(|(disk, path)| {
        let path = path.clone().filter(|path| is_unstable(path))?;
        let place = device::place(&path, own).or_else(|| position.clone());
        Some(fault(name, place, EvalProblem::UnstableDisk { disk: disk.clone(), path }))
    });
    let place = |problem: &EvalProblem| match problem {
        EvalProblem::Assertion(it) | EvalProblem::Warning(it) => {
            mentioned::in_words(it, own).or_else(|| demanded::place(it, own))
        }
        _ => None,
    };
    let problems = problems
        .into_iter()
        .map(|problem| fault(name, place(&problem).or_else(|| position.clone()), problem));
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

/// Disks that the kernel numbers as it finds them. Virtual ones, `vda`, come in the machine's order.
fn is_unstable(path: &str) -> bool {
    ["/dev/sd", "/dev/hd", "/dev/nvme", "/dev/mmcblk"].iter().any(|start| path.starts_with(start))
}
