//! Any bytes are a head or a sentence that a terminal may show; what was read can be written, and
//! says the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nixfleet_release::{Document, Head};

fuzz_target!(|bytes: &[u8]| {
    match Document::<Head>::read(bytes.to_vec()) {
        Ok(head) => {
            let again = Document::write(head.value()).expect("what was read can be written");
            assert_eq!(again.value(), head.value());
        }
        Err(error) => assert!(!error.to_string().chars().any(char::is_control)),
    }
});
