//! What an install is known by.

use std::fs;
use std::path::Path;

use super::{Built, disk_sizes};
use crate::Error;
use crate::extra_files;
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
    if let Some(folder) = run.extra_files() {
        parts.extend(extra_files::digest(&folder, &run.world.cancel)?);
    }
    Ok(short_hash(parts.join("\n"), 20))
}
