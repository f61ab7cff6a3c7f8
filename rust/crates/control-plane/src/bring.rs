//! Bringing a release: all its files in one JSON object, `{"release.json": "…", "hosts/web-01.json":
//! "…"}`. They are text, so they come through as the bytes that were signed.

mod body;
mod files;

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::again::soon;
use crate::clerk::{Clerk, Failure};

/// The most that are brought at a door at a time: each is in memory as a whole.
const AT_A_TIME: usize = 1;

/// Where releases are brought. Each door has its own: those who come to one keep no turn of another's.
#[derive(Clone)]
pub struct Bringing(Arc<Semaphore>);

impl Default for Bringing {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_A_TIME)))
    }
}

impl Bringing {
    /// Takes a release that somebody brought.
    pub async fn take(&self, clerk: &Clerk, body: Body) -> Response {
        let Ok(_turn) = self.0.try_acquire() else { return refused(&Failure::Busy) };
        let bytes = match body::read(body).await {
            Ok(bytes) => bytes,
            Err(why) => return say(why.status(), &why.to_string()),
        };
        let files = match files::read(&bytes) {
            Ok(files) => files,
            Err(error) => {
                let words =
                    format!("a release is one JSON object, its files by their names: {error}");
                return say(StatusCode::BAD_REQUEST, &words);
            }
        };
        drop(bytes);
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
}

fn say(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "error": words }))).into_response()
}

/// Why something was not done, as it is answered.
pub fn refused(failure: &Failure) -> Response {
    let (status, words) = match failure {
        Failure::Refused(why) => (StatusCode::UNPROCESSABLE_ENTITY, why.to_string()),
        Failure::Unknown(why) => (StatusCode::NOT_FOUND, why.clone()),
        Failure::NoRelease => (
            StatusCode::CONFLICT,
            "there is no release here: `nixfleet release` makes one, and `nixfleet release publish` brings the newest that there was, with `--to control-plane://…`".into(),
        ),
        Failure::Unwritten => (
            StatusCode::SERVICE_UNAVAILABLE,
            "it cannot be written down now, see the control plane's journal".into(),
        ),
        Failure::Busy => (StatusCode::SERVICE_UNAVAILABLE, "there is too much to do".into()),
    };
    let mut response = say(status, &words);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(soon()));
    }
    response
}
