//! Why ssh refuses a private key file that is here.

use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;

use super::Half;

/// What is wrong with a private key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Others can read it.
    Mode,
    /// Its lines end as on Windows.
    CarriageReturns,
    /// Its last line has no end, as where it was pasted without.
    NoLastEnd,
}

impl Refusal {
    /// Looks at a file whose beginning was read.
    pub(super) fn find(metadata: &Metadata, file: &mut File, half: &Half) -> Option<Self> {
        // OpenSSH refuses a key of one's own that others can read; of others' keys it asks nothing
        // (sshkey_perm_ok in its authfile.c).
        let own = metadata.uid() == rustix::process::getuid().as_raw();
        if own && metadata.mode() & 0o077 != 0 {
            return Some(Self::Mode);
        }
        // Of its own format OpenSSH compares the first and the last line with their ends
        // (MARK_BEGIN and MARK_END in its sshkey.c), and says `error in libcrypto` of others.
        half.public.as_ref()?;
        if half.has_carriage_returns {
            return Some(Self::CarriageReturns);
        }
        let mut last = [0];
        let is_read = file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last)).is_ok();
        (is_read && last != *b"\n").then_some(Self::NoLastEnd)
    }

    /// What is wrong, to follow `since`.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Mode => "others can read it",
            Self::CarriageReturns => "its lines end as on Windows",
            Self::NoLastEnd => "its last line has no end",
        }
    }

    /// The command that mends it, given the file as a word of the shell.
    #[must_use]
    pub fn command(self, file: &str) -> String {
        match self {
            Self::Mode => format!("chmod 600 {file}"),
            // As macOS knows it too; its `sed` knows no `\r`.
            Self::CarriageReturns => format!("perl -pi -e 's/\\r$//' {file}"),
            Self::NoLastEnd => format!("echo >>{file}"),
        }
    }
}
