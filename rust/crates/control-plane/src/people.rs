//! The door of people: what they read as JSON, and what they say, which delays or allows and nothing
//! else. Who may is who may open the socket.

mod answers;
mod board;
mod events;
mod listener;
mod listing;
mod once;
mod peer;

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Extension, Router};

use crate::asked;
use crate::bring::Bringing;
pub use answers::People;
pub(crate) use answers::WhichEvents;
pub use board::Board;
pub use listener::serve;
pub(crate) use listing::{HostPage, Which};
pub use peer::Peer;

/// What can be read.
pub fn reading(people: People) -> Router {
    Router::new()
        .route("/v1/release", get(answers::files))
        .method_not_allowed_fallback(asked::not_so)
        .with_state(people.clone())
        .merge(common(people))
}

fn common(people: People) -> Router {
    Router::new()
        .route("/v1/status", get(answers::status))
        .route("/v1/rollout", get(answers::rollout))
        .route("/v1/hosts", get(answers::hosts))
        .route("/v1/hosts/{name}", get(answers::host))
        .route("/v1/log", get(answers::log))
        .route("/v1/log.csv", get(answers::log_csv))
        .route("/v1/events", get(events::events).layer(Extension(events::Readers::default())))
        .route("/v1/release/{*name}", get(answers::file))
        .route("/metrics", get(answers::metrics))
        .route("/openapi.json", get(answers::description))
        .method_not_allowed_fallback(asked::not_so)
        .fallback(asked::nothing)
        .with_state(people)
}

/// For a door that is an address of this machine: what asks by another name is a page of a stranger
/// in somebody's browser, which has its own name point here.
pub fn from_here(router: Router) -> Router {
    router.layer(axum::middleware::from_fn(|request: Request, next: Next| async move {
        let host = request.headers().get(header::HOST).and_then(|it| it.to_str().ok());
        if host.is_some_and(is_here) {
            next.run(request).await
        } else {
            (StatusCode::FORBIDDEN, "ask for this page by 127.0.0.1 or localhost\n").into_response()
        }
    }))
}

fn is_here(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok()
}

/// What can be read and said: for the socket alone.
pub fn speaking(people: People) -> Router {
    Router::new()
        .route("/v1/commands", post(answers::command))
        .route("/v1/release", get(answers::files).post(answers::take))
        .method_not_allowed_fallback(asked::not_so)
        .layer(Extension(Bringing::default()))
        .with_state(people.clone())
        .merge(common(people))
}
