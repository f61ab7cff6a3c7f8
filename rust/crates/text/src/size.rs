//! Numbers of bytes.

/// A limit in bytes, as a message tells it: `9 bytes`, `64 MiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    if bytes < 1 << 20 { format!("{bytes} bytes") } else { format!("{} MiB", bytes >> 20) }
}
