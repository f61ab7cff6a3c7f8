//! What is handed to modules by a name that the module system has for something of its own.

use crate::faults::source::{Expression, Expressions, Kind};

/// What it takes from `specialArgs` in place of its own (nixpkgs, `lib/modules.nix`: `specialArgs` is
/// over what `evalModules` hands on).
const RESERVED: [&str; 2] = ["config", "options"];

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
            return is_reserved(name);
        }
        let value = entry.last().filter(|it| it.kind() == Kind::Set)?;
        value.children().flat_map(handed).find_map(is_reserved)
    })
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
        assert_eq!(first("{ specialArgs = { inherit inputs; a.config = 1; }; config = 1; }"), None);
    }
}
