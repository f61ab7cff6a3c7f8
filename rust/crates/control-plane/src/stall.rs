//! Connections whose other side has to take what it is sent.

use std::pin::Pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_io_timeout::TimeoutStream;

/// For how long one may take nothing of what it asked for: then its connection is closed.
const STALL: Duration = Duration::from_secs(30);

/// A connection that ends where nothing of an answer is taken for too long.
pub(crate) fn bounded<Io: AsyncRead + AsyncWrite>(socket: Io) -> Pin<Box<TimeoutStream<Io>>> {
    let mut bounded = TimeoutStream::new(socket);
    bounded.set_write_timeout(Some(STALL));
    Box::pin(bounded)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_left_and_who_is_slow_is_not() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let (mut ours, began) = (bounded(ours), Instant::now());
        let reads = async {
            for _ in 0..4 {
                tokio::time::sleep(STALL / 2).await;
                theirs.read_exact(&mut [0; 64]).await.unwrap();
            }
        };
        let writes = async { ours.write_all(&[0; 1024]).await };
        let ((), written) = tokio::join!(reads, writes);
        assert_eq!(written.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
        assert_eq!(began.elapsed().as_secs(), (STALL * 3).as_secs());
    }
}
