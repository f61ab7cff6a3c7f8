//! Turns at what takes a processor: so many have one at a time, and nobody while it waits for somebody.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use tokio::sync::Semaphore;

/// Does some work in turns. A turn is taken for each step that the work can go, and given back where
/// it has to wait, for bytes of somebody who sends none, say: who is slow takes nothing from the others.
pub(super) async fn in_turns<T>(turns: &Semaphore, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    loop {
        let turn = turns.acquire().await.ok()?;
        if let Poll::Ready(done) = poll_fn(|it| Poll::Ready(work.as_mut().poll(it))).await {
            return Some(done);
        }
        drop(turn);
        until_woken().await;
    }
}

/// What was polled last wakes this task once it can go on.
async fn until_woken() {
    let mut is_woken = false;
    poll_fn(
        |_| if std::mem::replace(&mut is_woken, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn who_waits_has_no_turn() {
        let (turns, word) = (Arc::new(Semaphore::new(1)), Arc::new(Notify::new()));
        let (its_turns, its_word) = (turns.clone(), word.clone());
        let waits = tokio::spawn(async move {
            in_turns(&its_turns, async {
                its_word.notified().await;
                its_turns.available_permits()
            })
            .await
        });
        tokio::task::yield_now().await;
        assert_eq!(turns.available_permits(), 1);
        assert_eq!(in_turns(&turns, async { "goes first" }).await, Some("goes first"));
        word.notify_one();
        assert_eq!(waits.await.unwrap(), Some(0), "its next step is in a turn again");
        assert_eq!(turns.available_permits(), 1);
    }
}
