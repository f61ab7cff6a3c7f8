//! The sources of a fleet: from a position that Nix tells to a line on the user's disk.

mod excerpt;
mod expression;
mod literal;
mod origin;
mod parsed;
mod scan;
mod text;
mod tree;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nixfleet_nix::Position;
use nixfleet_text::{Foreign, read_file};

pub use excerpt::{Excerpt, lines_of};
pub use expression::{Expression, Expressions, Kind, Operator, Refused, STACK, parse, with_room};
pub use literal::{position_of, resolve};
pub use parsed::Parsed;
pub use text::Text;
pub use tree::{Tree, is_copy};

/// Sources are written by hand; what is longer a program wrote, and is not read.
pub const LONGEST: u64 = 16 << 20;

/// A place in the sources.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file, relative to the flake's root.
    pub file: String,
    /// The file as the user reaches it from the current folder.
    pub shown: String,
    /// The line, from one.
    pub line: usize,
    /// The column, from one, in characters.
    pub column: usize,
    /// The line itself, when it can be read.
    pub excerpt: Option<Excerpt>,
}

/// The files of a fleet, each looked for and read once.
pub struct Sources {
    tree: Tree,
    files: HashMap<Arc<str>, File>,
    parsed: Option<Parsed>,
}

/// A file that a position names.
struct File {
    name: String,
    shown: String,
    text: Option<Text>,
}

impl Sources {
    /// The sources in a tree.
    pub fn new(tree: Tree) -> Self {
        Self { tree, files: HashMap::new(), parsed: None }
    }

    /// The tree that they are in.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Keeps a file that was parsed.
    pub fn keep(&mut self, parsed: Option<Parsed>) {
        self.parsed = parsed;
    }

    /// Hands out a file with its tree; none where it is no Nix. Who takes it may keep it again.
    pub fn parsed(&mut self, path: PathBuf) -> Option<Parsed> {
        let known = self.parsed.take().filter(|it| it.path == path);
        known.or_else(|| {
            let text = read(&path)?;
            let nodes = parse(&text).ok()?.into_nodes();
            Some(Parsed::new(path, text, nodes))
        })
    }

    /// The place of a position; of the text at fault, when it stands in the value written there.
    pub fn place(&mut self, position: &Position, text: Option<&str>) -> Place {
        self.find(position, |source| Excerpt::find(source, position, text))
    }

    /// The place of a text: in the value written at a position, or where that takes it from.
    pub fn place_of_text(&mut self, position: &Position, text: &str) -> Place {
        self.find(position, |source| Excerpt::find_text(source, position, text))
    }

    /// The text of a file that a position names, when it is one of the fleet's and can be read.
    pub fn text(&mut self, file: &Arc<str>) -> Option<&Text> {
        self.file(file).text.as_ref()
    }

    /// What is written as the value at a position.
    pub fn written(&mut self, position: &Position) -> Option<&str> {
        excerpt::written(self.text(&position.file)?, position)
    }

    /// The position of what is written for a field, which may take it by a name.
    pub fn origin(&mut self, position: &Position) -> Option<Position> {
        origin::origin(self.text(&position.file)?, position)
    }

    fn file(&mut self, file: &Arc<str>) -> &File {
        let Self { tree, files, parsed } = self;
        files.entry(file.clone()).or_insert_with(|| {
            let (name, path) = tree.locate(file);
            let is_source = tree.is_source(&path);
            let known = parsed.take_if(|it| it.path == path).map(|it| it.text);
            let text = known.or_else(|| is_source.then(|| read(&path)).flatten());
            File { name, shown: tree.show(&path), text }
        })
    }

    fn find(
        &mut self,
        position: &Position,
        excerpt: impl FnOnce(&Text) -> Option<Excerpt>,
    ) -> Place {
        let file = self.file(&position.file);
        let excerpt = file.text.as_ref().and_then(excerpt);
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        Place {
            file: file.name.clone(),
            shown: file.shown.clone(),
            line: excerpt.as_ref().map_or(number(position.line), |it| it.line),
            column: excerpt.as_ref().map_or(number(position.column), |it| it.column),
            excerpt: excerpt.filter(|it| !it.text.is_empty()),
        }
    }
}

/// The text of a source; none where it is longer than anybody writes, or no file. Nix reads bytes, and
/// those that are no UTF-8 become `U+FFFD`.
pub fn read(path: &Path) -> Option<Text> {
    let bytes = read_file(path, LONGEST).ok()?;
    Some(Text::new(Foreign::of_bytes(bytes).into_raw()))
}
