//! The faults of a Nix file that show without evaluation.

use std::collections::HashMap;

use thiserror::Error;

use super::called::{Called, called};
use super::no_module::{NoModule, no_module};
use super::shape::{self, Misshaped};
use super::syntax::SyntaxError;
use super::unapplied::{Cure, Unapplied, unapplied};
use super::unbound::UnboundName;
use super::{inputs, links, module, names, special, syntax};
use crate::faults::Problem;
use crate::faults::source::Text;
use crate::faults::source::{Expression, Expressions, Kind};
use crate::text::quote::{quote, quote_path};
use nixfleet_text::nearest;

/// What Nix refuses of a file, whatever it evaluates.
#[derive(Debug, Error)]
pub enum SourceProblem {
    #[error("{}", .0.message)]
    Syntax(SyntaxError),
    #[error("{}", .0)]
    Unbound(UnboundName),
    #[error("the flake has no input {}", quote(.name))]
    Input {
        name: String,
        /// The nearest of those that it has.
        nearest: Option<String>,
    },
    #[error("{whose} has no attribute {}", quote(.name))]
    Attribute {
        whose: &'static str,
        name: String,
        /// The nearest of those that there are.
        nearest: Option<&'static str>,
    },
    #[error("the input {} is a text, and Nix takes a set with its `url`", quote(.0))]
    InputText(String),
    #[error("{} is given a value twice, first in line {line}", quote(.name))]
    Twice {
        name: String,
        line: usize,
        /// The set around it that is written twice, and the line of the first.
        set: Option<(String, usize)>,
    },
    #[error("{} is outside the flake, and a flake reads nothing there", quote(.0))]
    Outside(String),
    #[error("the text {} is no module: a path has no quotes", quote(.0))]
    Quoted(String),
    #[error("{}", .0)]
    Unapplied(Unapplied),
    #[error("{}", .0)]
    Called(Called),
    #[error("{}", .0)]
    NoModule(NoModule),
    #[error("`specialArgs` hands {} to modules, which have one of the host's own", quote(.0))]
    Special(String),
    #[error("`imports` is given to `{0}`, and takes a list alone")]
    Imports(&'static str),
    #[error("a module is given more arguments than {} takes", quote(.0))]
    Closed(String),
}

impl SourceProblem {
    /// Those that a file has, each with its offset.
    pub fn find(text: &Text, all: &Expressions, is_module: bool) -> Vec<(usize, Self)> {
        let mut found = Self::of_reading(text, all);
        found.extend(Self::of_use(all, is_module));
        told_once(found)
    }

    /// What Nix would have found when it read the file.
    fn of_reading(text: &Text, all: &Expressions) -> Vec<(usize, Self)> {
        let twice = names::twice(all).map(|twice| {
            let line = text.line_at(twice.first) + 1;
            let set = twice.set.map(|(name, first)| (name, text.line_at(first) + 1));
            (twice.span.start, Self::Twice { name: twice.name, line, set })
        });
        let unbound = names::unbound(all)
            .into_iter()
            .map(|it| (it.span.start, Self::Unbound(UnboundName::of(it, all))));
        twice.into_iter().chain(unbound).collect()
    }

    /// An input that `flake.nix` uses and does not have.
    pub fn of_inputs(all: &Expressions) -> Option<(usize, Self)> {
        let used = || inputs::missing(all).and_then(|(it, all)| Some((it, it.plain_name()?, all)));
        let (lacking, name, known) = inputs::follows_nothing(all).or_else(used)?;
        let near = nearest(name, known).map(str::to_owned);
        Some((lacking.span().start, Self::Input { name: name.to_owned(), nearest: near }))
    }

    /// An attribute for which Nix refuses `flake.nix`.
    pub fn of_shape(all: &Expressions) -> Option<(usize, Self)> {
        let (at, misshaped) = shape::misshaped(all)?;
        let (whose, name, known) = match misshaped {
            Misshaped::Attribute(name) => ("a flake", name, shape::OF_FLAKE),
            Misshaped::OfInput(name) => ("an input", name, shape::OF_INPUT),
            Misshaped::Text(name) => return Some((at, Self::InputText(name.to_owned()))),
        };
        Some((at, Self::Attribute { whose, name: name.to_owned(), nearest: nearest(name, known) }))
    }

