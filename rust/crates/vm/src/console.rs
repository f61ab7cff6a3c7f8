//! The guest's serial console, as a file: what it says about a guest that does not come up.

use std::path::Path;

use nixfleet_nix::Foreign;

use crate::files;

/// Lines with which a guest says that it will not come up: the kernel's panic, systemd's emergency
/// mode, UEFI without anything to boot, and the end of an initial RAM disk that found no root.
const SIGNS: &[&str] = &[
    "Kernel panic - not syncing",
    "You are in emergency mode",
    "Entering emergency mode",
    "No bootable option or device was found",
    "BdsDxe: No bootable",
    "Cannot open access to console, the root account is locked",
];

/// The panic of a guest that is well: while it starts, Linux on x86 waits for a few interrupts of
/// its timer, and a busy machine emulates them too late (`check_timer` in
/// `arch/x86/kernel/apic/io_apic.c`).
const OF_EMULATION: &str = "IO-APIC + timer doesn't work";

/// Whether a line that says that the guest will not come up tells of slow emulation alone.
#[must_use]
pub fn is_of_emulation(line: &str) -> bool {
    line.contains(OF_EMULATION)
}

/// The line that says that the guest will not come up, if there is one after so many bytes.
#[must_use]
pub fn trouble(console: &Path, after: u64) -> Option<Foreign> {
    let length = files::length(console).saturating_sub(after);
    let end = plain(files::tail(console, length.min(64 * 1024)).raw());
    let line = end.lines().find(|line| SIGNS.iter().any(|sign| line.contains(sign)))?;
    Some(line.trim().into())
}

/// The last lines, for a message.
#[must_use]
pub fn last_lines(console: &Path, count: usize) -> Foreign {
    let end = plain(files::tail(console, 16 * 1024).raw());
    let lines: Vec<&str> = end.lines().map(str::trim_end).filter(|it| !it.is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("\n").into()
}

/// A text without what moves a terminal's cursor or colours it.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => {
                if characters.next_if_eq(&'[').is_some() {
                    while characters.next().is_some_and(|it| !('@'..='~').contains(&it)) {}
                }
            }
            '\n' | '\t' => plain.push(character),
            _ if character.is_control() => {}
            _ => plain.push(character),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_found_and_shown_without_colours() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("console");
        std::fs::write(
            &path,
            "boot\r\n\x1b[31m[ 1.0] Kernel panic - not syncing: VFS\x1b[0m\r\nend\r\n\n",
        )
        .unwrap();
        assert_eq!(trouble(&path, 0).unwrap().raw(), "[ 1.0] Kernel panic - not syncing: VFS");
        assert_eq!(trouble(&path, files::length(&path)), None);
        assert_eq!(last_lines(&path, 2).raw(), "[ 1.0] Kernel panic - not syncing: VFS\nend");
        std::fs::write(&path, "all is well\n").unwrap();
        assert_eq!(trouble(&path, 0), None);
    }
}
