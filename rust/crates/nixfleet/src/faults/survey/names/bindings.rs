//! Attributes that a set binds twice.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use crate::faults::source::{Expression, Expressions, Kind};

/// An attribute that is bound twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twice {
    /// Its name, as far as it stands together.
    pub name: String,
    /// Where it stands the second time.
    pub span: Range<usize>,
    /// Where the first.
    pub first: usize,
    /// The set around it that is written twice, and where the first: its copy may be meant to be another.
    pub set: Option<(String, usize)>,
}

/// What a name is bound to: sets are put together, anything else is bound once.
enum Bound<'a> {
    Set(usize, BTreeMap<&'a str, Bound<'a>>),
    Value(usize),
}

impl Bound<'_> {
    fn at(&self) -> usize {
        match self {
            Self::Set(at, _) | Self::Value(at) => *at,
        }
    }
}

/// The first attribute of a file that is bound twice.
pub fn twice(all: &Expressions) -> Option<Twice> {
    // Sets that others are put together with are looked at with them.
    let mut seen = vec![false; all.len()];
    all.all().find_map(|node| match node.kind() {
        Kind::Set | Kind::RecursiveSet | Kind::Let | Kind::LegacyLet if !seen[node.index()] => {
            entries(node, &mut BTreeMap::new(), &mut seen)
        }
        _ => None,
    })
}

fn entries<'a>(
    set: Expression<'a>,
    bound: &mut BTreeMap<&'a str, Bound<'a>>,
    seen: &mut [bool],
) -> Option<Twice> {
    seen[set.index()] = true;
    set.children().find_map(|entry| match entry.kind() {
        Kind::Inherit => {
            let mut names = entry.children().filter(|it| it.kind() != Kind::Source);
            names.find_map(|name| bind(Some(name), &mut std::iter::empty(), None, bound, seen))
        }
        Kind::Binding => {
            let mut parts = entry.children();
            let mut path = parts.next()?.children();
            let first = path.next();
            bind(first, &mut path, parts.next(), bound, seen)
        }
        _ => None,
    })
}

fn bind<'a>(
    name: Option<Expression<'a>>,
    rest: &mut dyn Iterator<Item = Expression<'a>>,
    value: Option<Expression<'a>>,
    bound: &mut BTreeMap<&'a str, Bound<'a>>,
    seen: &mut [bool],
) -> Option<Twice> {
    let written = name?;
    let (name, span) = (written.plain_name()?, written.span());
    let next = rest.next();
    let set =
        value.filter(|it| next.is_none() && matches!(it.kind(), Kind::Set | Kind::RecursiveSet));
    let is_set = next.is_some() || set.is_some();
    let is_known = bound.contains_key(name);
    let known = match bound.entry(name) {
        Entry::Vacant(free) if !is_set => {
            free.insert(Bound::Value(span.start));
            return None;
        }
        Entry::Vacant(free) => free.insert(Bound::Set(span.start, BTreeMap::new())),
        Entry::Occupied(known) => known.into_mut(),
    };
    let first = known.at();
    let inner = match known {
        Bound::Set(_, inner) if is_set => inner,
        _ => return Some(Twice { name: name.to_owned(), span, first, set: None }),
    };
    match set {
        Some(set) => {
            let twice = entries(set, inner, seen)?;
            // The outermost of such sets, whose copy has all the others.
            let copied = is_known.then(|| (name.to_owned(), first));
            Some(Twice { set: copied.or(twice.set), ..twice })
        }
        None => bind(next, rest, value, inner, seen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::source::parse;

    #[test]
    fn sets_are_put_together_and_values_are_bound_once() {
        let first = |source: &str| {
            let all = parse(source).expect(source);
            twice(&all).map(|it| (it.name, it.span.start, it.first))
        };
        for source in [
            "{ a.b = 1; a.c = 2; a = { d = 3; }; }",
            "{ a = { b = 1; }; a = { c = 1; }; ${x} = 1; ${y} = 2; }",
            "let a = 1; b = { a = 2; }; in { inherit a; c.a = 1; }",
        ] {
            assert_eq!(first(source), None, "{source}");
        }
        let set = |source: &str| twice(&parse(source).expect(source)).and_then(|it| it.set);
        let copied = "{ h = { a = { p = 1; }; }; h = { a = { p = 1; }; }; }";
        assert_eq!(set(copied), Some(("h".to_owned(), 2)));
        assert_eq!(set("{ h.a = { p = 1; }; h.a = { p = 1; }; }"), Some(("a".to_owned(), 4)));
        assert_eq!(set("{ h = { p = 1; p = 1; }; a.p = 1; a.p = 1; }"), None);
        assert_eq!(first("{ a = 1; a = 2; }"), Some(("a".to_owned(), 9, 2)));
        assert_eq!(first("{ a.b = 1; a = { b = 2; }; }"), Some(("b".to_owned(), 17, 4)));
        assert_eq!(first("{ a = f { }; a.b = 1; }"), Some(("a".to_owned(), 13, 2)));
        assert_eq!(first("let a = 1; inherit a; in a"), Some(("a".to_owned(), 19, 4)));
        assert_eq!(first("{ a.b = 1; a.\"b\" = 1; }"), Some(("b".to_owned(), 13, 4)));
    }
}
