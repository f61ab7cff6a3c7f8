//! Inputs that a flake uses and does not have.

use crate::faults::source::{Expression, Expressions, Kind};

/// The first use of an input that `flake.nix` does not name, and the inputs that it has. Nix finds it
/// when it comes to use what is made of it, such as a host's module.
pub fn missing<'a>(all: &'a Expressions<'a>) -> Option<(Expression<'a>, Vec<&'a str>)> {
    let known = known(all)?;
    let (_, _, outputs) = bound(all, "outputs").next()?;
    let all_of = name_of_all(outputs).filter(|name| is_bound_once(all, name))?;
    let used = all.all().filter(|it| it.kind() == Kind::Select && it.children().count() == 2);
    let lacking = used.filter_map(|select| {
        let mut parts = select.children();
        let is_of_inputs = parts.next()?.text() == all_of;
        let name = parts.next()?.first()?;
        let is_missing = is_of_inputs && !known.contains(&name.plain_name()?);
        is_missing.then_some(name)
    });
    let first = lacking.min_by_key(|it| it.span().start)?;
    Some((first, known))
}

/// The first input that another is to follow and that the flake does not have, its name, and the inputs
/// that it has.
pub fn follows_nothing<'a>(
    all: &'a Expressions<'a>,
) -> Option<(Expression<'a>, &'a str, Vec<&'a str>)> {
    let known = known(all)?;
    let followed = texts(all, "follows").filter_map(|(entry, followed)| {
        let is_input = names_around(entry).first() == Some(&"inputs");
        // An empty text takes the input away.
        let name = followed.plain_name()?.split('/').next()?;
        (is_input && !name.is_empty() && !known.contains(&name)).then_some((followed, name))
    });
    let (first, name) = followed.min_by_key(|(it, _)| it.span().start)?;
    Some((first, name, known))
}

/// The inputs that a flake has; none where `flake.nix` puts names together.
fn known<'a>(all: &'a Expressions<'a>) -> Option<Vec<&'a str>> {
    let mut known = named(all)?;
    let (_, _, outputs) = bound(all, "outputs").next()?;
    // An argument of its own is an input of the registry's.
    let arguments = outputs.first()?.children().filter(|it| it.kind() == Kind::Argument);
    known.extend(arguments.filter_map(Expression::first).map(Expression::text));
    Some(known)
}

/// The inputs that `flake.nix` names, itself among them; none where it puts names together.
pub fn named<'a>(all: &'a Expressions<'a>) -> Option<Vec<&'a str>> {
    let mut known = vec!["self"];
    for (path, _, value) in bound(all, "inputs") {
        match path.get(1) {
            Some(name) => known.push(*name),
            None if value.kind() == Kind::Set => {
                for entry in value.children() {
                    let name = entry.first().and_then(Expression::first);
                    known.push(name.and_then(Expression::plain_name)?);
                }
            }
            None => return None,
        }
    }
    Some(known)
}

/// The inputs whose URLs `flake.nix` writes out, with these and what binds them.
pub fn urls<'a>(
    all: &'a Expressions<'a>,
) -> impl Iterator<Item = (&'a str, &'a str, Expression<'a>)> {
    texts(all, "url").filter_map(|(entry, url)| match names_around(entry)[..] {
        ["inputs", name, "url"] => Some((name, url.plain_name()?, entry)),
        _ => None,
    })
}

/// The entries whose last name is this one and whose value is a text, with that. Where hosts are in
/// `flake.nix` as well, there are many of other names.
fn texts<'a>(
    all: &'a Expressions<'a>,
    name: &'static str,
) -> impl Iterator<Item = (Expression<'a>, Expression<'a>)> {
    let entries = all.all().filter(|it| it.kind() == Kind::Binding);
    entries.filter_map(move |entry| {
        let value = entry.last().filter(|it| it.kind() == Kind::Text)?;
        let last = entry.first()?.last()?.plain_name()?;
        (last == name).then_some((entry, value))
    })
}

/// The names by which an entry is reached from the file's own set.
pub fn names_around(entry: Expression<'_>) -> Vec<&str> {
    let around = std::iter::successors(Some(entry), |it| it.parent());
    let mut entries: Vec<_> = around.filter(|it| it.kind() == Kind::Binding).collect();
    entries.reverse();
    let paths = entries.into_iter().filter_map(Expression::first);
    paths.flat_map(Expression::children).filter_map(Expression::plain_name).collect()
}

