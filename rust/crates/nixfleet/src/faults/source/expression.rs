//! A Nix file as a tree of expressions.
//!
//! A fleet has thousands of files, and all of them are read each time; so the tree is one array, made
//! in one pass, and in it is what the survey asks for and no more.

mod lexer;
mod parser;

use std::ops::Range;
use std::thread;

pub use parser::{Refused, parse};

/// What is nested is read by calls within calls: as deep as the parser goes, there is room in this.
pub const STACK: usize = 512 << 20;

/// Does work on expressions where there is room for the deepest; none where the machine has none.
pub fn with_room<R: Send>(work: impl FnOnce() -> R + Send) -> Option<R> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.ok()?.join().ok()
    })
}

/// No node.
const NONE: u32 = u32::MAX;

/// What an expression, or a part of one, is. What a kind's children are stands with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name that stands for a value.
    Ident,
    /// A number.
    Number,
    /// `"…"` or `''…''`; the expressions in it.
    Text,
    /// `./x` or `x/y`; the expressions in it.
    RelativePath,
    /// `/x`; the expressions in it.
    AbsolutePath,
    /// `~/x`; the expressions in it.
    HomePath,
    /// `<x>`
    SearchPath,
    /// `https://…` without quotes.
    Uri,
    /// `( … )`; the expression.
    Paren,
    /// `[ … ]`; the elements.
    List,
    /// `{ … }`; the entries.
    Set,
    /// `rec { … }`; the entries.
    RecursiveSet,
    /// `let … in …`; the entries, and what is made of them.
    Let,
    /// `let { … }`; the entries.
    LegacyLet,
    /// An entry, `a.b = …;`; the path and the value.
    Binding,
    /// An entry, `inherit (…) a b;`; the source, where there is one, and the names.
    Inherit,
    /// `(…)` after `inherit`; the expression.
    Source,
    /// `a.b.c`; the names.
    Path,
    /// The name of an attribute or argument.
    Name,
    /// `${…}` as a name; the expression.
    Dynamic,
    /// `x.a or y`; the set, the path, and the default, where there is one.
    Select,
    /// `x ? a`; the set and the path.
    Has,
    /// `f x`; both.
    Apply,
    /// `a: …`; the name or pattern, and the body.
    Lambda,
    /// `{ a, b }`; the arguments, and the name of all, where there is one.
    Pattern,
    /// `{ a, ... }`, likewise.
    OpenPattern,
    /// `a ? x` in a pattern; the name, and the default, where there is one.
    Argument,
    /// `@a`; the name.
    All,
    /// `with …; …`; both.
    With,
    /// `assert …; …`; both.
    Assert,
    /// `if … then … else …`; all three.
    If,
    /// `a + b`; both.
    Binary(Operator),
    /// `!a` or `-a`; the operand.
    Unary,
}

/// An operator between two values, as far as it matters which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `++`
    Concat,
    /// `&&`, `||` or `->`, which may leave the right side alone.
    Logical,
    /// Any other.
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    start: u32,
    end: u32,
    parent: u32,
    first: u32,
    next: u32,
}

/// The tree of a source.
#[derive(Debug)]
pub struct Expressions<'a> {
    source: &'a str,
    nodes: Vec<Node>,
    root: u32,
}

/// A tree without its source.
#[derive(Debug, Default)]
pub struct Nodes {
    nodes: Vec<Node>,
    root: u32,
}

impl Nodes {
    /// The tree, by the source that it was parsed from.
    pub fn of(self, source: &str) -> Expressions<'_> {
        Expressions { source, nodes: self.nodes, root: self.root }
    }
}

/// A node of a tree.
#[derive(Clone, Copy)]
pub struct Expression<'a> {
    tree: &'a Expressions<'a>,
    id: u32,
}

impl<'a> Expressions<'a> {
    /// The expression that the whole source is.
    pub fn root(&'a self) -> Expression<'a> {
        Expression { tree: self, id: self.root }
    }

    /// Every node, in no order.
    pub fn all(&'a self) -> impl Iterator<Item = Expression<'a>> {
        (0..self.nodes.len())
            .filter_map(|id| Some(Expression { tree: self, id: u32::try_from(id).ok()? }))
    }

    /// What is left of the tree when its source goes elsewhere.
    pub fn into_nodes(self) -> Nodes {
        Nodes { nodes: self.nodes, root: self.root }
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }
}

impl<'a> Expression<'a> {
    fn node(self) -> &'a Node {
        &self.tree.nodes[self.id as usize]
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// Which of the tree's nodes it is.
    pub fn index(self) -> usize {
        self.id as usize
    }

    /// Where it stands, in bytes.
    pub fn span(self) -> Range<usize> {
        self.node().start as usize..self.node().end as usize
    }

    /// What is written.
    pub fn text(self) -> &'a str {
        &self.tree.source[self.span()]
    }

    /// What it is a part of.
    pub fn parent(self) -> Option<Self> {
        self.at(self.node().parent)
    }

    /// Its parts, in their order.
    pub fn children(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.at(self.node().first), |it| it.at(it.node().next))
    }

    /// Its first part.
    pub fn first(self) -> Option<Self> {
        self.at(self.node().first)
    }

    /// Its last part.
    pub fn last(self) -> Option<Self> {
        self.children().last()
    }

    /// The name of an attribute that is written out: `a` or `"a"`. Of one that is no UTF-8 nothing
    /// is known.
    pub fn plain_name(self) -> Option<&'a str> {
        match self.kind() {
            Kind::Name => Some(self.text()),
            Kind::Text if self.node().first == NONE => {
                Some(self.text().trim_matches('"')).filter(|it| !it.contains('\u{fffd}'))
            }
            _ => None,
        }
    }

    fn at(self, id: u32) -> Option<Self> {
        (id != NONE).then_some(Self { tree: self.tree, id })
    }
}

#[cfg(test)]
mod tests;
