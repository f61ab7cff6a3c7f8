//! What is asked for, read: what is wrong with it is answered as all else is, in JSON.

use std::error::Error;

use axum::Json;
use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::json;

/// What stands after the `?` of an address.
pub(super) struct Asked<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(error) => Err(unreadable("what stands after the `?`", &error)),
        }
    }
}

/// Why something could not be read: the reader's reason, without what it says of itself around it.
pub(super) fn unreadable(what: &str, error: &dyn Error) -> Response {
    let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    let words = format!("{what} cannot be read: {why}");
    (StatusCode::BAD_REQUEST, Json(json!({ "error": words }))).into_response()
}
