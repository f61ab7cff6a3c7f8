//! Any bytes are a host's entry or a sentence that a terminal may show; what was read can be
//! written, and says the same.

use nixfleet_release::{Document, Entry};

/// An entry.
pub fn any(bytes: &[u8]) {
    match Document::<Entry>::read(bytes.to_vec()) {
        Ok(entry) => {
            let again = Document::write(entry.value()).expect("what was read can be written");
            assert_eq!(again.value(), entry.value());
        }
        Err(error) => assert!(!error.to_string().chars().any(char::is_control)),
    }
}
