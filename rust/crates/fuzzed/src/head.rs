//! Any bytes are a head or a sentence that a terminal may show; what was read can be written, and
//! says the same.

use nixfleet_release::{Document, Head};

/// A head.
pub fn any(bytes: &[u8]) {
    match Document::<Head>::read(bytes.to_vec()) {
        Ok(head) => {
            let again = Document::write(head.value()).expect("what was read can be written");
            assert_eq!(again.value(), head.value());
        }
        Err(error) => assert!(!error.to_string().chars().any(char::is_control)),
    }
}
