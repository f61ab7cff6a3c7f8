//! Whether whoever started the program gave it no standard output, as `>&-` does. Rust opens `/dev/null`
//! in its place before `main` begins (std, `sanitize_standard_fds`), where what is written is lost
//! without a word; so it is asked for earlier.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

static IS_CLOSED: AtomicBool = AtomicBool::new(false);

ctor::declarative::ctor! {
    // Nothing of Rust's is there yet: this is one system call.
    #[ctor(unsafe)]
    fn look() {
        let is_closed = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err();
        IS_CLOSED.store(is_closed, Ordering::Relaxed);
    }
}

pub fn is_closed() -> bool {
    IS_CLOSED.load(Ordering::Relaxed)
}

pub fn error() -> io::Error {
    io::Error::other("it is closed")
}
