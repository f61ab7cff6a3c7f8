//! What a place that has releases answers.

/// What a source has under a name.
pub enum Found {
    /// The bytes.
    Bytes {
        /// What is there.
        bytes: Vec<u8>,
        /// The server's mark of this version of it.
        mark: Option<String>,
    },
    /// The same as before, by the server's own mark.
    Unchanged,
}
