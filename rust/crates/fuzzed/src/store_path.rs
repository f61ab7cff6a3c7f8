//! What is read as a store path is one, and is written as it was read.

use nixfleet_nix::StorePath;

/// A text that may be a store path.
pub fn any(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(path) = text.parse::<StorePath>() {
        assert_eq!(path.as_str(), text);
        assert_eq!(format!("/nix/store/{}-{}", path.hash(), path.name()), text);
    }
    if let Some((path, rest)) = StorePath::split(text) {
        assert!(text.starts_with(path.as_str()));
        assert!(!rest.is_absolute());
    }
}
