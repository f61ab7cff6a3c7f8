//! Whatever Nix writes, its cause is safe to show and names no file outside the flake.

use nixfleet_nix::Cause;

/// Words of Nix.
pub fn any(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let cause = Cause::find(text);
    assert!(!cause.message.contains(|c: char| c.is_control() && c != '\n'));
    assert!(!cause.message.contains(['\u{202e}', '\u{2066}', '\u{200b}']));
    if let Some(file) = cause.missing_file() {
        assert!(!file.starts_with('/') && file.split('/').all(|part| part != ".."));
    }
}
