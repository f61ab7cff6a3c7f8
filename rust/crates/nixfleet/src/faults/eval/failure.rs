//! What is wrong with a host, or a fleet, that could not be evaluated.

use nixfleet_nix::{Cause, NixError, Position, visible};

use super::own::{Files, HostFiles};
use super::problem::{EvalProblem, fault, uncapitalized};
use super::{cure, definition, flake_module, layouts, mentioned, path, refused};
use crate::faults::Fault;
use crate::faults::files::explain_by;
use crate::faults::source::{self, Tree};
use crate::text::quote::quote;

/// A host that could not be evaluated.
pub fn failure(name: &str, own: &HostFiles, error: &NixError, max_memory: usize) -> Fault {
    let Files { tree, survey, .. } = *own.files;
    let position = own.host.position("").cloned();
    if error.to_string() == "out of memory" {
        return fault(name, position, EvalProblem::Memory { max_memory });
    }
    let NixError::Failed { cause, .. } = error else {
        let (message, host) = (error.to_string(), Some(name.to_owned()));
        return fault(name, position, EvalProblem::Failed { message, host, cure: error.help() });
    };
    if let Some(fault) = explain_by(cause, tree, survey) {
        return Fault { hosts: vec![name.to_owned()], ..fault };
    }
    if let Some(two) = layouts::of(&cause.message) {
        let place = layouts::place(two, own).or(position);
        let message = format!("the host has two disk layouts, `{}` and `{}`", two.0, two.1);
        let cure = Some("take one of them out of `imports`".to_owned());
        return fault(name, place, EvalProblem::Failed { message, host: None, cure });
    }
    let (place, problem) = failed(cause, Some(name), tree);
    if let Some((at, cure)) = place.is_none().then(|| misnamed(cause, own)).flatten() {
        let (message, host) = (tree.localize(&cause.message), Some(name.to_owned()));
        return fault(name, Some(at), EvalProblem::Failed { message, host, cure: Some(cure) });
    }
    let in_words = || mentioned::in_words(&cause.message, own);
    let evaluated = || mentioned::evaluated(&cause.options, own);
    // Of what the list of modules has within, the module system tells no place.
    let of_modules = || {
        let starts = ["Module imports can't be", "Expected a module, but", "cannot coerce a"];
        let is_of_it = starts.iter().any(|it| cause.message.starts_with(it));
        own.host.position("modules").filter(|_| is_of_it).cloned()
    };
    let place = refused::place(&cause.message, own).or(place);
    fault(
        name,
        place.or_else(in_words).or_else(evaluated).or_else(of_modules).or(position),
        problem,
    )
}

/// A name in the host's own files that others' code looks for by another.
fn misnamed(cause: &Cause, own: &HostFiles) -> Option<(Position, String)> {
    let (asked, names) = cure::misnamed(&cause.message)?;
    names.into_iter().find_map(|written| {
        let at = mentioned::name(written, own)?;
        Some((at, format!("write {} in place of {}", quote(asked), quote(written))))
    })
}

/// The fleet, when Nix cannot read it for a mistake of its author.
pub fn unreadable(cause: &Cause, tree: &Tree) -> Fault {
    let (position, problem) = failed(cause, None, tree);
    let (position, problem) = match flake_module::lacking(&cause.message, tree) {
        Some((at, cure)) => {
            let message = "`nixfleet` is an option of NixFleet's flake-parts module, which is not \
                           imported";
            let (message, cure) = (message.to_owned(), Some(cure));
            (Some(at), EvalProblem::Failed { message, host: None, cure })
        }
        None => (position, problem),
    };
    Fault { hosts: Vec::new(), ..fault("", position, problem) }
}

/// What to write where Nix fails, as far as it tells what was meant.
pub fn cure_of(cause: &Cause, tree: &Tree) -> Option<String> {
    let own = cause.places.iter().rev().find(|place| tree.is_own(&place.file));
    let file = own.or(cause.places.last()).map(|it| it.file.as_ref());
    let at = own.and_then(|it| text_at(it, tree)).unwrap_or_default();
    cure::cure(cause, file, &at)
}

/// What Nix says, and the innermost place of the author's own.
fn failed(cause: &Cause, host: Option<&str>, tree: &Tree) -> (Option<Position>, EvalProblem) {
    let own = cause.places.iter().rev().find(|place| tree.is_own(&place.file));
    let defined = definition::find(&cause.message, tree);
    // What is wrong with a definition is wrong there, not where its option is asked for.
    let is_of_definitions = cause.message.contains("efinition values:");
    let place = defined.clone().filter(|_| is_of_definitions).or(own.cloned()).or(defined);
    let place = place.or_else(|| definition::input(&cause.message, tree));
    let is_of_fleet = host.is_none() && own.is_none();
    let place = place.or_else(|| definition::outputs(&cause.message, tree).filter(|_| is_of_fleet));
    let place = place.map(|it| at_attribute(&cause.message, it, tree));
    let place = place.map(|it| path::at(&cause.message, it, tree));
    let host = host.map(str::to_owned);
    let message = tree.localize(&told(cause));
    match cure_of(cause, tree) {
        None if message.starts_with("host `") => {
            let (message, cure) = guarded(&message);
            (place, EvalProblem::Failed { message, host, cure })
        }
        cure => (place, EvalProblem::Failed { message, host, cure }),
    }
}

/// What is told of a cause.
fn told(cause: &Cause) -> String {
    let message =
        cure::essence(&cause.message).replacen(" TypeError: Definition", " Definition", 1);
    // nixpkgs, `nixos/lib/systemd-lib.nix`: why says a trace alone.
    let is_why = |it: &&String| it.starts_with("Systemd ") && message.contains("(systemd option)");
    match cause.said.iter().find(is_why) {
        Some(why) => format!("{}\n{message}", visible(why)),
        None => message,
    }
}

/// A guard of the library's, and what it says to do: in the lines after the first.
fn guarded(message: &str) -> (String, Option<String>) {
    let (what, cure) = message.split_once('\n').unwrap_or((message, ""));
    let cure: Vec<&str> = cure.lines().map(str::trim).collect();
    let cure = Some(uncapitalized(&cure.join(" "))).filter(|it| !it.is_empty());
    (what.trim_end_matches('.').to_owned(), cure)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// By nixpkgs' own words (`nixos/lib/systemd-lib.nix`).
    #[test]
    fn what_systemd_would_refuse_is_told_by_what_the_evaluation_said() {
        let why = "Systemd Service field `Type' cannot have value `onshot'.";
        let message = "A definition for option `systemd.services.x.serviceConfig' is not of type \
                       `attribute set of (systemd option)'. TypeError: Definition values:\n- In `f': x";
        let cause = Cause {
            message: message.into(),
            said: vec!["something".into(), why.into()],
            ..Cause::default()
        };
        let told_of_it = told(&cause);
        assert_eq!(told_of_it.lines().next(), Some(why));
        assert!(told_of_it.contains("option)'. Definition values:"), "{told_of_it}");
        let other = Cause { message: "attribute 'a' missing".into(), ..cause };
        assert_eq!(told(&other), "attribute 'a' missing");
    }
}
