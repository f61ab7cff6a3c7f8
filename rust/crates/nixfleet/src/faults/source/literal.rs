//! Path literals: where they are, and where they lead.

use std::path::{Component, Path, PathBuf};

use nixfleet_nix::Position;

use super::Text;

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
pub fn position_of(path: &Path, text: &Text, offset: usize) -> Position {
    let line = text.line_at(offset);
    let column = offset - text.line_start(line).unwrap_or(offset);
    let number = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
    Position { file: path.to_string_lossy().into(), line: number(line), column: number(column) }
}
