//! What is worked out once for all who read it.

use std::sync::Arc;

use tokio::sync::Mutex;

/// A value that holds as long as its mark does.
#[derive(Debug)]
pub(super) struct Once<M, T>(Mutex<Option<(M, Arc<T>)>>);

impl<M, T> Default for Once<M, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<M: PartialEq, T> Once<M, T> {
    /// The value of the mark that is now. Of many who ask at once, one works it out.
    ///
    /// # Errors
    /// When it cannot be worked out; then the next who asks tries again.
    pub(super) async fn get<E>(
        &self,
        mark: impl Fn() -> M,
        make: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, E> {
        let mut last = self.0.lock().await;
        // Before the value: what changes meanwhile is worked out anew.
        let mark = mark();
        if let Some((_, value)) = last.as_ref().filter(|it| it.0 == mark) {
            return Ok(value.clone());
        }
        let value = Arc::new(make.await?);
        *last = Some((mark, value.clone()));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use super::*;

    #[tokio::test]
    async fn many_who_ask_at_once_have_it_worked_out_once_for_each_mark() {
        let (once, made, mark) = (Once::default(), AtomicU32::new(0), AtomicU32::new(0));
        let work = async || {
            tokio::task::yield_now().await;
            Ok::<_, ()>(made.fetch_add(1, Relaxed))
        };
        let ask = || once.get(|| mark.load(Relaxed), work());
        for expected in 0..3 {
            let all = futures_util::future::join_all((0..50).map(|_| ask())).await;
            assert!(all.iter().all(|it| **it.as_ref().unwrap() == expected));
            mark.fetch_add(1, Relaxed);
        }
        assert_eq!(made.load(Relaxed), 3);
    }

    #[tokio::test]
    async fn what_failed_is_tried_again() {
        let once = Once::default();
        assert_eq!(once.get(|| 0, async { Err::<u8, _>("busy") }).await, Err("busy"));
        assert_eq!(once.get(|| 0, async { Ok::<u8, &str>(7) }).await, Ok(Arc::new(7)));
    }
}
