//! What a file says as a module.

use std::ops::Range;

use rnix::ast::{Expr, Param, Root};
use rowan::ast::AstNode;

/// The arguments of a module that takes those alone: `{ config, pkgs }:`. The module system gives
/// every module all that it has (nixpkgs, `lib/modules.nix`: `applyModuleArgs`).
pub fn closed(root: &Root) -> Option<(Range<usize>, Vec<String>)> {
    let mut expression = root.expr()?;
    while let Expr::Paren(paren) = expression {
        expression = paren.expr()?;
    }
    let Expr::Lambda(lambda) = expression else { return None };
    let Some(Param::Pattern(pattern)) = lambda.param() else { return None };
    if pattern.ellipsis_token().is_some() {
        return None;
    }
    let range = pattern.syntax().text_range();
    let names = pattern.pat_entries().filter_map(|it| Some(it.ident()?.to_string())).collect();
    Some((usize::from(range.start())..usize::from(range.end()), names))
}
