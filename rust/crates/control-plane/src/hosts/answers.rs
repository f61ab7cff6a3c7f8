//! What hosts are answered.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use jiff::Timestamp;
use nixfleet_link::{CHECK_IN, CHECK_IN_BYTES, CheckIn, LONGEST_HOLD, PublicKey, RELEASE, VERSION};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::again::{jittered, soon};
use crate::asked::{self, Named, say};
use crate::bring::Bringing;
use crate::clerk::Clerk;
use crate::seat::{Said, Seat, Seats};
use crate::told::Told;

/// The most words of a check-in that was refused.
const REFUSED: &str = "a check-in is JSON, as the description of this interface has it";

/// What the bytes of an answer are.
const JSON: [(HeaderName, HeaderValue); 1] =
    [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];

/// Who speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) key: PublicKey,
    pub(crate) address: IpAddr,
}

/// What the door of hosts has behind it.
#[derive(Clone)]
pub struct Door {
    /// Who writes down.
    pub clerk: Clerk,
    /// Who is who.
    pub seats: Arc<Seats>,
    /// Whether the program is to end.
    pub stop: watch::Receiver<bool>,
    /// Where releases are brought.
    pub bringing: Bringing,
    /// How many check-ins there were.
    pub check_ins: Arc<AtomicU64>,
}

/// What hosts can ask.
pub fn router(door: Door) -> Router {
    Router::new()
        .route(CHECK_IN, post(check_in).layer(DefaultBodyLimit::max(CHECK_IN_BYTES)))
        .route(&format!("{RELEASE}/{{*name}}"), get(file))
        .route(RELEASE, post(take))
        .method_not_allowed_fallback(asked::not_so)
        .fallback(asked::nothing)
        .with_state(Arc::new(door))
}

async fn check_in(
    State(door): State<Arc<Door>>,
    Extension(peer): Extension<Peer>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    door.check_ins.fetch_add(1, Ordering::Relaxed);
    let Some(seat) = door.seats.of(&peer.key) else { return stranger(&door, &peer) };
    let body = match body {
        Ok(body) => body,
        Err(error) => return say(error.status(), &format!("{REFUSED}: {error}")),
    };
    let said: CheckIn = match serde_json::from_slice(&body) {
        Ok(said) => said,
        Err(error) => return say(StatusCode::BAD_REQUEST, &format!("{REFUSED}: {error}")),
    };
    if said.version != VERSION {
        return say(
            StatusCode::BAD_REQUEST,
            &format!(
                "the check-in is of version {}, and this control plane speaks {VERSION}",
                said.version
            ),
        );
    }
    let mut answers = seat.answer.subscribe();
    match seat.hear(&said, peer.address, Timestamp::now()) {
        Said::TooMany => return later(StatusCode::TOO_MANY_REQUESTS, "too many check-ins"),
        Said::Same => {}
        Said::New => {
            if !written(&door, &seat, &said).await {
                return later(StatusCode::SERVICE_UNAVAILABLE, "it cannot be written down now");
            }
        }
    }
    let hold = Duration::from_millis(jittered(said.wait.min(LONGEST_HOLD) * 1000));
    if !hold.is_zero() {
        // Who waits is woken at the end of the program as well, `Seats::wake`.
        let is_over =
            |it: &Arc<Told>| said.known.as_ref() != Some(&it.answer.mark) || *door.stop.borrow();
        let _ = timeout(hold, answers.wait_for(is_over)).await;
    }
    if seat.is_gone() {
        return stranger(&door, &peer);
    }
    let told = answers.borrow().clone();
    let again = if *door.stop.borrow() { soon() } else { told.answer.again };
    (JSON, told.json(&said, again)).into_response()
}

async fn written(door: &Door, seat: &Seat, said: &CheckIn) -> bool {
    let written = door.clerk.check_in(seat.name.clone(), said.clone()).await.is_ok();
    if written {
        seat.wrote(said.clone());
    }
    written
}

/// A file of the newest release that this host may have.
async fn file(
    State(door): State<Arc<Door>>,
    Extension(peer): Extension<Peer>,
    Named(name): Named,
    headers: HeaderMap,
) -> Response {
    let Some(seat) = door.seats.of(&peer.key) else { return stranger(&door, &peer) };
    let host = seat.name.clone();
    let found = door.clerk.look(move |core| {
        let shelf = core.shelf()?;
        shelf.file(&name, &host).map(|it| (it.clone(), shelf.known))
    });
    match found.await {
        Err(_) => later(StatusCode::SERVICE_UNAVAILABLE, "there is too much to do"),
        Ok(None) => say(StatusCode::NOT_FOUND, "the release has no such file"),
        Ok(Some((bytes, release))) => {
            let etag = format!("\"{}\"", release.hash);
            if headers.get(header::IF_NONE_MATCH).is_some_and(|it| it.as_bytes() == etag.as_bytes())
            {
                return StatusCode::NOT_MODIFIED.into_response();
            }
            let etag = HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static(""));
            ([(header::ETAG, etag)], bytes).into_response()
        }
    }
}

/// A release, whoever brings it.
async fn take(State(door): State<Arc<Door>>, body: Body) -> Response {
    door.bringing.take(&door.clerk, body).await
}

fn stranger(door: &Door, peer: &Peer) -> Response {
    if door.seats.all().is_empty() {
        return later(StatusCode::NOT_FOUND, "no release has been brought here yet");
    }
    let key = peer.key;
    say(
        StatusCode::FORBIDDEN,
        &format!(
            "the newest release has no host with the key {key}: write it to `hostKey`, and release"
        ),
    )
}

fn later(status: StatusCode, words: &str) -> Response {
    let mut response = say(status, words);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(soon()));
    response
}
