//! The fleet of a flake's app: `nix run FLAKE#validate` is of FLAKE, wherever it is run.
//!
//! Nix tells an app nothing of FLAKE. So the app names a file of its fleet's source, as Nix read it
//! (`lib/mk-apps.nix`). Where that is what lies in the folder, the folder is meant, and what was
//! changed there since; else the source in the store.

use std::env;
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use walkdir::WalkDir;

use crate::faults::source::is_copy;

/// What names the file.
const SOURCE: &str = "NIXFLEET_SOURCE";

/// So many files tell whether two fleets are one.
const COMPARED: usize = 1000;

/// The reference of the app's flake, where that is not the one of the folder.
///
/// A command asks several times, and is of one fleet, whatever is written in the folder meanwhile.
pub fn flake() -> Option<String> {
    static FLAKE: LazyLock<Option<String>> = LazyLock::new(|| {
        let file = PathBuf::from(env::var_os(SOURCE)?);
        elsewhere(&file, &env::current_dir().ok()?)
    });
    FLAKE.clone()
}

fn elsewhere(file: &Path, here: &Path) -> Option<String> {
    let has_flake = |it: &&Path| it.join("flake.nix").is_file();
    let source = file.ancestors().skip(1).find(has_flake)?;
    if here.ancestors().find(has_flake).is_some_and(|folder| is_same(source, folder)) {
        return None;
    }
    // A part of a source is read with all of it: `../lib` may be a part of the fleet.
    let is_store = source.starts_with("/nix/store");
    let root: PathBuf = source.components().take(if is_store { 4 } else { usize::MAX }).collect();
    let part = source.strip_prefix(&root).ok().filter(|it| !it.as_os_str().is_empty());
    let is_plain = |it: &Path| it.components().all(|it| matches!(it, Component::Normal(_)));
    let part = part.filter(|it| is_plain(it)).map(|it| format!("?dir={}", it.display()));
    Some(format!("path:{}{}", root.display(), part.unwrap_or_default()))
}

/// Whether a folder has the Nix files of a source, as they are there.
fn is_same(source: &Path, folder: &Path) -> bool {
    let is_code = |it: &Path| {
        it.extension().is_some_and(|it| it == "nix")
            || it.file_name() == Some("flake.lock".as_ref())
    };
    let files = WalkDir::new(source).sort_by_file_name().into_iter().flatten();
    let mut code = files.filter(|it| it.file_type().is_file() && is_code(it.path()));
    code.by_ref().take(COMPARED).all(|it| {
        let name = it.path().strip_prefix(source);
        name.is_ok_and(|name| is_copy(&folder.join(name), it.path()))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_folder_is_meant_where_it_is_the_apps_own_fleet() {
        let root = tempfile::tempdir().unwrap();
        let fleet = |name: &str, host: &str| {
            let folder = root.path().join(name);
            fs::create_dir_all(folder.join("hosts")).unwrap();
            fs::write(folder.join("flake.nix"), "{ }").unwrap();
            fs::write(folder.join("hosts/web.nix"), host).unwrap();
            folder
        };
        let (store, own) = (fleet("store", "a"), fleet("own", "a"));
        let file = store.join("hosts/web.nix");
        assert_eq!(elsewhere(&file, &own), None);
        assert_eq!(elsewhere(&file, &own.join("hosts")), None, "below it");
        let that = Some(format!("path:{}", store.display()));
        // Of the same template, and nowhere at all.
        assert_eq!(elsewhere(&file, &fleet("other", "b")), that);
        assert_eq!(elsewhere(&file, root.path()), that);
        fs::create_dir(root.path().join("none")).unwrap();
        assert_eq!(elsewhere(&root.path().join("none/flake.nix"), &own), None, "no flake at all");
    }
}
