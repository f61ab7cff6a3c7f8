//! The log.

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};

use super::frame::{frame, time};
use super::shown;
use crate::clerk::Failure;
use crate::log;
use crate::log::Logged;
use crate::people::{People, WhichEvents};

/// How many events a page has.
const PAGE: usize = 100;

pub(super) async fn page(
    State(people): State<People>,
    Query(mut which): Query<WhichEvents>,
) -> Response {
    which.limit = Some(PAGE);
    let events = people.log(which).await.map_err(|_| Failure::Busy);
    shown(events.map(|events| {
        let content = html! {
            h1 { "Log" }
            (table(&events))
            @if let Some(last) = events.last().filter(|_| events.len() == PAGE) {
                p { a href={ "/log?before=" (last.id) } { "What was before" } }
            }
        };
        frame(&people.fleet, "Log", &content)
    }))
}

/// Events, newest first.
pub(super) fn table(events: &[Logged]) -> Markup {
    html! {
        @if events.is_empty() { p { "Nothing yet." } }
        ol.log {
            @for it in events {
                li {
                    (time(it.event.at)) " "
                    span.of { "release " (it.release) } " "
                    (log::sentence(&it.event))
                }
            }
        }
    }
}
