//! What a file says as a module.

use std::ops::Range;

use crate::faults::source::{Expression, Expressions, Kind};

/// The arguments of a module that takes those alone: `{ config, pkgs }:`. The module system gives
/// every module all that it has (nixpkgs, `lib/modules.nix`: `applyModuleArgs`).
pub fn closed(all: &Expressions) -> Option<(Range<usize>, Vec<String>)> {
    let mut expression = all.root();
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
