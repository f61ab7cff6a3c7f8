//! From the flake's copy in the store back to the working tree.

use std::path::{Component, Path, PathBuf};
use std::{env, fs};

use nixfleet_inventory::Flake;
use nixfleet_nix::StorePath;
use nixfleet_text::{read_file, visible};

use super::LONGEST;

/// Where a fleet's files are: in the store, and where their author has them.
pub struct Tree {
    work: Option<PathBuf>,
    flake: Option<PathBuf>,
    in_git: bool,
    has_submodules: bool,
    current: Option<PathBuf>,
}

impl Tree {
    /// The tree of a flake. It has a working tree when its reference names a folder.
    pub fn new(flake: &Flake) -> Self {
        if !flake.has_work_tree() {
            return Self::within(None, None);
        }
        let canonical = |folder: Option<PathBuf>| folder.and_then(|it| it.canonicalize().ok());
        let (folder, copied) = (canonical(flake.folder()), canonical(flake.copied_folder()));
        let searched = folder.as_deref().filter(|_| copied.is_none());
        let repository = searched.and_then(|it| nearest_with(it, ".git"));
        let in_git = repository.is_some();
        let above = searched.and_then(|it| nearest_with(it, "flake.nix"));
        Self {
            flake: above.clone().or_else(|| folder.clone()),
            work: copied.or(repository).or(above).or(folder),
            in_git,
            has_submodules: flake.has_submodules(),
            current: env::current_dir().ok().and_then(|it| it.canonicalize().ok()),
        }
    }

    /// The tree of a flake that has none but its copy in the store, which is there.
    pub fn of_store(flake: &Flake, copy: &str) -> Option<Self> {
        let (store, _) = StorePath::split(copy)?;
        let store = PathBuf::from(store.as_str());
        let folder = store.join(flake.dir());
        folder.is_dir().then(|| Self::within(Some(store), Some(folder)))
    }

    fn within(work: Option<PathBuf>, flake: Option<PathBuf>) -> Self {
        let current = env::current_dir().ok().and_then(|it| it.canonicalize().ok());
        Self { work, flake, in_git: false, has_submodules: false, current }
    }

    /// Whether the submodules of its repository are part of it.
    pub fn has_submodules(&self) -> bool {
        self.has_submodules
    }

    /// The root of the git repository that the flake is in, through which Nix reads it.
    pub fn repository(&self) -> Option<&Path> {
        self.work.as_deref().filter(|_| self.in_git)
    }

    /// The tree's root, when it is on this machine.
    pub fn root(&self) -> Option<&Path> {
        self.work.as_deref()
    }

    /// Where the flake begins, relative to the root. Where that is a link Nix reads what it leads to, from
    /// whose folder the paths go that are written in it.
    pub fn flake_file(&self) -> Option<PathBuf> {
        let file = self.flake.as_ref()?.join("flake.nix");
        let within = |it: &Path| it.strip_prefix(self.root()?).map(Path::to_owned).ok();
        let target = file.canonicalize().ok().and_then(|it| within(&it));
        target.or_else(|| within(&file))
    }

    /// The flake's lock, which lies where the flake is asked for.
    pub fn lock_file(&self) -> Option<PathBuf> {
        Some(self.flake.as_ref()?.join("flake.lock"))
    }

    /// A file's name relative to the flake's root, and where it can be read.
    pub fn locate(&self, file: &str) -> (String, PathBuf) {
        let relative = match StorePath::split(file) {
            Some((_, rest)) => rest,
            // As Nix names what it refuses of `flake.nix` itself.
            None if Path::new(file).is_relative() => PathBuf::from(file),
            None => {
                match self.work.as_ref().and_then(|work| Path::new(file).strip_prefix(work).ok()) {
                    Some(rest) => rest.to_owned(),
                    None => return (visible(file).into_owned(), PathBuf::from(file)),
                }
            }
        };
        let in_work = self.work.as_ref().map(|work| work.join(&relative)).filter(|it| it.exists());
        let name = visible(&relative.to_string_lossy()).into_owned();
        (name, in_work.unwrap_or_else(|| PathBuf::from(file)))
    }

    /// Whether a file is a fleet's source, in its tree or in the store, by every link on the way to
    /// it. An inventory may name any file, and a repository may link to any; what they name is shown,
    /// in the logs of CI perhaps.
    pub fn is_source(&self, path: &Path) -> bool {
        let is_plain = path.components().all(|part| part != Component::ParentDir);
        let is_within = |it: &Path| self.is_in_work(it) || it.starts_with("/nix/store");
        is_plain && is_within(path) && path.canonicalize().is_ok_and(|it| is_within(&it))
    }

    fn is_in_work(&self, path: &Path) -> bool {
        self.work.as_ref().is_some_and(|work| path.starts_with(work))
    }

    /// Whether a position is in the flake itself, not in one of its inputs, whose files may have
    /// the same names.
    pub fn is_own(&self, file: &str) -> bool {
        let (_, path) = self.locate(file);
        let in_work = self.is_in_work(&path);
        let copy = Path::new(file);
        // Newer versions of Nix make no copy.
        in_work && (path == copy || copy.is_relative() || !copy.exists() || is_copy(&path, copy))
    }

    /// A text with the flake's own files named as their author has them, not as they lie in the
    /// store.
    pub fn localize(&self, text: &str) -> String {
        let mut local = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("/nix/store/") {
            let is_path = |c: char| c.is_ascii_alphanumeric() || "/+-._?=".contains(c);
            let end = rest[start..].find(|c| !is_path(c)).map_or(rest.len(), |it| start + it);
            let path = &rest[start..end];
            local.push_str(&rest[..start]);
            if self.is_own_path(path) {
                local.push_str(&self.locate(path).0);
            } else {
                local.push_str(path);
            }
            rest = &rest[end..];
        }
        local + rest
    }

    /// Whether a path in the store is one of the flake itself. Folders have names that any flake may have,
    /// and no content to tell them by: they are the flake's where its `flake.nix` is.
    fn is_own_path(&self, path: &str) -> bool {
        let at = self.locate(path).1;
        let beside = || {
            let (copy, rest) = StorePath::split(path)?;
            let flake = self.flake_file().filter(|_| !rest.as_os_str().is_empty())?;
            Some(Path::new(copy.as_str()).join(flake).to_str()?.to_owned())
        };
        at.is_file() && self.is_own(path)
            || at.is_dir() && beside().is_some_and(|flake| self.is_own(&flake))
    }

    /// A path as the user reaches it from the current folder.
    pub fn show(&self, path: &Path) -> String {
        let copy = self.work.as_ref().filter(|it| it.starts_with("/nix/store"));
        let mut folders = self.current.iter().chain(copy);
        let short = folders.find_map(|it| path.strip_prefix(it).ok());
        visible(&short.unwrap_or(path).to_string_lossy()).into_owned()
    }
}

/// Whether a file is there and holds what its copy in the store holds.
pub fn is_copy(path: &Path, copy: &Path) -> bool {
    let (Ok(file), Ok(copied)) = (fs::metadata(path), fs::metadata(copy)) else { return false };
    file.len() == copied.len()
        && read_file(path, LONGEST)
            .is_ok_and(|it| read_file(copy, LONGEST).is_ok_and(|copy| it == copy))
}

/// The nearest folder, from this one up, that has such an entry. Nix takes as the flake's root the
/// git repository's, since a flake in a folder of a repository is read with all of it; without one
/// the folder of the nearest `flake.nix`.
fn nearest_with(folder: &Path, entry: &str) -> Option<PathBuf> {
    folder.ancestors().find(|it| it.join(entry).exists()).map(Path::to_owned)
}
