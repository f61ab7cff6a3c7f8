//! What an install is known by.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Built, disk_sizes};
use crate::Error;
use crate::run::Run;
use crate::state::short_hash;

/// The key of an install: changes whenever something that went into it does.
///
/// # Errors
/// When the extra files cannot be read.
pub fn key(run: &Run, built: &Built) -> Result<String, Error> {
    let firmware = &run.plan.firmware;
    let length = |path: &Path| fs::metadata(path).map_or(0, |it| it.len());
    let mut parts = vec![
        format!("iso {}", built.iso_path),
        format!("system {}", built.system),
        format!("disk script {}", built.disk_script),
        format!("disk sizes {:?}", disk_sizes(run, built)),
        format!("firmware {} {}", firmware.code.display(), length(&firmware.code)),
        format!("variables {} {}", firmware.vars.display(), length(&firmware.vars)),
    ];
    if let Some(folder) = &run.options.extra_files {
        digest(folder, folder, &mut parts)?;
    }
    Ok(short_hash(parts.join("\n"), 20))
}

/// The names, modes and contents of files, in a fixed order.
fn digest(root: &Path, path: &Path, parts: &mut Vec<String>) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt;

    let failed = |error| Error::io("read", path, error);
    let metadata = fs::symlink_metadata(path).map_err(failed)?;
    let name = path.strip_prefix(root).unwrap_or(path).display();
    if metadata.is_dir() {
        parts.push(format!("folder {name} {:o}", metadata.mode()));
        let mut entries: Vec<PathBuf> =
            fs::read_dir(path).map_err(failed)?.flatten().map(|it| it.path()).collect();
        entries.sort();
        entries.iter().try_for_each(|it| digest(root, it, parts))
    } else if metadata.is_symlink() {
        parts.push(format!("link {name} {}", fs::read_link(path).map_err(failed)?.display()));
        Ok(())
    } else {
        let content = fs::read(path).map_err(failed)?;
        let content = short_hash(content, 64);
        parts.push(format!("file {name} {:o} {content}", metadata.mode()));
        Ok(())
    }
}
