//! Bringing a release: all its files in one JSON object, `{"release.json": "…", "hosts/web-01.json":
//! "…"}`. They are text, so they come through as the bytes that were signed.

use std::collections::BTreeMap;

use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::clerk::{Clerk, Failure};
use crate::shelf::RELEASE_BYTES;

/// The most that are brought at a time: each is in memory as a whole.
static AT_A_TIME: Semaphore = Semaphore::const_new(2);

/// What all bytes may take to come.
const COMES_IN: Duration = Duration::from_secs(120);

/// Takes a release that somebody brought.
pub async fn take(clerk: &Clerk, body: Body) -> Response {
    let Ok(_turn) = AT_A_TIME.try_acquire() else { return refused(&Failure::Busy) };
    let say = |status, words: String| (status, Json(json!({ "error": words }))).into_response();
    let bytes = match timeout(COMES_IN, to_bytes(body, RELEASE_BYTES)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            let words = format!("a release has at most {RELEASE_BYTES} bytes");
            return say(StatusCode::PAYLOAD_TOO_LARGE, words);
        }
        Err(_) => return say(StatusCode::REQUEST_TIMEOUT, "the release came too slowly".into()),
    };
    let files: BTreeMap<String, String> = match serde_json::from_slice(&bytes) {
        Ok(files) => files,
        Err(error) => {
            let words = format!("a release is one JSON object, its files by their names: {error}");
            return say(StatusCode::BAD_REQUEST, words);
        }
    };
    let files = files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    match clerk.bring(files).await {
        Ok(taken) => Json(json!({
            "sequence": taken.sequence,
            "news": !taken.same,
            "warnings": taken.never.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "withoutKey": taken.without_key,
            "withoutKeyMore": taken.without_key_more,
        }))
        .into_response(),
        Err(failure) => refused(&failure),
    }
}

/// Why something was not done, as it is answered.
pub fn refused(failure: &Failure) -> Response {
    let (status, words) = match failure {
        Failure::Refused(why) => (StatusCode::UNPROCESSABLE_ENTITY, why.to_string()),
        Failure::Unknown(unknown) => (StatusCode::NOT_FOUND, unknown.to_string()),
        Failure::NoRelease => (StatusCode::CONFLICT, "there is no release yet".into()),
        Failure::Unwritten => (
            StatusCode::SERVICE_UNAVAILABLE,
            "it cannot be written down now, see the control plane's journal".into(),
        ),
        Failure::Busy => (StatusCode::SERVICE_UNAVAILABLE, "there is too much to do".into()),
    };
    (status, Json(json!({ "error": words }))).into_response()
}
