//! The log.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use nixfleet_rollout::{Event, Kind};

use super::frame::{Frame, encoded, marked};
use super::{instead, shown, why};
use crate::log::{self, Logged};
use crate::people::{People, WhichEvents};

/// How many events a page of the log shows.
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
    // What a form sends that is empty is not asked for.
    which.host = which.host.filter(|it| !it.is_empty());
    let host = which.host.clone();
    let events = match people.log(which).await {
        Ok(events) => events,
        Err(why) => {
            let why = unread(&why);
            return instead(StatusCode::SERVICE_UNAVAILABLE, &people, "Log", &why);
        }
    };
    let of = host.as_ref().map(|it| format!("&host={}", encoded(it))).unwrap_or_default();
    let content = html! {
        h1 { "Log" }
        (form(host.as_deref()))
        (list(&events, false))
        @if let Some(last) = events.last().filter(|_| events.len() == PAGE) {
            p.more { a rel="next" href={ "/log?before=" (last.id) (of) } { "What was before" } }
        }
    };
    shown(Ok(frame.around("Log", "Log", &content)))
}

fn form(host: Option<&str>) -> Markup {
    html! {
        form method="get" action="/log" {
            label { "Host" input name="host" value=[host]; }
            button { "Show" }
        }
    }
}

/// Why there are no events.
pub(super) fn unread(why: &str) -> String {
    format!("The log cannot be read: {why}")
}

/// Events, newest first, by their days; with the lines of what failed, or with a sentence.
pub(super) fn list(events: &[Logged], with_lines: bool) -> Markup {
    html! {
        @if events.is_empty() { p { "Nothing yet." } }
        @for day in events.chunk_by(|one, other| day(one) == day(other)) {
            h3.day { (day[0].event.at.strftime("%A, %-d %B %Y, UTC")) }
            ol.log {
                @for it in day {
                    li {
                        time datetime=(it.event.at.to_string()) { (it.event.at.strftime("%H:%M:%S")) }
                        div { (happened(it, with_lines)) }
                        span.quiet { "release " (it.release) }
                    }
                }
            }
        }
    }
}

fn day(it: &Logged) -> String {
    it.event.at.strftime("%F").to_string()
}

fn happened(it: &Logged, with_lines: bool) -> Markup {
    html! {
        @match &it.event.kind {
            Kind::Report { report, .. } if with_lines => {
                (log::phase(&report.phase))
                @if let Some(why) = report.phase.why() { (why::list(why)) }
            }
            // Below the host's own name.
            _ if with_lines => p { (marked(own(&log::sentence(&it.event), &it.event))) },
            _ => p { (sentence(&it.event)) },
        }
    }
}

/// A sentence without the host that it begins with.
fn own<'a>(sentence: &'a str, event: &Event) -> &'a str {
    let rest = log::host_of(event).and_then(|it| sentence.strip_prefix(it));
    rest.map_or(sentence, str::trim_start)
}

/// A sentence, with the host that it begins with as a link.
fn sentence(event: &Event) -> Markup {
    let sentence = log::sentence(event);
    let host = log::host_of(event).filter(|it| sentence.starts_with(*it));
    html! {
        @if let Some(host) = host { a href={ "/hosts/" (encoded(host)) } { (host) } (marked(&sentence[host.len()..])) }
        @else { (marked(&sentence)) }
    }
}
