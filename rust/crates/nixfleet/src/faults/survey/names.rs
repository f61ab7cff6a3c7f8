//! Names that are bound nowhere, and names that are bound twice. Nix finds both when it reads a file,
//! before it evaluates anything.

mod bindings;
pub mod meant;

use std::collections::HashMap;
use std::ops::Range;

use crate::faults::source::{Expression, Expressions, Kind};
pub use bindings::twice;

/// A name that nothing binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbound {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub span: Range<usize>,
    /// The names that are bound there.
    pub bound: Vec<String>,
}

/// So many names are told; a file with more is none of Nix's.
const MOST: usize = 100;

/// What Nix binds everywhere (Nix manual, "Built-ins"); all others begin with `__`.
const GLOBALS: [&str; 23] = [
    "abort",
    "baseNameOf",
    "break",
    "builtins",
    "derivation",
    "derivationStrict",
    "dirOf",
    "false",
    "fetchGit",
    "fetchMercurial",
    "fetchTarball",
    "fetchTree",
    "fromTOML",
    "import",
    "isNull",
    "map",
    "null",
    "placeholder",
    "removeAttrs",
    "scopedImport",
    "throw",
    "toString",
    "true",
];

/// The names of a file that nothing binds, each where it stands first.
pub fn unbound(all: &Expressions) -> Vec<Unbound> {
    let mut walk = Walk { scopes: Vec::new(), bound: HashMap::new(), withs: 0, found: Vec::new() };
    walk.expression(all.root());
    walk.found
}

struct Walk<'a> {
    /// The names that are bound, from the outside in.
    scopes: Vec<&'a str>,
    /// How often each of them is.
    bound: HashMap<&'a str, u32>,
    /// How many `with` are around: what they bind is not known before evaluation.
    withs: usize,
    found: Vec<Unbound>,
}

impl<'a> Walk<'a> {
    fn expression(&mut self, expression: Expression<'a>) {
        match expression.kind() {
            Kind::Ident => self.name(expression),
            Kind::Lambda => self.lambda(expression),
            Kind::Let | Kind::LegacyLet | Kind::RecursiveSet => self.recursive(expression),
            Kind::Set => self.entries(expression),
            Kind::With => {
                let mut parts = expression.children();
                parts.next().into_iter().for_each(|it| self.expression(it));
                self.withs += 1;
                parts.for_each(|it| self.expression(it));
                self.withs -= 1;
            }
            _ => expression.children().for_each(|it| self.expression(it)),
        }
    }

    fn within(&mut self, names: impl Iterator<Item = &'a str>, work: impl FnOnce(&mut Self)) {
        let before = self.scopes.len();
        for name in names {
            *self.bound.entry(name).or_default() += 1;
            self.scopes.push(name);
        }
        work(self);
        for name in self.scopes.drain(before..) {
            if let Some(count) = self.bound.get_mut(name) {
                *count -= 1;
            }
        }
    }

    fn lambda(&mut self, lambda: Expression<'a>) {
        let Some(param) = lambda.first() else { return };
        let is_name = param.kind() == Kind::Name;
        let parts = || param.children().filter(|_| !is_name);
        let names =
            is_name.then_some(param).into_iter().chain(parts().filter_map(Expression::first));
        self.within(names.map(Expression::text), |walk| {
            let defaults = parts().filter_map(|it| it.children().nth(1));
            defaults.chain(lambda.last()).for_each(|it| walk.expression(it));
        });
    }

    /// Bindings of which each sees them all.
    fn recursive(&mut self, set: Expression<'a>) {
        // `inherit a` takes the name from around.
        self.inherited(set);
        self.within(names_of(set), |walk| {
            walk.values(set);
            if set.kind() == Kind::Let {
                set.last().into_iter().for_each(|it| walk.expression(it));
            }
        });
    }

    fn entries(&mut self, set: Expression<'a>) {
        self.inherited(set);
        self.values(set);
    }

    fn inherited(&mut self, set: Expression<'a>) {
        for inherit in set.children().filter(|it| it.kind() == Kind::Inherit) {
            let has_source = inherit.first().is_some_and(|it| it.kind() == Kind::Source);
            for name in inherit.children().filter(|it| !has_source && it.kind() == Kind::Name) {
                self.name(name);
            }
        }
    }

    fn values(&mut self, set: Expression<'a>) {
        for entry in set.children() {
            match entry.kind() {
                Kind::Inherit => entry
                    .children()
                    .filter(|it| it.kind() == Kind::Source)
                    .for_each(|it| self.expression(it)),
                Kind::Binding => entry.children().for_each(|it| self.expression(it)),
                _ => {}
            }
        }
    }

    fn name(&mut self, ident: Expression<'a>) {
        let name = ident.text();
        let is_bound = self.withs > 0
            || name.starts_with("__")
            // A word of its own.
            || name == "or"
            || self.bound.get(name).is_some_and(|count| *count > 0)
            || GLOBALS.contains(&name);
        let is_told = || self.found.iter().any(|it| it.name == name) || self.found.len() >= MOST;
        if !is_bound && !is_told() {
            self.found.push(Unbound {
                name: name.to_owned(),
                span: ident.span(),
                bound: self.scopes.iter().map(|it| (*it).to_owned()).collect(),
            });
        }
    }
}

/// The names that a set or `let` binds.
fn names_of(set: Expression<'_>) -> impl Iterator<Item = &str> {
    set.children().flat_map(|entry| {
        let (inherited, bound) = match entry.kind() {
            Kind::Inherit => (Some(entry.children()), None),
            Kind::Binding => (None, entry.first().and_then(Expression::first)),
            _ => (None, None),
        };
        inherited.into_iter().flatten().chain(bound).filter_map(Expression::plain_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::source::parse;

    fn names(source: &str) -> Vec<String> {
        unbound(&parse(source).expect(source)).into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn a_name_is_bound_by_what_is_around_it() {
        let bound = [
            "{ a, b ? a, ... }@c: { inherit a b; d = c.e.f or true; ${a} = \"${b}\"; }",
            "let a = b; b = 1; inherit (c) d; c = { }; in a + d",
            "rec { a = 1; b.c = a; \"e f\" = b; }",
            "with import ./x; y",
            "x: x.y ? z && builtins.length [ x ] == __length [ ]",
            "let { a = 1; body = a; }",
            "{ a = /* b */ 1; c.a.b = a: a; }",
        ];
        for source in bound {
            assert_eq!(names(source), Vec::<String>::new(), "{source}");
        }
        let unbound = [
            ("{ a = 1; b = a; }", "a"),
            ("{ ... }: { b = [ pkgs.git ]; }", "pkgs"),
            ("let a = 1; in { inherit b; }", "b"),
            ("a: \"x ${b}\"", "b"),
            ("(a: a) a", "a"),
            ("{ a ? b }: a", "b"),
            ("{ ${a} = 1; }", "a"),
            ("with a; b", "a"),
            ("{ b = [ pkgs.a pkgs.b c pkgs.d ]; }", "pkgs c"),
        ];
        for (source, told) in unbound {
            assert_eq!(names(source).join(" "), told, "{source}");
        }
    }
}
