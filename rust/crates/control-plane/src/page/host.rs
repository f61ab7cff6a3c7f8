//! One host, and what happened to it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;

use super::frame::{Frame, key, time, words};
use super::{instead, proposal, record, shown, why};
use crate::core::Core;
use crate::people::{People, WhichEvents};

/// How many events of it are shown.
const EVENTS: usize = 50;

pub(super) async fn page(State(people): State<People>, Path(name): Path<String>) -> Response {
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
        @if let Some(why) = why { h2 { "What it says" } (why::list(&why)) }
        h2 { "What happened" }
        @match events {
            Ok(events) => (record::table(&events, true)),
            Err(why) => p.alert { (record::unread(&why)) },
        }
    };
    shown(Ok(frame.around(&host.name, &content)))
}

fn absent(core: &Core, asked: &str) -> String {
    let Some((rollout, _)) = core.decision() else { return "There is no release yet.".to_owned() };
    let names = rollout.hosts().map(|(member, _)| member.name.as_str());
    format!("The release has no host `{asked}`{}", proposal(asked, names))
}
