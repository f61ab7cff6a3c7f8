//! The page: what people see in a browser. It is whole without a script; with one it is renewed as
//! things change. Nothing can be changed by it.
//!
//! What hosts say of themselves is in it, and hosts lie: every text goes through maud, which escapes
//! it, and the browser is told to run nothing but the page's own script.

mod bar;
mod frame;
mod host;
mod hosts;
mod overview;
mod record;
mod why;

use std::future::{Ready, ready};

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};

use crate::clerk::Failure;
use crate::people::People;
use frame::Frame;

/// What the browser may do with the page.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                      connect-src 'self';                       base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The pages.
pub(crate) fn router(people: People) -> Router {
    Router::new()
        .route("/", get(overview::page))
        .route("/hosts", get(hosts::page))
        .route("/hosts/{name}", get(host::page))
        .route("/log", get(record::page))
        .route("/page.css", get(|| asset("text/css", include_str!("page/page.css"))))
        .route("/page.js", get(|| asset("text/javascript", include_str!("page/page.js"))))
        .route("/icon.svg", get(|| asset("image/svg+xml", include_str!("page/icon.svg"))))
        .layer(middleware::map_response(guarded))
        .with_state(people)
}

fn asset(kind: &'static str, text: &'static str) -> Ready<impl IntoResponse> {
    ready(([(header::CONTENT_TYPE, kind)], text))
}

async fn guarded(mut response: Response) -> Response {
    let headers: [(HeaderName, &'static str); 4] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A page, or why there is none.
fn shown(page: Result<Markup, Failure>) -> Response {
    if let Ok(page) = page {
        return Html(page.into_string()).into_response();
    }
    let busy = "There is too much to do: come again in a moment.";
    (StatusCode::SERVICE_UNAVAILABLE, busy).into_response()
}

/// A page that says why what was asked for is not shown.
fn instead(status: StatusCode, people: &People, title: &str, why: &str) -> Response {
    let content = html! { h1 { (title) } p.alert role="alert" { (frame::marked(why)) } };
    (status, shown(Ok(Frame::of(people).around("", title, &content)))).into_response()
}
