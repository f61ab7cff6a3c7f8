//! The relative paths in a Nix file, and what they are there for.

use std::path::{Path, PathBuf};

use nixfleet_nix::Position;
use rnix::SyntaxNode;
use rnix::ast::{
    Apply, AttrpathValue, BinOp, BinOpKind, Expr, IfElse, List, Paren, PathRel, Select,
};
use rowan::ast::AstNode;

use crate::faults::source::{Text, Tree, position_of, resolve};

/// The attributes whose lists are modules.
const LISTS: [&str; 4] = ["imports", "modules", "homeModules", "sharedModules"];

/// A path that a Nix file names.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where it leads, relative to the tree's root.
    pub file: PathBuf,
    /// What is written.
    pub literal: String,
    /// Where that is.
    pub position: Position,
    /// What it is there for.
    pub used: Use,
    /// Whether Nix comes to use it, whatever else holds.
    pub is_sure: bool,
    /// Whether the Nix file asks if such paths exist.
    pub is_optional: bool,
    /// Whether the Nix file takes folders for what is in them.
    pub reads_folders: bool,
}

impl Link {
    /// Whether something is where it leads.
    pub fn is_there(&self, tree: &Tree) -> bool {
        tree.root().is_some_and(|root| root.join(&self.file).symlink_metadata().is_ok())
    }
}

/// The paths in a file that Nix surely reads, or may not.
pub fn links(
    path: &Path,
    source: &Path,
    text: &Text,
    root: &SyntaxNode,
    is_sure: bool,
) -> Vec<Link> {
    let says = |words: &[&str]| words.iter().any(|it| text.contains(it));
    let is_optional = says(&["pathExists", "maybeMissing"]);
    let reads_folders = says(&["readDir", "listFilesRecursive", "import-tree", "haumea"]);
    let link = |literal: PathRel| {
        let written = literal.to_string();
        // `./${x}` and `./web + ".nix"` lead elsewhere.
        let is_whole = literal.syntax().children().next().is_none() && !goes_on(literal.syntax());
        let file = resolve(source, &written).filter(|_| is_whole)?;
        let offset = usize::from(literal.syntax().text_range().start());
        let used = Use::of(literal.syntax());
        Some(Link {
            file,
            position: position_of(path, text, offset),
            used,
            is_sure: is_sure
                && used != Use::Other
                && !is_optional
                && !is_conditional(literal.syntax()),
            literal: written,
            is_optional,
            reads_folders,
        })
    };
    root.descendants().filter_map(PathRel::cast).filter_map(link).collect()
}

/// What a path is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It stands in a list of modules.
    Module,
    /// It is imported.
    Import,
    /// Anything else.
    Other,
}

impl Use {
    fn of(path: &SyntaxNode) -> Self {
        let Some(mut node) = path.parent() else { return Self::Other };
        if let Some(apply) = Apply::cast(node.clone()) {
            let imports = apply.lambda().is_some_and(|it| last_word(&it) == "import");
            return if imports { Self::Import } else { Self::Other };
        }
        if List::cast(node.clone()).is_none() {
            return Self::Other;
        }
        // The list may be put together: `[ … ] ++ [ … ]`.
        while let Some(parent) = node.parent() {
            let is_join = BinOp::cast(parent.clone())
                .is_some_and(|it| it.operator() == Some(BinOpKind::Concat));
            if let Some(binding) = AttrpathValue::cast(parent.clone()) {
                let last = binding.attrpath().and_then(|it| it.attrs().last());
                let is_list = last.is_some_and(|it| LISTS.contains(&it.to_string().as_str()));
                return if is_list { Self::Module } else { Self::Other };
            }
            if !is_join && Paren::cast(parent.clone()).is_none() {
                return Self::Other;
            }
            node = parent;
        }
        Self::Other
    }
}

/// Whether more is put to the end of a path.
fn goes_on(path: &SyntaxNode) -> bool {
    path.parent().and_then(BinOp::cast).is_some_and(|it| it.operator() == Some(BinOpKind::Add))
}

/// Whether something around a node decides if Nix comes to it.
fn is_conditional(node: &SyntaxNode) -> bool {
    node.ancestors().any(|around| {
        IfElse::can_cast(around.kind())
            || Select::cast(around.clone()).is_some_and(|it| it.or_token().is_some())
            || BinOp::cast(around.clone()).is_some_and(|it| {
                matches!(
                    it.operator(),
                    Some(BinOpKind::And | BinOpKind::Or | BinOpKind::Implication)
                )
            })
            || Apply::cast(around).and_then(|it| it.lambda()).is_some_and(|it| {
                let head = last_word(&it);
                head.starts_with("optional") || head.starts_with("mkIf")
            })
    })
}

/// The name of a function that is applied, to however much: `optional` of `lib.optional true`.
fn last_word(function: &Expr) -> String {
    match function {
        Expr::Apply(apply) => apply.lambda().map(|it| last_word(&it)).unwrap_or_default(),
        Expr::Select(select) => {
            let last = select.attrpath().and_then(|it| it.attrs().last());
            last.map(|it| it.to_string()).unwrap_or_default()
        }
        Expr::Ident(ident) => ident.to_string(),
        _ => String::new(),
    }
}
