//! Where fields are written, found by reading `flake.nix` as it stands: for a host that is written out
//! there, or in a file of its own that is imported there. It takes no evaluation.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nixfleet_nix::Position;

use crate::faults::Fault;
use crate::faults::source::{Expression, Expressions, Kind, Parsed, Sources, Text, with_room};
use crate::faults::source::{parse, position_of, read, resolve};

/// The fields that are wanted of each host, each by its fault.
type Wanted<'a> = HashMap<&'a str, Vec<Field<'a>>>;
type Field<'a> = (usize, &'a str);

/// Gives positions to the faults of certain hosts that have none, as far as they are written out.
pub fn add(sources: &mut Sources, faults: &mut [Fault], is_wanted: &dyn Fn(&str) -> bool) {
    let tree = sources.tree();
    let (Some(root), Some(flake)) = (tree.root().map(Path::to_owned), tree.flake_file()) else {
        return;
    };
    let lacks = |fault: &Fault| fault.position.is_none() && fault.host().is_some_and(is_wanted);
    let mut wanted: Wanted = HashMap::new();
    for (index, fault) in faults.iter().enumerate().filter(|(_, it)| lacks(it)) {
        let host = fault.host().unwrap_or_default();
        wanted.entry(host).or_default().push((index, &fault.field));
    }
    if wanted.is_empty() {
        return;
    }
    let Some(mut parsed) = sources.parsed(root.join(&flake)) else { return };
    let found = with_room(|| places(&root, &flake, &mut parsed, &wanted)).unwrap_or_default();
    sources.keep(Some(parsed));
    for (index, position) in found {
        faults[index].position = Some(position);
    }
}

/// The places of the fields that are wanted.
fn places(
    root: &Path,
    flake: &Path,
    parsed: &mut Parsed,
    wanted: &Wanted,
) -> Vec<(usize, Position)> {
    parsed.look(|text, all| within_flake(root, flake, text, all, wanted))
}

fn within_flake(
    root: &Path,
    flake: &Path,
    text: &Text,
    all: &Expressions,
    wanted: &Wanted,
) -> Vec<(usize, Position)> {
    // What is bound to each host's name; none where more than one thing is.
    let mut hosts: HashMap<&str, Option<Expression>> = HashMap::new();
    for binding in all.all().filter(|it| it.kind() == Kind::Binding) {
        let last = binding.first().and_then(Expression::last).and_then(Expression::plain_name);
        if let Some(name) = last.filter(|it| wanted.contains_key(*it)) {
            hosts.entry(name).and_modify(|it| *it = None).or_insert(Some(binding));
        }
    }
    let file: Arc<str> = root.join(flake).to_string_lossy().into();
    let mut found = Vec::new();
    for (name, binding) in hosts {
        let (Some(value), Some(fields)) = (binding.and_then(Expression::last), wanted.get(name))
        else {
            continue;
        };
        if value.kind() == Kind::Set {
            found.extend(within(value, &file, text, fields));
        } else if let Some(own) = imported(value).and_then(|it| resolve(flake, it)) {
            found.extend(of_file(root, &own, fields));
        }
    }
    found
}

/// The path that is imported, where a value is that and no more.
fn imported(value: Expression<'_>) -> Option<&str> {
    let mut parts = value.children();
    let (function, path) = (parts.next()?, parts.next()?);
    let is_import = value.kind() == Kind::Apply && function.text() == "import";
    (is_import && path.kind() == Kind::RelativePath && path.first().is_none()).then(|| path.text())
}

fn of_file(root: &Path, file: &Path, fields: &[Field]) -> Vec<(usize, Position)> {
    let path: PathBuf = root.join(file);
    let Some(text) = read(&path) else { return Vec::new() };
    let Ok(all) = parse(&text) else { return Vec::new() };
    let set = all.root();
    if set.kind() != Kind::Set {
        return Vec::new();
    }
    within(set, &path.to_string_lossy().into(), &text, fields)
}

fn within(
    set: Expression,
    file: &Arc<str>,
    text: &Text,
    fields: &[Field],
) -> Vec<(usize, Position)> {
    let place = |(index, field): &Field| {
        let names: Vec<&str> = field.split('.').collect();
        let binding = bound(set, &names)?;
        let at = position_of(Path::new(""), text, binding.span().start);
        Some((*index, Position { file: file.clone(), ..at }))
    };
    fields.iter().filter_map(place).collect()
}

/// The binding of a dotted path in a set.
fn bound<'a>(set: Expression<'a>, names: &[&str]) -> Option<Expression<'a>> {
    set.children().filter(|it| it.kind() == Kind::Binding).find_map(|binding| {
        let mut rest = names.iter();
        for name in binding.first()?.children() {
            if name.plain_name() != rest.next().copied() {
                return None;
            }
        }
        let value = binding.last()?;
        match rest.as_slice() {
            [] => Some(binding),
            inner if value.kind() == Kind::Set => bound(value, inner),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use nixfleet_inventory::Flake;

    use super::*;
    use crate::faults::source::Tree;

    #[test]
    fn a_field_is_found_where_its_host_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let flake = "{ outputs = _: f { hosts = {\n  a = { hostSpec.timeZone = 1; };\n  b.hostSpec = { };\n  \
                     c = import ./c.nix;\n  d = g { hostSpec.timeZone = 1; };\n  e = { };\n}; e = 2; }; }";
        fs::write(folder.path().join("flake.nix"), flake).unwrap();
        fs::write(folder.path().join("c.nix"), "{\n  hostSpec = {\n    timeZone = 1; }; }")
            .unwrap();
        let find = |host: &str| {
            let wanted = HashMap::from([(host, vec![(0, "hostSpec.timeZone")])]);
            let path = folder.path().join("flake.nix");
            let mut parsed = Sources::new(Tree::new(&Flake::new("."))).parsed(path).unwrap();
            let found = places(folder.path(), Path::new("flake.nix"), &mut parsed, &wanted);
            found.first().map(|(_, it)| (it.file.ends_with("c.nix"), it.line, it.column))
        };
        assert_eq!(find("a"), Some((false, 2, 9)));
        assert_eq!(find("c"), Some((true, 3, 5)));
        for host in ["b", "d", "e", "f"] {
            assert_eq!(find(host), None, "{host}");
        }
    }
}
