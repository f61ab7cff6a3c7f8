//! What is read as a store path is one, and is written as it was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nixfleet_nix::StorePath;

fuzz_target!(|text: &str| {
    if let Ok(path) = text.parse::<StorePath>() {
        assert_eq!(path.as_str(), text);
        assert_eq!(format!("/nix/store/{}-{}", path.hash(), path.name()), text);
    }
    if let Some((path, rest)) = StorePath::split(text) {
        assert!(text.starts_with(path.as_str()));
        assert!(!rest.is_absolute());
    }
});