    /// What Nix does not find where the file lies so deep in its tree, or refuses unless it is impure: so it
    /// comes after all else.
    pub fn of_purity(text: &Text, all: &Expressions, depth: usize) -> Vec<(usize, Self)> {
        // It looks through the whole file, so it is asked of the few paths that lead out.
        let is_asked = |it: &Expression| it.kind() == Kind::RelativePath && links::asks_first(text);
        let paths = all.all().filter(|it| links::is_elsewhere(*it, depth) && !is_asked(it));
        paths.map(|it| (it.span().start, Self::Outside(it.text().to_owned()))).collect()
    }

    /// What Nix finds when it comes to use what is in the file.
    pub fn of_use(all: &Expressions, is_module: bool) -> Vec<(usize, Self)> {
        let functions: HashMap<_, _> =
            all.all().filter_map(|it| Some((it.index(), unapplied(it)?))).collect();
        // What comes behind such a function is what it is to take.
        let is_taken =
            |it: &Expression| it.parent().is_some_and(|it| functions.contains_key(&it.index()));
        let found = all.all().filter_map(|it| Some((it, Self::of_node(it)?)));
        let mut found: Vec<_> = found.filter(|(it, _)| !is_taken(it)).map(|(_, it)| it).collect();
        found.extend(functions.into_values().map(|(at, it)| (at, Self::Unapplied(it))));
        found.extend(special::reserved(all).map(|(at, name)| (at, Self::Special(name.to_owned()))));
        if is_module {
            let imports = all.all().filter_map(module::imports);
            found.extend(imports.map(|(at, function)| (at, Self::Imports(function))));
        }
        let whole = Some(all.root()).filter(|_| is_module);
        let modules = whole.into_iter().chain(all.all().filter(|it| links::is_module(*it)));
        found.extend(modules.filter_map(module::closed).map(|(span, names)| {
            (span.start, Self::Closed(format!("{{ {} }}", names.join(", "))))
        }));
        told_once(found)
    }

    fn of_node(node: Expression) -> Option<(usize, Self)> {
        let at = node.span().start;
        if node.kind() == Kind::HomePath {
            return Some((at, Self::Outside(node.text().to_owned())));
        }
        if links::is_quoted_module(node) {
            return Some((at, Self::Quoted(node.text().trim_matches('"').to_owned())));
        }
        let called = || called(node).map(|(at, it)| (at, Self::Called(it)));
        let no_module = || no_module(node).map(|(at, it)| (at, Self::NoModule(it)));
        called().or_else(no_module)
    }

