//! What is handed to modules by a name that the module system has for something of its own.

use crate::faults::source::{Expression, Expressions, Kind};

/// What it takes from `specialArgs` in place of its own (nixpkgs, `lib/modules.nix`: `specialArgs` is
/// over what `evalModules` hands on).
const RESERVED: [&str; 2] = ["config", "options"];

/// What it has as well, and one may hand on another of: but no flake.
const OF_NIXPKGS: [&str; 2] = ["lib", "pkgs"];

/// The first such name in a set that is written as `specialArgs`, and where it is.
pub fn reserved<'a>(all: &'a Expressions<'a>) -> Option<(usize, &'a str)> {
    let is_reserved = |it: Expression<'a>| {
        let name = it.plain_name().filter(|name| RESERVED.contains(name))?;
        Some((it.span().start, name))
    };
    all.all().filter(|it| it.kind() == Kind::Binding).find_map(|entry| {
        let mut names = entry.first()?.children();
        names.find(|it| it.plain_name() == Some("specialArgs"))?;
        if let Some(name) = names.next() {
            return is_reserved(name).or_else(|| flake(entry, name));
        }
        let value = entry.last().filter(|it| it.kind() == Kind::Set)?;
        let of_entry = |entry| handed(entry).into_iter().find_map(is_reserved);
        let of_flake = |entry: Expression<'a>| flake(entry, entry.first()?.first()?);
        value.children().find_map(|entry| of_entry(entry).or_else(|| of_flake(entry)))
    })
}

/// A name of nixpkgs' that is given a whole input of the flake: `lib = inputs.nixpkgs;`.
fn flake<'a>(entry: Expression<'a>, name: Expression<'a>) -> Option<(usize, &'a str)> {
    let value =
        entry.last().filter(|it| entry.kind() == Kind::Binding && it.kind() == Kind::Select)?;
    let (_, input) = value.text().split_once("inputs.").filter(|it| it.0.is_empty())?;
    let found = name.plain_name().filter(|it| OF_NIXPKGS.contains(it) && !input.contains('.'))?;
    Some((name.span().start, found))
}

/// The names that an entry of such a set hands on.
fn handed(entry: Expression<'_>) -> Vec<Expression<'_>> {
    match entry.kind() {
        Kind::Inherit => entry.children().collect(),
        Kind::Binding => entry.first().and_then(Expression::first).into_iter().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::source::parse;

    #[test]
    fn what_a_module_has_already_cannot_be_handed_to_it() {
        let first = |source: &str| {
            let all = parse(source).expect(source);
            reserved(&all).map(|(at, name)| format!("{at} {name}"))
        };
        assert_eq!(first("{ specialArgs = { a = 1; config = { }; }; }"), Some("25 config".into()));
        assert_eq!(
            first("{ a.specialArgs = { inherit (b) options; }; }"),
            Some("32 options".into())
        );
        assert_eq!(first("{ a.specialArgs.config = { }; }"), Some("16 config".into()));
        assert_eq!(first("{ specialArgs.a.config = 1; }"), None);
        assert_eq!(first("{ specialArgs.lib = inputs.nixpkgs; }"), Some("14 lib".into()));
        assert_eq!(
            first("{ specialArgs = { a = 1; pkgs = inputs.unstable; }; }"),
            Some("25 pkgs".into())
        );
        assert_eq!(
            first("{ specialArgs = { lib = inputs.nixpkgs.lib; pkgs = import inputs.a { }; }; }"),
            None
        );
        assert_eq!(first("{ specialArgs = { inherit inputs; a.config = 1; }; config = 1; }"), None);
    }
}
