//! The VM that stays: built, started, stopped and cleaned away.

mod build;
mod clean;
mod start;
mod stop;

pub use build::build;
pub use clean::clean;
pub use start::{Start, Started, start};
pub use stop::{Stopped, stop};

use crate::run::Run;
use crate::ssh::{Ssh, Target};
use crate::Error;

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

/// The command that logs in, to be pasted into a shell.
#[must_use]
pub fn ssh_command(target: &Target) -> String {
    let target = Target { shared: None, ..target.clone() };
    let plain = |it: &String| it.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:@,+".contains(c));
    let quote = |it: String| if plain(&it) { it } else { crate::assertion::word(&it) };
    // A person may be asked for a passphrase.
    let options = Ssh::options(&target);
    let kept = options.chunks(2).filter(|it| it.last().is_none_or(|it| it != "BatchMode=yes"));
    let words: Vec<String> = kept.flatten().cloned().map(quote).collect();
    format!("ssh {}", words.join(" "))
}
