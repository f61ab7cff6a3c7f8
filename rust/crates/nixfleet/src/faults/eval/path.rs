//! A path that stands where Nix expects a set, as if it were what is in the file: where it is written.

use std::path::{Path, PathBuf};

use nixfleet_nix::{Position, StorePath};

use crate::faults::source::{self, Tree, resolve};

/// The path that Nix found, relative to the tree's root.
fn found(message: &str, tree: &Tree) -> Option<PathBuf> {
    let (_, path) = message.lines().next()?.split_once(" but found a path: ")?;
    let relative = StorePath::split(path).map(|(_, rest)| rest);
    let root = tree.root()?;
    relative.or_else(|| Path::new(path).strip_prefix(root).ok().map(Path::to_owned))
}

/// The place of the path, which is within what Nix tells the beginning of: in that line or soon below it.
pub fn at(message: &str, place: Position, tree: &Tree) -> Position {
    /// So many lines more are looked through.
    const BELOW: usize = 8;
    let written = || {
        let path = found(message, tree)?;
        let file = tree.locate(&place.file).1;
        let source = file.strip_prefix(tree.root()?).ok()?;
        let text = source::read(&file)?;
        let first = usize::try_from(place.line).ok()?.checked_sub(1)?;
        (first..=first + BELOW).find_map(|line| {
            let column = literal(text.line(line)?, source, &path)?;
            let (line, column) = (u32::try_from(line + 1).ok()?, u32::try_from(column + 1).ok()?);
            Some(Position { file: place.file.clone(), line, column })
        })
    };
    written().unwrap_or(place)
}

/// Where a line has the literal of a path.
fn literal(line: &str, source: &Path, path: &Path) -> Option<usize> {
    let is_of_path = |it: char| it.is_ascii_alphanumeric() || "._-+/".contains(it);
    line.match_indices("./").find_map(|(at, _)| {
        let start = line[..at].trim_end_matches('.').len();
        let word = &line[start..];
        let word = &word[..word.find(|it| !is_of_path(it)).unwrap_or(word.len())];
        (resolve(source, word).as_deref() == Some(path)).then_some(start)
    })
}

#[cfg(test)]
mod tests {
    use nixfleet_inventory::Flake;

    use super::*;

    #[test]
    fn a_path_is_found_behind_what_takes_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("flake.nix");
        std::fs::write(&file, "{\n  a = f {\n    b = 1; } // ../x ./lib/y;\n}\n").unwrap();
        let tree = Tree::new(&Flake::new(folder.path().to_str().unwrap()));
        let place = |line, column| Position { file: file.to_str().unwrap().into(), line, column };
        let told = |message: &str| at(message, place(2, 7), &tree);
        let store = "/nix/store/00000000000000000000000000000000-source";
        let found = |rest: &str| told(&format!("expected a set but found a path: {store}/{rest}"));
        assert_eq!(found("lib/y"), place(3, 22));
        assert_eq!(found("lib"), place(2, 7));
        assert_eq!(told("expected a set but found a list: [ ]"), place(2, 7));
    }
}
