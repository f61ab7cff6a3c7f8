//! One host, and what happened to it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::frame::{frame, key, time, words};
use super::{record, shown};
use crate::people::{People, WhichEvents};

/// How many events of it are shown.
const EVENTS: usize = 50;

pub(super) async fn page(State(people): State<People>, Path(name): Path<String>) -> Response {
    let asked = name.clone();
    let found = people.clerk.look(move |core| core.view_of(&asked)).await;
    let host = match found {
        Ok(Some(host)) => host,
        Ok(None) => {
            let content = html! { h1 { "No such host" } p { "The release has no host " code { (name) } "." } };
            let page = frame(&people.fleet, "No such host", &content);
            return (StatusCode::NOT_FOUND, shown(Ok(page))).into_response();
        }
        Err(failure) => return shown(Err(failure)),
    };
    let which = WhichEvents { host: Some(name), limit: Some(EVENTS), before: None };
    let events = people.log(which).await.unwrap_or_default();
    let from = people.seats.named(&host.name).and_then(|it| it.from());
    let content = html! {
        h1 { (host.name) " " span class={ "standing " (key(host.standing)) } { (words(host.standing)) } }
        p.sentence { (host.sentence) }
        dl {
            dt { "Runs" } dd { code { (host.running.as_deref().unwrap_or("not known")) } }
            dt { "Should run" } dd { code { (host.system) } }
            dt { "Wave" } dd { (host.wave) }
            @if !host.tags.is_empty() { dt { "Tags" } dd { (host.tags.join(", ")) } }
            @if let Some(since) = host.since { dt { "Since" } dd { (time(since)) } }
            @if let Some(seen) = host.seen { dt { "Heard of" } dd { (time(seen)) } }
            @if let Some(from) = from { dt { "From" } dd { (from) } }
        }
        h2 { "What happened" }
        (record::table(&events))
    };
    shown(Ok(frame(&people.fleet, &host.name, &content)))
}
