//! What Nix takes in a `flake.nix`, before it evaluates anything of it (Nix, `libflake/flake.cc`).

use super::inputs::bindings;
use crate::faults::source::{Expression, Expressions, Kind};

/// The attributes of a flake.
pub const OF_FLAKE: [&str; 4] = ["description", "inputs", "nixConfig", "outputs"];

/// The attributes of an input, as people write them.
pub const OF_INPUT: [&str; 4] = ["flake", "follows", "inputs", "url"];

/// What the attributes of an input may be besides: those of its fetcher (nix3-flake(1), "Flake
/// references").
const OF_FETCHERS: [&str; 27] = [
    "allRefs",
    "buildTime",
    "dir",
    "dirtyRev",
    "dirtyShortRev",
    "exportIgnore",
    "host",
    "id",
    "keytype",
    "lastModified",
    "lfs",
    "name",
    "narHash",
    "owner",
    "path",
    "publicKey",
    "publicKeys",
    "ref",
    "repo",
    "rev",
    "revCount",
    "shallow",
    "submodules",
    "treeHash",
    "type",
    "unpack",
    "verifyCommit",
];

/// What is not as Nix takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misshaped<'a> {
    /// An attribute that a flake does not have.
    Attribute(&'a str),
    /// An attribute that an input does not have.
    OfInput(&'a str),
    /// An input that is a text, and no set with one.
    Text(&'a str),
}

/// The first that a flake has of it, and its offset.
pub fn misshaped<'a>(all: &'a Expressions<'a>) -> Option<(usize, Misshaped<'a>)> {
    bindings(all.root()).find_map(|(path, at, value)| of_entry(&path, at, value))
}

fn of_entry<'a>(
    path: &[&'a str],
    at: usize,
    value: Expression<'a>,
) -> Option<(usize, Misshaped<'a>)> {
    match path {
        ["inputs"] => of_set(value).find_map(|(path, at, value)| of_input(&path, at, value)),
        ["inputs", input @ ..] => of_input(input, at, value),
        [name, ..] if !OF_FLAKE.contains(name) => Some((at, Misshaped::Attribute(name))),
        _ => None,
    }
}

fn of_input<'a>(
    path: &[&'a str],
    at: usize,
    value: Expression<'a>,
) -> Option<(usize, Misshaped<'a>)> {
    match path {
        [name] if value.kind() == Kind::Text => Some((at, Misshaped::Text(name))),
        [_] => of_set(value).find_map(|(path, at, _)| of_attribute(path.first()?, at)),
        [_, name, ..] => of_attribute(name, at),
        [] => None,
    }
}

fn of_attribute(name: &str, at: usize) -> Option<(usize, Misshaped<'_>)> {
    let is_known = OF_INPUT.contains(&name) || OF_FETCHERS.contains(&name);
    (!is_known).then_some((at, Misshaped::OfInput(name)))
}

fn of_set(value: Expression<'_>) -> impl Iterator<Item = (Vec<&str>, usize, Expression<'_>)> {
    let is_set = value.kind() == Kind::Set;
    bindings(value).filter(move |_| is_set)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::source::parse;

    #[test]
    fn a_flake_and_its_inputs_have_attributes_of_their_own() {
        let first = |source: &str| {
            let all = parse(source).expect(source);
            misshaped(&all).map(|(at, it)| format!("{at} {it:?}"))
        };
        let right = "{ description = \"\"; nixConfig.a = 1; inputs = { a.url = \"\"; b = { type = \"git\"; \
                     owner = \"\"; inputs.c.follows = \"a\"; verifyCommit = true; }; \
                     c = import ./x; }; outputs = _: { x = 1; }; }";
        assert_eq!(first(right), None);
        for (source, told) in [
            ("{ ouputs = _: { }; }", "2 Attribute(\"ouputs\")"),
            ("{ input.a.url = \"\"; outputs = _: { }; }", "2 Attribute(\"input\")"),
            ("{ inputs.a.uri = \"\"; }", "2 OfInput(\"uri\")"),
            ("{ inputs = { a.flow = \"\"; }; }", "13 OfInput(\"flow\")"),
            ("{ inputs = { a = { folow = \"\"; }; }; }", "19 OfInput(\"folow\")"),
            ("{ inputs.a = \"github:a/b\"; }", "2 Text(\"a\")"),
        ] {
            assert_eq!(first(source).as_deref(), Some(told), "{source}");
        }
    }
}
