//! Names that are bound nowhere, and names that are bound twice. Nix finds both when it reads a file,
//! before it evaluates anything.

mod bindings;

use std::ops::Range;

use rnix::ast::{self, Attr, Entry, Expr, HasEntry, Param};
use rowan::ast::AstNode;

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

/// The first name of a file that nothing binds.
pub fn unbound(root: &ast::Root) -> Option<Unbound> {
    let mut walk = Walk { scopes: Vec::new(), withs: 0, found: None };
    walk.expression(&root.expr()?);
    walk.found
}

struct Walk {
    scopes: Vec<Vec<String>>,
    /// How many `with` are around: what they bind is not known before evaluation.
    withs: usize,
    found: Option<Unbound>,
}

impl Walk {
    fn expression(&mut self, expression: &Expr) {
        if self.found.is_some() {
            return;
        }
        match expression {
            Expr::Ident(ident) => self.name(ident),
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::LetIn(binding) => {
                let names = names_of(binding);
                self.entries(binding, Some(names.clone()));
                self.within(names, |walk| walk.all(binding.body()));
            }
            Expr::LegacyLet(binding) => self.entries(binding, Some(names_of(binding))),
            Expr::AttrSet(set) => {
                let names = set.rec_token().map(|_| names_of(set));
                self.entries(set, names);
            }
            Expr::With(with) => {
                self.all(with.namespace());
                self.withs += 1;
                self.all(with.body());
                self.withs -= 1;
            }
            other => self.children(other.syntax()),
        }
    }

    fn all(&mut self, expressions: impl IntoIterator<Item = Expr>) {
        expressions.into_iter().for_each(|it| self.expression(&it));
    }

    /// The expressions below a node, through what is none itself, such as `${…}`. A chain of
    /// operators is as deep as it is long.
    fn children(&mut self, node: &rnix::SyntaxNode) {
        for child in node.children() {
            match Expr::cast(child.clone()) {
                // The name of an attribute: `b` in `a.b`.
                Some(Expr::Ident(_)) if node.kind() == ast::Attrpath::KIND => {}
                Some(expression) => self.expression(&expression),
                None => self.children(&child),
            }
        }
    }

    fn within(&mut self, names: Vec<String>, work: impl FnOnce(&mut Self)) {
        self.scopes.push(names);
        work(self);
        self.scopes.pop();
    }

    fn lambda(&mut self, lambda: &ast::Lambda) {
        let mut names = Vec::new();
        let mut defaults = Vec::new();
        match lambda.param() {
            Some(Param::IdentParam(param)) => names.extend(param.ident().map(|it| it.to_string())),
            Some(Param::Pattern(pattern)) => {
                let bound = pattern.pat_bind().and_then(|it| it.ident());
                names.extend(bound.map(|it| it.to_string()));
                for entry in pattern.pat_entries() {
                    names.extend(entry.ident().map(|it| it.to_string()));
                    // The name is an expression too, so the default is the last one.
                    if entry.question_token().is_some() {
                        defaults.extend(entry.syntax().children().filter_map(Expr::cast).last());
                    }
                }
            }
            None => {}
        }
        self.within(names, |walk| {
            walk.all(defaults);
            walk.all(lambda.body());
        });
    }

    /// The bindings of a set or `let`; with names, each value sees them all.
    fn entries(&mut self, set: &impl HasEntry, names: Option<Vec<String>>) {
        // `inherit a` takes the name from around.
        for inherit in set.inherits().filter(|it| it.from().is_none()) {
            for attr in inherit.attrs() {
                if let Attr::Ident(ident) = attr {
                    self.name(&ident);
                }
            }
        }
        self.within(names.unwrap_or_default(), |walk| {
            for entry in set.entries() {
                match entry {
                    Entry::Inherit(inherit) => {
                        walk.all(inherit.from().and_then(|it| it.expr()));
                    }
                    Entry::AttrpathValue(binding) => {
                        if let Some(path) = binding.attrpath() {
                            walk.children(path.syntax());
                        }
                        walk.all(binding.value());
                    }
                }
            }
        });
    }

    fn name(&mut self, ident: &ast::Ident) {
        // `or` is a word of its own where it is no name.
        let Some(token) = ident.ident_token() else { return };
        let name = token.text();
        let is_bound = self.withs > 0
            || self.found.is_some()
            || name.starts_with("__")
            || GLOBALS.contains(&name)
            || self.scopes.iter().flatten().any(|it| it == name);
        if !is_bound {
            let range = token.text_range();
            self.found = Some(Unbound {
                name: name.to_owned(),
                span: usize::from(range.start())..usize::from(range.end()),
                bound: self.scopes.concat(),
            });
        }
    }
}

/// The names that a set or `let` binds.
fn names_of(set: &impl HasEntry) -> Vec<String> {
    let mut names = Vec::new();
    for entry in set.entries() {
        match entry {
            Entry::Inherit(inherit) => names.extend(inherit.attrs().filter_map(|it| plain(&it))),
            Entry::AttrpathValue(binding) => {
                let first = binding.attrpath().and_then(|it| it.attrs().next());
                names.extend(first.and_then(|it| plain(&it)));
            }
        }
    }
    names
}

/// The name of an attribute that is written out: `a` or `"a"`.
fn plain(attr: &Attr) -> Option<String> {
    match attr {
        Attr::Ident(ident) => Some(ident.to_string()),
        Attr::Str(text) => {
            let mut content = text.syntax().children_with_tokens();
            let is_plain = content.all(|it| it.as_token().is_some());
            let text = text.to_string();
            is_plain.then(|| text.trim_matches('"').to_owned())
        }
        Attr::Dynamic(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(source: &str) -> Option<String> {
        let parsed = rnix::Root::parse(source);
        assert!(parsed.errors().is_empty(), "{source}");
        unbound(&parsed.tree()).map(|it| it.name)
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
            assert_eq!(first(source), None, "{source}");
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
        ];
        for (source, name) in unbound {
            assert_eq!(first(source).as_deref(), Some(name), "{source}");
        }
    }
}
