//! What a file says as a module.

use std::ops::Range;

use super::links::last_word;
use crate::faults::source::{Expression, Kind};

/// The arguments of a module that takes those alone: `{ config, pkgs }:`. The module system gives
/// every module all that it has (nixpkgs, `lib/modules.nix`: `applyModuleArgs`).
pub fn closed(module: Expression) -> Option<(Range<usize>, Vec<String>)> {
    let mut expression = module;
    while expression.kind() == Kind::Paren {
        expression = expression.first()?;
    }
    let pattern = expression.first().filter(|_| expression.kind() == Kind::Lambda)?;
    if pattern.kind() != Kind::Pattern {
        return None;
    }
    let arguments = pattern.children().filter(|it| it.kind() == Kind::Argument);
    let names = arguments.filter_map(Expression::first).map(|it| it.text().to_owned()).collect();
    Some((pattern.span(), names))
}

/// What a module's `imports` are given to that is for what a module sets (nixpkgs, `lib/modules.nix`:
/// `collectStructuredModules` takes a list alone).
pub const OF_VALUES: [&str; 7] =
    ["mkAfter", "mkBefore", "mkDefault", "mkForce", "mkIf", "mkMerge", "mkOverride"];

/// Where `imports` is not a list, and what it is given to.
pub fn imports(entry: Expression) -> Option<(usize, &'static str)> {
    let path = entry.first().filter(|_| entry.kind() == Kind::Binding)?;
    let mut names = path.children();
    let is_imports = names.next()?.text() == "imports" && names.next().is_none();
    let value = entry.last().filter(|it| is_imports && it.kind() == Kind::Apply)?;
    let function = last_word(value);
    let known = OF_VALUES.into_iter().find(|it| *it == function)?;
    Some((path.span().start, known))
}
