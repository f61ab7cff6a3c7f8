//! Where an option is set, of which the module system names the file alone.

use nixfleet_nix::Position;

use crate::faults::source::{self, Text, Tree};

/// The place in the user's own file that a message speaks of: the option as the file names it. The
/// message is as in nixpkgs' `lib/modules.nix`: `The option `x.y' …`, then `- In `file'` lines.
pub fn find(message: &str, tree: &Tree) -> Option<Position> {
    let elsewhere = || {
        let no_module = no_module(message, tree).or_else(|| file_systems(message, tree));
        no_module.or_else(|| value_of_set(message, tree))
    };
    if let Some(place) = beside_config(message, tree).or_else(elsewhere) {
        return Some(place);
    }
    let option = quoted(message.split_once("option `")?.1)?;
    // Of a list's element, `x.y."[definition 1-entry 2]".z`, the list, and what is in it.
    let (option, element) = match option.split_once(".\"[definition ") {
        Some((list, rest)) => (list, Some(rest.rsplit_once("\".").map(|(_, inner)| inner))),
        None => (option, None),
    };
    let definitions = message.split("In `").skip(1);
    let of_file = |it| file_of(it).filter(|file| tree.is_own(file)).map(|file| (file, it));
    definitions.filter_map(of_file).find_map(|(file, definition)| {
        let source = source::read(&tree.locate(file).1)?;
        let (line, column) = named(&source, option)?;
        let list = Position { file: file.into(), line, column };
        let value = first_line_of(definition);
        let name = element.map(|inner| inner.unwrap_or(value)).filter(|it| !it.is_empty());
        name.and_then(|name| within(&source, &list, name, value)).or(Some(list))
    })
}

/// The value of a definition, where it is one line.
fn first_line_of(definition: &str) -> &str {
    definition.split_once("': ").and_then(|(_, it)| it.lines().next()).unwrap_or("")
}

/// Where a name, or a value that has none, stands in a list, and in one place alone: of several elements
/// that have it, the one whose line has the value.
fn within(source: &Text, list: &Position, name: &str, value: &str) -> Option<Position> {
    let lines = source::lines_of(source, list)?;
    let lines = source.lines().enumerate().filter(|(line, _)| lines.contains(&(line + 1)));
    let all: Vec<_> =
        lines.filter_map(|(line, it)| Some((line + 1, whole(it, name)? + 1, it))).collect();
    let has_value = all.iter().filter(|(_, _, it)| !value.is_empty() && it.contains(value));
    let found: Vec<_> = has_value.collect();
    let (line, column, _) = match (&found[..], &all[..]) {
        ([one], _) => **one,
        (_, [one]) => *one,
        _ => return None,
    };
    let number = |it| u32::try_from(it).ok();
    Some(Position { file: list.file.clone(), line: number(line)?, column: number(column)? })
}

/// What a module sets beside its `config`: ``Module `file' has an unsupported attribute `x'``.
fn beside_config(message: &str, tree: &Tree) -> Option<Position> {
    let file = quoted(message.strip_prefix("Module `")?).filter(|it| tree.is_own(it))?;
    let name = quoted(message.split_once("' has an unsupported attribute `")?.1)?;
    let (line, column) = named(&source::read(&tree.locate(file).1)?, name)?;
    Some(Position { file: file.into(), line, column })
}

/// A value where a set is meant: ``In module `file', you're trying to define a value of type `path'\nrather
/// than an attribute set for the option\n`x'!``
fn value_of_set(message: &str, tree: &Tree) -> Option<Position> {
    let file = quoted(message.strip_prefix("In module `")?).filter(|it| tree.is_own(it))?;
    let option = quoted(message.split_once("for the option\n`")?.1)?;
    let (line, column) = named(&source::read(&tree.locate(file).1)?, option)?;
    Some(Position { file: file.into(), line, column })
}

/// The file that is no module (nixpkgs, `lib/modules.nix`: ``module FILE (KEY) does not look like a
/// module.``), or the list of modules in it that has what is none.
fn no_module(message: &str, tree: &Tree) -> Option<Position> {
    let (file, key) = message.strip_prefix("module ")?.split_once(" (")?;
    let (key, _) = key.split_once(") does not look like a module")?;
    let source = source::read(&tree.locate(file).1).filter(|_| tree.is_own(file))?;
    let of_list = || named(&source, "imports").or_else(|| named(&source, "modules"));
    let (line, column) = if key.contains(":anon-") { of_list()? } else { (1, 1) };
    Some(Position { file: file.into(), line, column })
}

/// Where a file of the user's describes file systems that a disk layout describes as well.
fn file_systems(message: &str, tree: &Tree) -> Option<Position> {
    let (_, places) = message.split_once("` from two places: ")?;
    let files = places.split("` in ").skip(1).filter_map(|it| it.split([' ', '\n']).next());
    files.map(|it| it.trim_end_matches('.')).filter(|it| tree.is_own(it)).find_map(|file| {
        let (line, column) = named(&source::read(&tree.locate(file).1)?, "fileSystems")?;
        Some(Position { file: file.into(), line, column })
    })
}

/// Where `flake.nix` names an input that Nix cannot find: among the arguments of `outputs`.
pub fn input(message: &str, tree: &Tree) -> Option<Position> {
    let name = quoted(message.split_once("cannot find flake 'flake:")?.1)?;
    let file = tree.root()?.join(tree.flake_file()?);
    let (line, column) = named(&source::read(&file)?, name)?;
    Some(Position { file: file.to_str()?.into(), line, column })
}

