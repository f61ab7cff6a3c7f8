//! The VM that stays: built, started, stopped and cleaned away.

mod build;
mod clean;
mod start;
mod stop;

pub use build::build;
pub use clean::clean;
pub use start::{Start, Started, Was, start};
pub use stop::{Stopped, stop};

use nixfleet_text::word;

use crate::report::HostReport;
use crate::run::Run;
use crate::ssh::{Target, options, section};
use crate::state::Fleet;
use crate::{Error, files};

/// Opens a VM's folder, and mends what a run that was killed left over.
///
/// # Errors
/// When another version made the folder, or something cannot be removed.
pub fn open(run: &Run) -> Result<(), Error> {
    run.folder.open()?;
    for found in run.folder.mend()? {
        run.note(&found);
    }
    Ok(())
}

/// The words after `ssh` with which a person logs in: as the tool does, but a passphrase may be
/// asked for.
#[must_use]
pub fn ssh_words(target: &Target) -> Vec<String> {
    let words = options(&Target { shared: None, ..target.clone() });
    let quiet = |it: &&[String]| it.iter().all(|word| word != "BatchMode=yes");
    words.chunks(2).filter(quiet).flatten().cloned().collect()
}

/// Writes a file by which `ssh -F` knows the VMs that were left running, each by its names, and says so
/// in their reports.
///
/// # Errors
/// When it cannot be written.
pub fn name_left(fleet: &Fleet, reports: &mut [HostReport]) -> Result<(), Error> {
    let left = reports.iter().filter_map(|it| it.left.as_ref());
    let sections: Vec<String> = left.map(|(names, root)| section(names, root)).collect();
    if sections.is_empty() {
        return Ok(());
    }
    let path = fleet.ssh_config();
    files::write(&path, sections.join("\n").as_bytes())?;
    for report in reports.iter_mut().filter(|it| it.left.is_some()) {
        report.ssh_config = Some(path.clone());
    }
    Ok(())
}

/// The command that logs in, to be pasted into a shell.
#[must_use]
pub fn ssh_command(target: &Target) -> String {
    let plain =
        |it: &String| it.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:@,+".contains(c));
    let quote = |it: String| if plain(&it) { it } else { word(&it) };
    let words: Vec<String> = ssh_words(target).into_iter().map(quote).collect();
    format!("ssh {}", words.join(" "))
}
