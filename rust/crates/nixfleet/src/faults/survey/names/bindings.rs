//! Attributes that a set binds twice.

use std::collections::HashMap;
use std::ops::Range;

use rnix::ast::{Attr, AttrSet, Entry, Expr, HasEntry, LetIn};
use rowan::ast::AstNode;

use super::plain;

/// An attribute that is bound twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twice {
    /// Its name, as far as it stands together.
    pub name: String,
    /// Where it stands the second time.
    pub span: Range<usize>,
    /// Where the first.
    pub first: usize,
}

/// What a name is bound to: sets are put together, anything else is bound once.
enum Bound {
    Set(usize, HashMap<String, Bound>),
    Value(usize),
}

impl Bound {
    fn at(&self) -> usize {
        match self {
            Self::Set(at, _) | Self::Value(at) => *at,
        }
    }
}

/// The first attribute of a file that is bound twice.
pub fn twice(root: &rnix::SyntaxNode) -> Option<Twice> {
    root.descendants().find_map(|node| {
        if let Some(set) = AttrSet::cast(node.clone()) {
            // One that another is put together with was looked at with it.
            return entries(&set, &mut HashMap::new());
        }
        entries(&LetIn::cast(node)?, &mut HashMap::new())
    })
}

fn entries(set: &impl HasEntry, bound: &mut HashMap<String, Bound>) -> Option<Twice> {
    set.entries().find_map(|entry| match entry {
        Entry::Inherit(inherit) => inherit.attrs().find_map(|attr| {
            let path = [attr.clone()];
            bind(&path, None, bound)
        }),
        Entry::AttrpathValue(binding) => {
            let path: Vec<Attr> = binding.attrpath()?.attrs().collect();
            bind(&path, binding.value(), bound)
        }
    })
}

fn bind(path: &[Attr], value: Option<Expr>, bound: &mut HashMap<String, Bound>) -> Option<Twice> {
    let (attr, rest) = path.split_first()?;
    let name = plain(attr)?;
    let range = attr.syntax().text_range();
    let span = usize::from(range.start())..usize::from(range.end());
    let mut set = match value.clone() {
        Some(Expr::AttrSet(set)) if rest.is_empty() => Some(set),
        _ => None,
    };
    let is_set = !rest.is_empty() || set.is_some();
    let known = match bound.get_mut(&name) {
        Some(Bound::Set(_, inner)) if is_set => inner,
        Some(known) => {
            let first = known.at();
            return Some(Twice { name, span, first });
        }
        None => {
            let new = if is_set {
                Bound::Set(span.start, HashMap::new())
            } else {
                Bound::Value(span.start)
            };
            match bound.entry(name).or_insert(new) {
                Bound::Set(_, inner) => inner,
                Bound::Value(_) => return None,
            }
        }
    };
    match set.take() {
        Some(set) => entries(&set, known),
        None => bind(rest, value, known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_put_together_and_values_are_bound_once() {
        let first = |source: &str| {
            let parsed = rnix::Root::parse(source);
            assert!(parsed.errors().is_empty(), "{source}");
            twice(&parsed.syntax()).map(|it| (it.name, it.span.start, it.first))
        };
        for source in [
            "{ a.b = 1; a.c = 2; a = { d = 3; }; }",
            "{ a = { b = 1; }; a = { c = 1; }; ${x} = 1; ${y} = 2; }",
            "let a = 1; b = { a = 2; }; in { inherit a; c.a = 1; }",
        ] {
            assert_eq!(first(source), None, "{source}");
        }
        assert_eq!(first("{ a = 1; a = 2; }"), Some(("a".to_owned(), 9, 2)));
        assert_eq!(first("{ a.b = 1; a = { b = 2; }; }"), Some(("b".to_owned(), 17, 4)));
        assert_eq!(first("{ a = f { }; a.b = 1; }"), Some(("a".to_owned(), 13, 2)));
        assert_eq!(first("let a = 1; inherit a; in a"), Some(("a".to_owned(), 19, 4)));
        assert_eq!(first("{ a.b = 1; a.\"b\" = 1; }"), Some(("b".to_owned(), 13, 4)));
    }
}
