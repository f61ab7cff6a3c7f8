//! Paths with `*` and `?` in them, as glob(7) expands them. Its brackets are not known: who names a
//! file of configuration uses none.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// More files than this are no configuration.
const MOST: usize = 1000;

/// The paths that a pattern stands for, sorted; a pattern without wildcards stands for itself.
pub fn files(pattern: &Path) -> Vec<PathBuf> {
    let mut paths = vec![PathBuf::new()];
    for part in pattern.components() {
        let wild = match part {
            Component::Normal(name) => name.to_str().filter(|name| name.contains(['*', '?'])),
            _ => None,
        };
        paths = match wild {
            Some(name) => paths.iter().flat_map(|path| entries(path, name)).take(MOST).collect(),
            None => paths.into_iter().map(|path| path.join(part)).collect(),
        };
    }
    paths
}

fn entries(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_meant = |name: &str| {
        // A dot at the front has to be written.
        (pattern.starts_with('.') || !name.starts_with('.'))
            && matches(pattern.as_bytes(), name.as_bytes())
    };
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| is_meant(name)).collect();
    names.sort();
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// Whether a name is of a pattern, the last `*` tried further where the rest does not fit.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut done) = (0, 0);
    let mut star = None;
    while done < name.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at, done));
            at += 1;
        } else if pattern.get(at).is_some_and(|it| *it == b'?' || *it == name[done]) {
            (at, done) = (at + 1, done + 1);
        } else if let Some((before, from)) = star {
            star = Some((before, from + 1));
            (at, done) = (before + 1, from + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|it| *it == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_compared_with_the_whole_name() {
        for (pattern, name, expected) in [
            ("*", "a", true),
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf.conf", true),
            ("*.conf", "a.confs", false),
            ("a?c*", "abc", true),
            ("a?c*", "ac", false),
            ("a*b*c", "a-b-b-c", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }
}
