//! Path literals: where they are, and where they lead.

use std::path::{Component, Path, PathBuf};

use nixfleet_inventory::Position;

/// A path literal's file, relative to the root; `None` when it leads out of it.
pub fn resolve(source: &Path, literal: &str) -> Option<PathBuf> {
    let mut file = source.parent()?.to_owned();
    for part in Path::new(literal).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !file.pop() {
                    return None;
                }
            }
            part => file.push(part),
        }
    }
    (!file.as_os_str().is_empty()).then_some(file)
}

/// Where an offset of a file's text is.
pub fn position_of(path: &Path, text: &str, offset: usize) -> Position {
    let before = &text[..offset];
    let column = before.len() - before.rfind('\n').map_or(0, |it| it + 1);
    let number = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
    let line = number(before.matches('\n').count());
    Position { file: path.to_string_lossy().into(), line, column: number(column) }
}
