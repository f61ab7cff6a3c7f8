//! What a program writes, read while it runs.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What a pipe brings, read in the background.
pub struct Reader {
    bytes: Arc<Mutex<Vec<u8>>>,
    thread: thread::JoinHandle<()>,
}

impl Reader {
    pub fn new(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&bytes);
        let thread = thread::spawn(move || {
            let mut some = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = pipe.read(&mut some) {
                all.lock().unwrap_or_else(PoisonError::into_inner).extend(&some[..count]);
            }
        });
        Self { bytes, thread }
    }

    pub fn is_at_end(&self) -> bool {
        self.thread.is_finished()
    }

    pub fn text(self) -> String {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
