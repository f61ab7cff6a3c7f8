//! What a program writes, read while it runs.

use std::io::Read;
use std::mem;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use nixfleet_text::Foreign;

/// Which part of a text that is too long is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The start, and that there was more.
    Start,
    /// The end, where a program says why it failed.
    End,
}

/// What a pipe brings, read in the background, of which so many bytes are kept.
pub struct Reader {
    bytes: Arc<Mutex<Vec<u8>>>,
    most: usize,
    thread: thread::JoinHandle<()>,
}

impl Reader {
    /// `ended` is dropped at the pipe's end.
    pub fn new(
        mut pipe: impl Read + Send + 'static,
        most: usize,
        keep: Keep,
        ended: Sender<()>,
    ) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&bytes);
        let thread = thread::spawn(move || {
            let _ended = ended;
            let mut some = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = pipe.read(&mut some) {
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                match keep {
                    Keep::Start if all.len() > most => {}
                    Keep::Start => all.extend(&some[..count]),
                    Keep::End => {
                        all.extend(&some[..count]);
                        // Seldom, as the rest has to be moved.
                        if all.len() > most.saturating_mul(2) {
                            let old = all.len() - most;
                            all.drain(..old);
                        }
                    }
                }
            }
        });
        Self { bytes, most, thread }
    }

    pub fn is_at_end(&self) -> bool {
        self.thread.is_finished()
    }

    /// Whether it brought more than is kept.
    pub fn is_over(&self) -> bool {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).len() > self.most
    }

    pub fn text(self) -> Foreign {
        Foreign::of_bytes(mem::take(
            &mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner),
        ))
    }
}
