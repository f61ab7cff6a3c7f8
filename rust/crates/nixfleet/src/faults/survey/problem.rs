//! The faults of a Nix file that show without evaluation.

use rnix::ast::PathHome;
use rnix::{Parse, Root};
use rowan::ast::AstNode;
use thiserror::Error;

use super::syntax::SyntaxError;
use super::{module, names, syntax};
use crate::faults::Problem;
use crate::faults::source::Text;
use crate::text::quote::quote;
use nixfleet_text::nearest;

/// What the module system gives to every module, or users often hand on (nixpkgs,
/// `nixos/lib/eval-config.nix`).
const ARGUMENTS: [&str; 7] = ["config", "inputs", "lib", "modulesPath", "options", "pkgs", "self"];

/// What Nix refuses of a file, whatever it evaluates.
#[derive(Debug, Error)]
pub enum SourceProblem {
    #[error("{}", .0.message)]
    Syntax(SyntaxError),
    #[error("the name {} is bound nowhere", quote(.name))]
    Unbound {
        name: String,
        /// The nearest of those that are bound there.
        nearest: Option<String>,
    },
    #[error("{} is given a value twice, first in line {line}", quote(.name))]
    Twice { name: String, line: usize },
    #[error("{} is outside the flake, and a flake reads nothing there", quote(.0))]
    Outside(String),
    #[error("a module is given more arguments than {} takes", quote(.0))]
    Closed(String),
}

impl SourceProblem {
    /// The first that a file has, and its offset. What is wrong after an error of syntax is not sure.
    pub fn find(text: &Text, parsed: &Parse<Root>, is_module: bool) -> Option<(usize, Self)> {
        if !parsed.errors().is_empty() {
            let error = syntax::first(text, parsed.errors())?;
            return Some((error.span.start, Self::Syntax(error)));
        }
        let root = parsed.tree();
        if let Some(twice) = names::twice(&parsed.syntax()) {
            let line = text.line_at(twice.first) + 1;
            return Some((twice.span.start, Self::Twice { name: twice.name, line }));
        }
        if let Some(unbound) = names::unbound(&root) {
            let near = nearest(&unbound.name, unbound.bound.iter().map(String::as_str));
            let nearest = near.map(str::to_owned);
            return Some((unbound.span.start, Self::Unbound { name: unbound.name, nearest }));
        }
        if let Some(home) = parsed.syntax().descendants().find_map(PathHome::cast) {
            let at = usize::from(home.syntax().text_range().start());
            return Some((at, Self::Outside(home.to_string())));
        }
        let (span, names) = module::closed(&root).filter(|_| is_module)?;
        Some((span.start, Self::Closed(format!("{{ {} }}", names.join(", ")))))
    }
}

impl Problem for SourceProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "syntax-invalid",
            Self::Unbound { .. } => "name-unbound",
            Self::Twice { .. } => "attribute-duplicate",
            Self::Closed(_) => "arguments-closed",
            Self::Outside(_) => "path-outside",
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Syntax(error) => error.help.clone(),
            Self::Unbound { name, .. } if name == "inputs" => {
                "in `flake.nix` write `outputs = inputs@{ …, ... }:`; a module takes it as an \
                 argument, `{ inputs, ... }:`, when the host has `specialArgs = { inherit inputs; };`"
                    .to_owned()
            }
            Self::Unbound { name, .. } if ARGUMENTS.contains(&name.as_str()) => {
                format!("take it as an argument at the top of the file: `{{ {name}, ... }}:`")
            }
            Self::Unbound { nearest: Some(name), .. } => format!("write {}", quote(name)),
            Self::Unbound { name, .. } => {
                format!("bind it with `let {name} = …; in`, or write `\"{name}\"` for a text")
            }
            Self::Outside(_) => "put the file into the repository and write `./FILE`; a secret is \
                                 read when the host runs, by its path as a text: `\"/persist/…\"`"
                .to_owned(),
            Self::Twice { .. } => "take one out, or put both values together".to_owned(),
            Self::Closed(arguments) => {
                let open = arguments.trim_end_matches('}').trim_end();
                let comma = if open.ends_with('{') { "" } else { "," };
                format!("write `{open}{comma} ... }}:`")
            }
        }
    }
}
