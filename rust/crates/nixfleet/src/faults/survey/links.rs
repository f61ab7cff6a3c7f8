//! The relative paths in a Nix file, and what they are there for.

use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use nixfleet_nix::Position;

use crate::faults::source::{Expression, Expressions, Kind, Operator};
use crate::faults::source::{Text, position_of, resolve};

/// The attributes whose lists are modules.
const LISTS: [&str; 4] = ["imports", "modules", "homeModules", "sharedModules"];

/// What Nix reads of a folder.
pub const DEFAULT: &str = "default.nix";

/// A path that a Nix file names.
#[derive(Debug, Clone)]
pub struct Link {
    /// The Nix file, relative to the tree's root.
    pub source: PathBuf,
    /// Where it leads, relative to the tree's root.
    pub file: PathBuf,
    /// What is written.
    pub literal: String,
    /// Where that is.
    pub position: Position,
    /// What it is there for.
    pub used: Use,
    /// Whether Nix comes to use it, whatever else holds.
    pub is_sure: bool,
    /// Whether the Nix file asks if such paths exist.
    pub is_optional: bool,
    /// Whether the Nix file takes folders for what is in them.
    pub reads_folders: bool,
}

impl Link {
    /// Whether Nix reads what is there as code.
    pub fn is_code(&self) -> bool {
        self.used != Use::Other
    }

    /// Whether it is a file that Nix reads where the path leads: of a folder its `default.nix`.
    pub fn names(&self, file: &Path) -> bool {
        self.file == file || self.is_code() && file.strip_prefix(&self.file) == Ok(DEFAULT.as_ref())
    }
}

/// The paths in a file that Nix surely reads, or may not.
pub fn links(at: &Path, source: &Path, text: &Text, all: &Expressions, is_sure: bool) -> Vec<Link> {
    let mut literals = all.all().filter(|it| it.kind() == Kind::RelativePath).peekable();
    if literals.peek().is_none() {
        return Vec::new();
    }
    let says = |words: &[&str]| words.iter().any(|it| text.says(it));
    let is_optional = asks_first(text);
    let reads_folders = says(&["readDir", "listFilesRecursive", "import-tree", "haumea"]);
    let link = |literal: Expression| {
        // `./${x}` and `./web + x` lead elsewhere.
        let is_whole = literal.first().is_none() && rest(literal).is_none();
        let (path, written) =
            if goes_on(literal) { joined(literal)? } else { (literal, literal.text().to_owned()) };
        let file = resolve(source, &written).filter(|_| is_whole)?;
        let path = in_brackets(path);
        let used = Use::of(path);
        Some(Link {
            source: source.to_owned(),
            file,
            position: position_of(at, text, literal.span().start),
            used,
            is_sure: is_sure && used != Use::Other && !is_optional && !is_conditional(path),
            literal: written,
            is_optional,
            reads_folders,
        })
    };
    literals.filter_map(link).collect()
}

/// Whether a file asks if paths are there before it reads them.
pub fn asks_first(text: &Text) -> bool {
    ["pathExists", "maybeMissing"].iter().any(|it| text.says(it))
}

/// What a path is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It stands in a list of modules.
    Module,
    /// It is imported.
    Import,
    /// Anything else.
    Other,
}

impl Use {
    /// Of a path, or of another element of a list.
    pub fn of(path: Expression) -> Self {
        let Some(mut node) = path.parent() else { return Self::Other };
        if node.kind() == Kind::Apply {
            let imports = node.first().is_some_and(|it| last_word(it) == "import");
            return if imports { Self::Import } else { Self::Other };
        }
        if node.kind() != Kind::List {
            return Self::Other;
        }
        // The list may be put together: `[ … ] ++ [ … ]`.
        while let Some(parent) = node.parent() {
            match parent.kind() {
                Kind::Binding => {
                    let last = parent.first().and_then(Expression::last);
                    let is_list = last.is_some_and(|it| LISTS.contains(&it.text()));
                    return if is_list { Self::Module } else { Self::Other };
                }
                Kind::Binary(Operator::Concat) | Kind::Paren => node = parent,
                _ => return Self::Other,
            }
        }
        Self::Other
    }
}

/// Whether it is a relative path in quotes that stands in a list of modules, where the module system
/// takes a text for an absolute path.
pub fn is_quoted_module(text: Expression) -> bool {
    let is_relative = |it: &str| it.starts_with("\"./") || it.starts_with("\"../");
    text.kind() == Kind::Text
        && text.first().is_none()
        && is_relative(text.text())
        && Use::of(text) == Use::Module
}

/// Whether it is what stands in brackets in a list of modules, a function perhaps.
pub fn is_module(element: Expression) -> bool {
    element.kind() == Kind::Paren && Use::of(element) == Use::Module
}

/// The functions that read what a path leads to (Nix manual, "Built-ins"; nixpkgs, `lib/trivial.nix` and
/// `lib/strings.nix`). `pathExists` is none of them: it may well ask for what is not there.
const READERS: [&str; 7] =
    ["fileContents", "hashFile", "importJSON", "importTOML", "readDir", "readFile", "readFileType"];

