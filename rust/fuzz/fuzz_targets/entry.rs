//! Any bytes are a host's entry or a sentence that a terminal may show; what was read can be
//! written, and says the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nixfleet_release::{Document, Entry};

fuzz_target!(|bytes: &[u8]| {
    match Document::<Entry>::read(bytes.to_vec()) {
        Ok(entry) => {
            let again = Document::write(entry.value()).expect("what was read can be written");
            assert_eq!(again.value(), entry.value());
        }
        Err(error) => assert!(!error.to_string().chars().any(char::is_control)),
    }
});
