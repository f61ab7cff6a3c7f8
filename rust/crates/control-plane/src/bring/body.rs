//! The bytes of a release as they come: so many at most, in so much time.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::StatusCode;
use futures_util::StreamExt;
use thiserror::Error;
use tokio::time::{Instant, timeout_at};

use crate::shelf::RELEASE_BYTES;

/// What all bytes may take to come.
const COMES_IN: Duration = Duration::from_secs(120);
/// What the first may take, and what is forgiven of a pace that is too slow.
const GRACE: Duration = Duration::from_secs(5);
/// The least pace, in bytes a second: who drips takes the turn of others.
const PACE_BYTES: usize = 4 * 1024;

/// Why a release did not come.
#[derive(Debug, Error)]
pub(super) enum Unread {
    #[error("a release has at most {RELEASE_BYTES} bytes")]
    Large,
    #[error(
        "the release came too slowly: {} seconds and one more for each {PACE_BYTES} bytes are the most, and {} in all",
        GRACE.as_secs(),
        COMES_IN.as_secs()
    )]
    Slow,
    #[error("the release was cut before its end: {0}")]
    Cut(axum::Error),
}

impl Unread {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Large => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Cut(_) => StatusCode::BAD_REQUEST,
        }
    }
}

pub(super) async fn read(body: Body) -> Result<Vec<u8>, Unread> {
    let most = u64::try_from(RELEASE_BYTES).unwrap_or(u64::MAX);
    if body.size_hint().lower() > most {
        return Err(Unread::Large);
    }
    let (began, mut bytes, mut parts) = (Instant::now(), Vec::new(), body.into_data_stream());
    loop {
        let part = timeout_at(began + within(bytes.len()), parts.next()).await;
        let Some(part) = part.map_err(|_| Unread::Slow)? else { return Ok(bytes) };
        let part = part.map_err(Unread::Cut)?;
        if bytes.len() + part.len() > RELEASE_BYTES {
            return Err(Unread::Large);
        }
        bytes.extend_from_slice(&part);
    }
}

/// How long so many bytes may take, and what comes after them.
fn within(bytes: usize) -> Duration {
    let for_pace = u64::try_from(bytes / PACE_BYTES).unwrap_or(u64::MAX);
    COMES_IN.min(GRACE.saturating_add(Duration::from_secs(for_pace)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_a_pace_and_all_of_them_an_end() {
        assert_eq!(within(0), GRACE);
        assert_eq!(within(100 * PACE_BYTES), GRACE + Duration::from_secs(100));
        assert_eq!(within(RELEASE_BYTES), COMES_IN);
    }
}