/// Whether it is a path that is read outside of the flake: in the root of the file system, where a flake
/// reads nothing but what is in the store, or above the flake's tree, in which the file lies so deep.
pub fn is_elsewhere(path: Expression, depth: usize) -> bool {
    let is_read = || {
        let call = path.parent().filter(|it| it.kind() == Kind::Apply);
        call.and_then(Expression::first).is_some_and(|it| READERS.contains(&last_word(it)))
    };
    let is_elsewhere = match path.kind() {
        // What `/${x}` begins with is not known.
        Kind::AbsolutePath => !["/nix/store/", "/${"].iter().any(|it| path.text().starts_with(it)),
        Kind::RelativePath => leads_up(path.text()) > depth && !is_default(path),
        _ => false,
    };
    is_elsewhere && (Use::of(path) != Use::Other || is_read())
}

/// Whether it is in what an argument is where none is given.
fn is_default(node: Expression) -> bool {
    std::iter::successors(Some(node), |it| it.parent()).any(|it| it.kind() == Kind::Argument)
}

/// How far up a relative path leads from where it is written.
fn leads_up(path: &str) -> usize {
    let (mut level, mut highest) = (0_isize, 0);
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => level -= 1,
            Component::Normal(_) => level += 1,
            _ => {}
        }
        highest = highest.min(level);
    }
    highest.unsigned_abs()
}

/// The path, as it can be written, that a name is the rest of: `web.nix` of `./my web.nix`.
pub fn parted(all: &Expressions, name: &Range<usize>) -> Option<String> {
    let is_path = |it: &Expression| it.kind() == Kind::RelativePath && it.first().is_none();
    let path = all.all().find(|it| is_path(it) && it.span().end + 1 == name.start)?;
    let rest = rest(path)?;
    let (folder, start) = path.text().rsplit_once('/')?;
    let folder = if folder == "." { "./." } else { folder };
    Some(format!("({folder} + \"/{start} {}\")", rest.text()))
}

/// The path that a name was meant to begin, which has no `./` before it: `web.nix` among modules.
pub fn bare(all: &Expressions, name: &Range<usize>) -> Option<String> {
    let is_nix = |it: &Expression| {
        Path::new(it.text()).extension().is_some_and(|it| it == "nix") && it.children().count() == 2
    };
    let mut at = all.all().filter(|it| it.kind() == Kind::Select && it.span().start == name.start);
    let file = at.find(|it| is_nix(it) && Use::of(*it) != Use::Other)?;
    Some(format!("./{}", file.text()))
}

/// What comes behind a path in a list, a blank between them, as if it were of its name.
fn rest(path: Expression) -> Option<Expression> {
    let list = path.parent().filter(|it| it.kind() == Kind::List)?;
    let next = list.children().find(|it| it.span().start == path.span().end + 1)?;
    let is_nix = Path::new(next.text()).extension().is_some_and(|it| it == "nix");
    (next.kind() == Kind::Select && is_nix).then_some(next)
}

/// An expression with the brackets around it.
fn in_brackets(expression: Expression<'_>) -> Expression<'_> {
    let brackets = std::iter::successors(expression.parent(), |it| it.parent());
    brackets.take_while(|it| it.kind() == Kind::Paren).last().unwrap_or(expression)
}

/// A path to whose end a text is put, `./. + "/web.nix"`: the sum, and the path that it is.
fn joined(path: Expression<'_>) -> Option<(Expression<'_>, String)> {
    let sum = path.parent()?;
    let more = sum.last().filter(|it| it.kind() == Kind::Text)?.plain_name()?;
    let begins = sum.first()?.index() == path.index();
    let folder = path.text().strip_suffix("/.").filter(|_| more.starts_with('/'));
    (begins && !goes_on(sum)).then(|| (sum, format!("{}{more}", folder.unwrap_or(path.text()))))
}

/// Whether more is put to the end of a path.
fn goes_on(path: Expression) -> bool {
    path.parent().is_some_and(|it| it.kind() == Kind::Binary(Operator::Add))
}

/// Whether something around a node decides if Nix comes to it.
fn is_conditional(node: Expression) -> bool {
    std::iter::successors(node.parent(), |it| it.parent()).any(|around| match around.kind() {
        Kind::If | Kind::Binary(Operator::Logical) => true,
        Kind::Select => around.children().count() > 2,
        Kind::Apply => around.first().is_some_and(|it| {
            let head = last_word(it);
            head.starts_with("optional") || head.starts_with("mkIf")
        }),
        _ => false,
    })
}

/// The name of a function that is applied, to however much: `optional` of `lib.optional true`.
pub fn last_word(function: Expression<'_>) -> &str {
    match function.kind() {
        Kind::Apply => function.first().map_or("", last_word),
        Kind::Select => {
            function.children().nth(1).and_then(Expression::last).map_or("", Expression::text)
        }
        Kind::Ident => function.text(),
        _ => "",
    }
}
