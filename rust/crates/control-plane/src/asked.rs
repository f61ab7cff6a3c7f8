//! What is asked for, read: what is wrong with it is answered as all else is, in JSON.

use std::error::Error;

use axum::Json;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::json;

/// What stands after the `?` of an address.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(error) => Err(unreadable("what stands after the `?`", &error)),
        }
    }
}

/// A name in an address.
pub(crate) struct Named(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(name)) => Ok(Self(name)),
            Err(error) => Err(unreadable("the address", &error)),
        }
    }
}

/// An address of nothing.
pub(crate) async fn nothing() -> Response {
    say(StatusCode::NOT_FOUND, "there is nothing here")
}

/// An address that is asked in another way.
pub(crate) async fn not_so() -> Response {
    say(StatusCode::METHOD_NOT_ALLOWED, "it is not asked so: `Allow` says how")
}

pub(crate) fn say(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "error": words }))).into_response()
}

/// Why something could not be read: the reader's reason, without what it says of itself around it.
pub(crate) fn unreadable(what: &str, error: &dyn Error) -> Response {
    let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    say(StatusCode::BAD_REQUEST, &format!("{what} cannot be read: {why}"))
}
