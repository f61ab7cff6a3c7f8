//! Connections of people: a door has so many, and one too many is told so.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use axum::{Extension, Json, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::peer::Peer;
use crate::stall::bounded;

/// The most connections of a door.
const CONNECTIONS: usize = 512;
/// The most that are told at a time that there are too many; what is beyond them is closed.
const TOLD: usize = 64;
/// What it may take to tell one that there are too many.
const TELL_IN: Duration = Duration::from_secs(2);
/// What a request's head may take, and how long a connection may be without one.
const IDLE: Duration = Duration::from_secs(60);
/// The most bytes of a request's head; hyper's own least.
const HEAD_BYTES: usize = 8 * 1024;
/// After how many seconds one comes again for whom there was no room.
const AGAIN: u64 = 10;

/// Serves people until `stop` says so, and then until each has its answer.
pub async fn serve<L: Listener>(
    mut listener: L,
    router: Router,
    who: fn(&L::Io) -> Peer,
    mut stop: watch::Receiver<bool>,
) {
    let (rooms, told) = (Arc::new(Semaphore::new(CONNECTIONS)), Arc::new(Semaphore::new(TOLD)));
    let full = Router::new().fallback(async || too_many("connections are open here", CONNECTIONS));
    let mut all = JoinSet::new();
    loop {
        let (socket, _) = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = all.join_next() => continue,
            _ = stop.wait_for(|it| *it) => break,
        };
        if let Ok(room) = rooms.clone().try_acquire_owned() {
            let router = router.clone().layer(Extension(ConnectInfo(who(&socket))));
            all.spawn(talk(socket, router, room, stop.clone()));
        } else if let Ok(room) = told.clone().try_acquire_owned() {
            let telling = timeout(TELL_IN, talk(socket, full.clone(), room, stop.clone()));
            all.spawn(async { drop(telling.await) });
        }
    }
    while all.join_next().await.is_some() {}
}

async fn talk<Io>(
    socket: Io,
    router: Router,
    _room: OwnedSemaphorePermit,
    mut stop: watch::Receiver<bool>,
) where
    Io: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + 'static,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(bounded(socket)), TowerToHyperService::new(router));
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|it| *it) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// There is no room for one more.
pub(super) fn too_many(what: &str, most: usize) -> Response {
    let words = format!("{most} {what}, and that is the most: come again in {AGAIN} seconds");
    let again = [
        (header::RETRY_AFTER, HeaderValue::from(AGAIN)),
        (header::CONNECTION, HeaderValue::from_static("close")),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, again, Json(json!({ "error": words }))).into_response()
}