/// What a file that is a set binds to a name, or to names in it.
fn bound<'a>(
    all: &'a Expressions<'a>,
    name: &'static str,
) -> impl Iterator<Item = (Vec<&'a str>, usize, Expression<'a>)> {
    bindings(all.root()).filter(move |(path, ..)| path.first() == Some(&name))
}

/// Whether a name is an argument, or bound by a `let`, in one place alone.
fn is_bound_once(all: &Expressions, name: &str) -> bool {
    let is_bound = |it: &Expression| {
        let Some(parent) = it.parent().filter(|_| it.kind() == Kind::Name && it.text() == name)
        else {
            return false;
        };
        match parent.kind() {
            Kind::Argument | Kind::All | Kind::Lambda => true,
            Kind::Path => parent
                .parent()
                .and_then(Expression::parent)
                .is_some_and(|it| it.kind() == Kind::Let),
            Kind::Inherit => parent.parent().is_some_and(|it| it.kind() == Kind::Let),
            _ => false,
        }
    };
    all.all().filter(is_bound).count() == 1
}

/// The name that stands for all inputs: `outputs = inputs: …` and `outputs = inputs@{ … }: …`.
fn name_of_all(outputs: Expression<'_>) -> Option<&str> {
    let param = outputs.first().filter(|_| outputs.kind() == Kind::Lambda)?;
    match param.kind() {
        Kind::Name => Some(param.text()),
        _ => Some(param.children().find(|it| it.kind() == Kind::All)?.first()?.text()),
    }
}

/// The bindings of a set, each with the names that are written out and where it begins.
pub fn bindings(set: Expression<'_>) -> impl Iterator<Item = (Vec<&str>, usize, Expression<'_>)> {
    set.children().filter(|it| it.kind() == Kind::Binding).filter_map(|binding| {
        let mut parts = binding.children();
        let path = parts.next()?.children().map_while(Expression::plain_name).collect();
        Some((path, binding.span().start, parts.next()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::source::parse;

    fn first(source: &str) -> Option<String> {
        let all = parse(source).expect(source);
        missing(&all).map(|(name, _)| name.text().to_owned())
    }

    #[test]
    fn an_input_is_named_before_it_is_used() {
        for source in [
            "{ inputs.a.url = \"\"; outputs = inputs: inputs.a + inputs.self; }",
            "{ inputs = { a.url = \"\"; \"b\" = { }; }; outputs = inputs@{ self, ... }: inputs.a inputs.b; }",
            "{ inputs = import ./inputs.nix; outputs = inputs: inputs.x; }",
            "{ outputs = { self, ... }: self.x; }",
            "{ outputs = inputs: inputs.x or 1; }",
            "{ outputs = import ./outputs.nix; }",
            "{ outputs = inputs@{ self, nixpkgs, ... }: inputs.nixpkgs; }",
            "{ outputs = inputs: { m = { inputs, ... }: inputs.x; }; }",
            "{ outputs = inputs: let inputs = { }; in inputs.x; }",
        ] {
            assert_eq!(first(source), None, "{source}");
        }
        let followed = |source: &str| {
            let all = parse(source).expect(source);
            follows_nothing(&all).map(|(_, name, _)| name.to_owned())
        };
        let flake = "{ inputs.a.url = \"\"; inputs.b.inputs.c.follows = \"NAME\"; outputs = { d, ... }: d; }";
        for name in ["a", "d", "b/c", ""] {
            assert_eq!(followed(&flake.replace("NAME", name)), None, "{name}");
        }
        assert_eq!(followed(&flake.replace("NAME", "e/f")).as_deref(), Some("e"));
        let all = parse("{ inputs.a.url = \"\"; outputs = a.b; }").unwrap();
        assert_eq!(named(&all), Some(vec!["self", "a"]));
        let source = "{ inputs.a.url = \"\"; outputs = { a, ... }@all: [ all.sops.b all.c ]; }";
        assert_eq!(first(source).as_deref(), Some("sops"));
    }
}
