//! News for those who wait for it, as server-sent events.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::Semaphore;

use super::answers::People;
use super::listener::too_many;

/// The most who wait for news at a door.
const READERS: usize = 256;

/// The places of those who wait for news at a door.
#[derive(Clone)]
pub(super) struct Readers(Arc<Semaphore>);

impl Default for Readers {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(READERS)))
    }
}

/// How the fleet is, and again each time that something changed.
pub(super) async fn events(
    State(people): State<People>,
    Extension(readers): Extension<Readers>,
) -> Response {
    let Ok(place) = readers.0.try_acquire_owned() else {
        return too_many("people wait for news here", READERS);
    };
    let mut news = people.board.subscribe();
    news.mark_changed();
    let news = stream::unfold((news, people.stop, place), |(mut news, mut stop, place)| async {
        let told = tokio::select! {
            told = async {
                news.changed().await.ok()?;
                // None is there in the first moment.
                news.wait_for(|it| it.id > 0).await.ok().map(|it| it.clone())
            } => told?,
            _ = stop.wait_for(|it| *it) => return None,
        };
        let event = Event::default().event("status").id(told.id.to_string()).data(&*told.status);
        Some((Ok::<_, axum::Error>(event), (news, stop, place)))
    });
    Sse::new(news).keep_alive(KeepAlive::default()).into_response()
}
