//! A name that nothing binds, and what may have been meant by it.

use nixfleet_text::nearest;
use thiserror::Error;

use super::names::Unbound;
use super::names::meant::{ARGUMENTS, OF_LIB, constant};
use super::{digits, inputs, links};
use crate::faults::source::Expressions;
use crate::text::quote::{quote, quote_path};

/// A name that is bound nowhere.
#[derive(Debug, Error)]
#[error("the name {} is bound nowhere", quote(.name))]
pub struct UnboundName {
    name: String,
    /// The nearest of those that are bound there.
    nearest: Option<String>,
    /// Whether it is an input of the flake.
    is_input: bool,
    /// Whether nixpkgs' `lib` is bound there.
    has_lib: bool,
    /// The path whose second part it begins, where a blank parts it, as Nix takes it.
    parted: Option<String>,
    /// The path that it begins, which nothing tells from a name.
    bare: Option<String>,
    /// The path of names that it ends, of which one begins with a digit, as it is to be written.
    digits: Option<String>,
}

impl UnboundName {
    /// One of a file's.
    pub fn of(unbound: Unbound, all: &Expressions) -> Self {
        let near = nearest(&unbound.name, unbound.bound.iter().map(String::as_str));
        let nearest = near.map(str::to_owned);
        let inputs = inputs::named(all).unwrap_or_default();
        let is_input = inputs.contains(&unbound.name.as_str()) && inputs.len() > 1;
        let parted = links::parted(all, &unbound.span);
        let has_lib = unbound.bound.iter().any(|it| it == "lib");
        let bare = links::bare(all, &unbound.span);
        let root = all.root();
        let digits = digits::before(root.text(), unbound.span.start - root.span().start);
        Self { name: unbound.name, nearest, is_input, has_lib, parted, bare, digits }
    }

    /// What to write.
    pub fn help(&self) -> String {
        let Self { name, nearest, is_input, has_lib, parted, bare, digits } = self;
        let is_argument = ARGUMENTS.contains(&name.as_str());
        match (parted, nearest) {
            _ if digits.is_some() => format!(
                "a name that begins with a digit is put into quotes: write {}",
                quote_path(digits.as_deref().unwrap_or_default())
            ),
            _ if *is_input => format!("take the input as an argument: `outputs = {{ {name}, ... }}:`"),
            _ if name == "inputs" => {
                "in `flake.nix` write `outputs = inputs@{ …, ... }:`; a module takes it as an \
                 argument, `{ inputs, ... }:`, when the host has `specialArgs = { inherit inputs; };`"
                    .to_owned()
            }
            _ if is_argument => {
                format!("take it as an argument at the top of the file: `{{ {name}, ... }}:`")
            }
            _ if constant(name).is_some() => {
                format!("write {}", quote(constant(name).unwrap_or_default()))
            }
            (Some(path), _) => format!(
                "a path has no blank in it: write {}, or name the file without one",
                quote_path(path)
            ),
            _ if bare.is_some() => format!(
                "a path begins with `./` or `/`: write {}",
                quote_path(bare.as_deref().unwrap_or_default())
            ),
            _ if OF_LIB.contains(&name.as_str()) && *has_lib => format!("write `lib.{name}`"),
            _ if OF_LIB.contains(&name.as_str()) => format!(
                "write `lib.{name}`, and take `lib` as an argument at the top of the file: `{{ lib, ... }}:`"
            ),
            (_, Some(name)) => format!("write {}", quote(name)),
            _ => format!("bind it with `let {name} = …; in`, or write `\"{name}\"` for a text"),
        }
    }
}
