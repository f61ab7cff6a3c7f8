//! The log.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use nixfleet_rollout::Kind;

use super::frame::{Frame, encoded, time};
use super::{instead, shown, why};
use crate::log::{self, Logged};
use crate::people::{People, WhichEvents};

/// How many events a page has.
const PAGE: usize = 100;

pub(super) async fn page(
    State(people): State<People>,
    which: Result<Query<WhichEvents>, QueryRejection>,
) -> Response {
    let Ok(Query(mut which)) = which else {
        let why = "The address of the log takes `before`, an event's number, and `host`, a name.";
        return instead(StatusCode::BAD_REQUEST, &people, "Log", why);
    };
    let frame = Frame::of(&people);
    which.limit = Some(PAGE);
    let host = which.host.clone();
    let events = match people.log(which).await {
        Ok(events) => events,
        Err(why) => {
            let why = unread(&why);
            return instead(StatusCode::SERVICE_UNAVAILABLE, &people, "Log", &why);
        }
    };
    let of = host.map(|it| format!("&host={}", encoded(&it))).unwrap_or_default();
    let content = html! {
        h1 { "Log" }
        (table(&events, false))
        @if let Some(last) = events.last().filter(|_| events.len() == PAGE) {
            p { a href={ "/log?before=" (last.id) (of) } { "What was before" } }
        }
    };
    shown(Ok(frame.around("Log", &content)))
}

/// Why there are no events.
pub(super) fn unread(why: &str) -> String {
    format!("The log cannot be read: {why}")
}

/// Events, newest first; with the lines of what failed, or with a sentence.
pub(super) fn table(events: &[Logged], with_lines: bool) -> Markup {
    html! {
        @if events.is_empty() { p { "Nothing yet." } }
        ol.log {
            @for it in events {
                li {
                    (time(it.event.at)) " "
                    span.of { "release " (it.release) } " "
                    @match &it.event.kind {
                        Kind::Report { report, .. } if with_lines => {
                            (log::phase(&report.phase))
                            @if let Some(why) = report.phase.why() { (why::list(why)) }
                        }
                        _ => (log::sentence(&it.event)),
                    }
                }
            }
        }
    }
}