    /// The error for which a file is no Nix; `at` is where that shows.
    pub fn of_syntax(text: &Text, at: usize) -> (usize, Self) {
        let error = syntax::error(text, at);
        (error.span.start, Self::Syntax(error))
    }
}

/// The first at each place, in the order of the file.
fn told_once(mut found: Vec<(usize, SourceProblem)>) -> Vec<(usize, SourceProblem)> {
    found.sort_by_key(|(at, _)| *at);
    found.dedup_by_key(|(at, _)| *at);
    found
}

impl Problem for SourceProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "syntax-invalid",
            Self::Unbound(_) => "name-unbound",
            Self::Twice { .. } => "attribute-duplicate",
            Self::Closed(_) => "arguments-closed",
            Self::Special(_) => "field-fixed",
            Self::Attribute { .. } => "argument-unknown",
            Self::Input { .. } => "input-missing",
            Self::Outside(_) => "path-outside",
            Self::Quoted(_)
            | Self::InputText(_)
            | Self::Unapplied(_)
            | Self::Called(_)
            | Self::NoModule(_)
            | Self::Imports(_) => "field-type-wrong",
        }
    }

    fn is_meant_by(&self, words: &str) -> bool {
        match self {
            // Nix names where in the store that would be.
            Self::Outside(path) if path.starts_with("..") => {
                let path = path.trim_start_matches(['.', '/']);
                let named = words.split('\'').nth(1).and_then(|it| it.strip_suffix(path));
                named.is_some_and(|it| it.ends_with('/') && !path.is_empty())
            }
            Self::Outside(path) => {
                words.contains(path.trim_start_matches('~'))
                    || words
                        .strip_prefix("access to absolute path '")
                        .and_then(|it| it.split_once('\''))
                        .is_some_and(|(at, _)| path.starts_with(at))
            }
            Self::Unapplied(_) => {
                words.starts_with("cannot coerce a set to a string: { _class")
                    || words.contains(" does not look like a module")
                    || words.starts_with("string '") && words.contains("' doesn't represent")
                    || words.contains("host `?`: hostName: ")
            }
            Self::Called(it) => it.is_meant_by(words),
            // Whatever asks for one of the host's.
            Self::Special(_) => {
                words.starts_with("attribute '") || words.contains("infinite recursion")
            }
            Self::NoModule(it) => it.is_meant_by(words),
            Self::Imports(_) => words.starts_with("expected a list but found a set: { _type = "),
            Self::Quoted(path) => words.starts_with(&format!("string '{path}' doesn't represent")),
            _ => false,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Syntax(error) => error.help.clone(),
            Self::Unbound(name) => name.help(),
            Self::Outside(_) => "put the file into the repository and write `./FILE`; a secret is \
                                 read when the host runs, by its path as a text: `\"/persist/…\"`"
                .to_owned(),
            Self::Input { name, nearest } => {
                let near = nearest.as_ref().map(|it| format!("write {}, or ", quote(it)));
                format!("{}add the input: `inputs.{name}.url = \"…\";`", near.unwrap_or_default())
            }
            Self::Attribute { nearest: Some(name), .. } => format!("write {}", quote(name)),
            Self::Attribute { whose: "a flake", .. } => {
                "it has `description`, `inputs`, `nixConfig` and `outputs`: put it into what `outputs` \
                 gives"
                    .to_owned()
            }
            Self::Attribute { .. } => "an input has a `url`, or `follows` another; it may say `flake = \
                                       false;` and what its own `inputs` are"
                .to_owned(),
            Self::InputText(name) => format!("write `inputs.{name}.url = \"…\";`"),
            Self::Unapplied(it) => match &it.cure {
                Cure::Write(applied) => format!("write {}", quote_path(applied)),
                Cure::Join(call) => format!("put its list behind this one: `[ … ] ++ {call}`"),
                Cure::Remove => "take it out: `modules` takes paths, sets and functions that give a set".to_owned(),
            },
            Self::Called(it) => it.help(),
            Self::NoModule(it) => it.help(),
            Self::Special(name) => {
                format!("take {} out, or hand it on by another name", quote(name))
            }
            Self::Imports("mkMerge" | "mkBefore" | "mkAfter") => {
                "write the list alone, and put lists together with `++`".to_owned()
            }
            Self::Imports("mkForce" | "mkOverride" | "mkDefault") => {
                "write the list alone: each module that is named is taken, and `disabledModules` takes \
                 one of the system's out"
                    .to_owned()
            }
            Self::Imports(function) => format!(
                "write the list alone, `imports = [ … ];`, and `lib.{function}` in the module that it names, \
                 before what that sets: `config = lib.{function} … {{ … }};`"
            ),
            Self::Quoted(path) => format!("write the path without quotes: {}", quote(path)),
            Self::Twice { set: Some((set, line)), .. } => format!(
                "take one out, or put both values together; {} stands here and in line {line}: if it is to be \
                 another, give it a name of its own",
                quote(set)
            ),
            Self::Twice { .. } => "take one out, or put both values together".to_owned(),
            Self::Closed(arguments) => {
                let open = arguments.trim_end_matches('}').trim_end();
                let comma = if open.ends_with('{') { "" } else { "," };
                format!("write `{open}{comma} ... }}:`")
            }
        }
    }
}