/// Where `flake.nix` says what its outputs are, of which Nix tells no place when they are no set, and
/// where it begins when it has none.
pub fn outputs(message: &str, tree: &Tree) -> Option<Position> {
    let file = tree.root()?.join(tree.flake_file()?);
    let source = source::read(&file)?;
    if message.ends_with("lacks attribute 'outputs'") {
        let start = source::parse(&source).ok()?.root().span().start;
        return Some(source::position_of(&file, &source, start));
    }
    let is_of_outputs = message.starts_with("expected a set but found");
    let (line, column) = named(&source, "outputs").filter(|_| is_of_outputs)?;
    Some(Position { file: file.to_str()?.into(), line, column })
}

/// The file that a definition is named by: of `file, via option x."1"'` the file alone.
pub(super) fn file_of(definition: &str) -> Option<&str> {
    let named = quoted(definition)?;
    Some(named.split_once(", via option ").map_or(named, |(file, _)| file))
}

/// Up to the quote that ends it.
fn quoted(text: &str) -> Option<&str> {
    text.split_once('\'').map(|(inner, _)| inner)
}

/// The line and column, in bytes, of the option's name: of as much of its end as stands together,
/// `y.z` of `x = { y.z = 1; };`.
fn named(source: &str, option: &str) -> Option<(u32, u32)> {
    let starts = std::iter::once(0).chain(option.match_indices('.').map(|(at, _)| at + 1));
    let ends = starts.map(|start| &option[start..]).filter(|end| !end.is_empty());
    let (line, column) = ends.into_iter().find_map(|end| {
        let mut lines = source.lines().enumerate();
        lines.find_map(|(line, text)| Some((line, whole(text, end)?)))
    })?;
    Some((u32::try_from(line + 1).ok()?, u32::try_from(column + 1).ok()?))
}

/// Where a name stands in a line of code and is no part of a longer one, nor of a path of names.
pub(super) fn whole(line: &str, name: &str) -> Option<usize> {
    find_name(line, name, |before| before != '.')
}

/// The same, where it may be the last of a path of names.
pub(super) fn whole_or_last(line: &str, name: &str) -> Option<usize> {
    find_name(line, name, |_| true)
}

fn find_name(line: &str, name: &str, may_follow: impl Fn(char) -> bool) -> Option<usize> {
    let code = line.split('#').next().unwrap_or_default();
    let is_name = |c: char| c.is_alphanumeric() || "_-'\"".contains(c);
    code.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = code[..*at].chars().next_back();
        let after = code[at + name.len()..].chars().next();
        before.is_none_or(|it| !is_name(it) && may_follow(it)) && !after.is_some_and(is_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_named_by_its_file() {
        assert_eq!(file_of("/a/flake.nix': true"), Some("/a/flake.nix"));
        let via = "/a/flake.nix, via option nixfleet.homeModules.\"[definition 1-entry 1]\"': 1";
        assert_eq!(file_of(via), Some("/a/flake.nix"));
        assert_eq!(file_of("/a/flake.nix"), None);
    }

    #[test]
    fn an_element_of_a_list_and_an_input_are_found_where_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let flake = "{\n  outputs = { nixfleet, sops-nix, ... }: nixfleet.lib.mkFleet {\n    ports = [ \"80\" ];\n  };\n}\n";
        std::fs::write(folder.path().join("flake.nix"), flake).unwrap();
        let file = folder.path().join("flake.nix");
        let tree = Tree::new(&nixfleet_inventory::Flake::new(folder.path().to_str().unwrap()));
        let element = format!(
            "A definition for option `my.ports.\"[definition 1-entry 1]\"' is not of type `16 bit unsigned integer'. Definition values:\n- In `{}': \"80\"",
            file.display()
        );
        let line = |place: Option<Position>| place.map(|it| (it.line, it.column));
        assert_eq!(line(find(&element, &tree)), Some((3, 15)));
        let input = "cannot find flake 'flake:sops-nix' in the flake registries";
        assert_eq!(line(super::input(input, &tree)), Some((2, 25)));
        assert_eq!(line(super::input("something else", &tree)), None);
    }

    #[test]
    fn what_is_no_module_and_what_is_mounted_twice_are_found_in_their_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("web.nix");
        std::fs::write(folder.path().join("flake.nix"), "{ }").unwrap();
        std::fs::write(&file, "{\n  fileSystems.\"/\" = { };\n  imports = [ lib ];\n}\n").unwrap();
        let tree = Tree::new(&nixfleet_inventory::Flake::new(folder.path().to_str().unwrap()));
        let found = |message: &str| {
            let message = message.replace("FILE", file.to_str().unwrap());
            find(&message, &tree).map(|it| (it.line, it.column))
        };
        assert_eq!(found("module FILE (FILE) does not look like a module."), Some((1, 1)));
        assert_eq!(found("module FILE (FILE:anon-1) does not look like a module."), Some((3, 3)));
        let twice = "host `a` has the file system `/` from two places: `/dev/sda1` in FILE and `/dev/b` in \
                     /nix/store/x/module.nix.\n  Where";
        assert_eq!(found(twice), Some((2, 3)));
        let no_set = "In module `FILE', you're trying to define a value of type `path'\nrather than an \
                      attribute set for the option\n`fileSystems.\"/\"'!\n";
        assert_eq!(found(no_set), Some((2, 3)));
    }

    #[test]
    fn an_option_is_found_under_as_much_of_its_name_as_stands_together() {
        let source = "{\n  # services.x.port\n  xs.x = 1;\n  services = { x.port = 1; };\n}\n";
        assert_eq!(named(source, "services.x.port"), Some((4, 16)));
        assert_eq!(named(source, "services.x"), Some((4, 16)));
        assert_eq!(named(source, "services"), Some((4, 3)));
        assert_eq!(named(source, "services.y"), None);
        assert_eq!(named(source, ""), None);
    }
}
