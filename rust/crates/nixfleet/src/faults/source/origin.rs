//! Where a value is written that a field takes by a name.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use nixfleet_nix::Position;

use super::{Expression, Kind, Text, parse, position_of, with_room};

/// So many names of names are followed.
const MOST: usize = 8;

/// To parse more bytes than this once more takes longer than it helps.
const LARGE: usize = 1 << 20;

/// The offset of what each binding's value is taken from, behind the span of the binding's name, in the
/// file's order.
pub type Origins = Vec<(Range<usize>, usize)>;

/// The position of what a field's value is taken from, as far as it is a name that the file binds; the
/// field's own where its value is written there.
pub fn origin(text: &Text, position: &Position) -> Option<Position> {
    let at = text.offset(position)?;
    let origins = text.origins();
    let last = origins.partition_point(|(name, _)| name.start <= at).checked_sub(1)?;
    let (_, found) = origins.get(last).filter(|(name, _)| name.contains(&at))?;
    let found = position_of(Path::new(""), text, *found);
    Some(Position { file: position.file.clone(), ..found })
}

/// All of a file's; none where it is too large or no Nix.
pub fn origins(text: &str) -> Origins {
    with_room(|| all(text)).flatten().unwrap_or_default()
}

fn all(text: &str) -> Option<Origins> {
    let all = parse(Some(text).filter(|it| it.len() <= LARGE)?).ok()?;
    let bindings = all.all().filter(|it| it.kind() == Kind::Binding);
    let mut names = Names::default();
    let mut origins: Origins = bindings
        .filter_map(|binding| Some((binding.first()?.span(), followed(binding, &mut names))))
        .collect();
    origins.sort_unstable_by_key(|(name, _)| name.start);
    Some(origins)
}

/// Where that begins which a binding's value is taken from.
fn followed<'a>(binding: Expression<'a>, names: &mut Names<'a>) -> usize {
    let mut binding = binding;
    for _ in 0..MOST {
        match binding.last().and_then(|it| bound_to(it, names)) {
            Some(next) => binding = next,
            None => break,
        }
    }
    binding.span().start
}

/// What the scopes bind, each looked through once.
type Names<'a> = HashMap<usize, HashMap<&'a str, Expression<'a>>>;

/// What binds the name that a value is.
fn bound_to<'a>(value: Expression<'a>, names: &mut Names<'a>) -> Option<Expression<'a>> {
    let mut value = value;
    while value.kind() == Kind::Paren {
        value = value.first()?;
    }
    if value.kind() != Kind::Ident {
        return None;
    }
    let name = value.text();
    let around = std::iter::successors(value.parent(), |it| it.parent());
    for scope in around {
        match scope.kind() {
            Kind::Let | Kind::LegacyLet | Kind::RecursiveSet => {
                let bound = names.entry(scope.index()).or_insert_with(|| bound_in(scope));
                if let Some(found) = bound.get(name) {
                    return Some(*found);
                }
            }
            Kind::Lambda if takes(scope, name) => return None,
            _ => {}
        }
    }
    None
}

fn bound_in(scope: Expression<'_>) -> HashMap<&str, Expression<'_>> {
    let entries = scope.children().filter(|it| it.kind() == Kind::Binding);
    let mut bound = HashMap::new();
    for entry in entries {
        if let Some(name) = bound_name(entry) {
            bound.entry(name).or_insert(entry);
        }
    }
    bound
}

fn bound_name(entry: Expression<'_>) -> Option<&str> {
    entry.first()?.first()?.plain_name()
}

/// Whether a function has an argument of that name.
fn takes(lambda: Expression, name: &str) -> bool {
    let Some(param) = lambda.first() else { return false };
    let parts = param.children().filter_map(Expression::first);
    std::iter::once(param).chain(parts).any(|it| it.kind() == Kind::Name && it.text() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_followed_to_what_is_written() {
        let origin = |source: &str, part: &str| {
            let column = u32::try_from(source.find(part).unwrap() + 1).unwrap();
            let position = Position { file: "x".into(), line: 1, column };
            let found = super::origin(&Text::new(source.to_owned()), &position);
            found.map(|it| it.column as usize - 1)
        };
        for (source, part, found) in [
            ("let k = { }; in { a.b = k; }", "a.b", "k ="),
            ("let k = l; l = 1; in { a = (k); }", "a =", "l ="),
            ("rec { k = 1; d = { a = k; }; }", "a =", "k ="),
            ("{ a = 1; b = a; }", "b =", "b ="),
            ("let k = 1; in { a = [ k ]; }", "a =", "a ="),
            ("let k = 1; in { k, ... }: { a = k; }", "a =", "a ="),
            ("let k = k; in { a = k; }", "a =", "k ="),
            ("let a.b = 1; in { c = a; }", "c =", "a.b"),
        ] {
            assert_eq!(origin(source, part), source.find(found), "{source}");
        }
        assert_eq!(origin("{ a", "a"), None);
    }
}
