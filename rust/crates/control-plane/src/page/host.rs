//! One host, and what happened to it.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use nixfleet_rollout::Standing;

use super::frame::{Frame, encoded, label, prose, time};
use super::{instead, record, shown, why};
use crate::core::Core;
use crate::people::{People, WhichEvents};
use crate::unknown::proposal;

/// How many events of a host its page shows.
const EVENTS: usize = 50;

pub(super) async fn page(
    State(people): State<People>,
    name: Result<Path<String>, PathRejection>,
) -> Response {
    let name = match name {
        Ok(Path(name)) => name,
        Err(why) => {
            let why = format!("The address cannot be read: {why}.");
            return instead(StatusCode::BAD_REQUEST, &people, "No such host", &why);
        }
    };
    let (frame, asked) = (Frame::of(&people), name.clone());
    let found = people.clerk.look(move |core| {
        let why = core.said().get(&asked).and_then(|it| it.report.phase.why()).map(str::to_owned);
        core.view_of(&asked).map(|it| (it, why)).ok_or_else(|| absent(core, &asked))
    });
    let (host, why) = match found.await {
        Ok(Ok(found)) => found,
        Ok(Err(why)) => return instead(StatusCode::NOT_FOUND, &people, "No such host", &why),
        Err(failure) => return shown(Err(failure)),
    };
    let which = WhichEvents { host: Some(name), limit: Some(EVENTS), before: None };
    let events = people.log(which).await;
    let from = people.seats.named(&host.name).and_then(|it| it.from());
    let content = html! {
        h1 { (host.name) " " (label(host.standing)) }
        @match &why {
            Some(why) if host.standing == Standing::Failed => { p.lead { "The release failed there:" } (why::list(why)) },
            _ => p.lead { (prose(&host.sentence)) },
        }
        dl {
            @match &host.running {
                Some(it) if *it == host.system => div.wide { dt { "Runs what it should" } dd { code { (it) } } },
                it => {
                    div.wide { dt { "Runs" } dd { code { (it.as_deref().unwrap_or("not known")) } } }
                    div.wide {
                        dt { "Should run" }
                        dd { code { (host.system) } p.quiet { code { "nixfleet release diff" } " names the packages that differ." } }
                    }
                }
            }
            div { dt { "Wave" } dd { a href={ "/hosts?wave=" (encoded(&host.wave)) } { (host.wave) } } }
            @if !host.tags.is_empty() {
                div {
                    dt { "Tags" }
                    dd { @for tag in &host.tags { a href={ "/hosts?tag=" (encoded(tag)) } { (tag) } " " } }
                }
            }
            @if let Some(since) = host.since { div { dt { "Since" } dd { (time(since)) } } }
            @if let Some(seen) = host.seen { div { dt { "Heard of" } dd { (time(seen)) } } }
            @if let Some(from) = from { div { dt { "From" } dd { (from) } } }
        }
        h2 { "What happened" }
        @match events {
            Ok(events) => {
                (record::list(&events, true))
                @if events.len() == EVENTS {
                    p.more { a href={ "/log?host=" (encoded(&host.name)) } { "All that happened" } }
                }
            },
            Err(why) => p.alert { (record::unread(&why)) },
        }
    };
    shown(Ok(frame.around("Hosts", &host.name, &content)))
}

fn absent(core: &Core, asked: &str) -> String {
    let Some((rollout, _)) = core.decision() else { return "There is no release yet.".to_owned() };
    let names = rollout.hosts().map(|(member, _)| member.name.as_str());
    format!("The release has no host `{asked}`{}", proposal(asked, names))
}
