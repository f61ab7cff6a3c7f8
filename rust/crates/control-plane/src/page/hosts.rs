//! The hosts: some of them, by tag, wave and where they stand.

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use nixfleet_rollout::Standing;
use serde::Deserialize;

use super::frame::{encoded, frame, key, time, words};
use super::shown;
use crate::people::{HostPage, People, Which};

/// How many hosts a page has.
const PAGE: usize = 100;

const STANDINGS: [Standing; 10] = [
    Standing::Arrived,
    Standing::Going,
    Standing::OnTheWay,
    Standing::Waiting,
    Standing::Failed,
    Standing::Silent,
    Standing::Offline,
    Standing::Unheard,
    Standing::Held,
    Standing::Skipped,
];

/// What a form sends: all its fields, those that are empty too.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    tag: String,
    state: String,
    wave: String,
    after: String,
}

pub(super) async fn page(State(people): State<People>, Query(asked): Query<Asked>) -> Response {
    let given = |text: &String| Some(text.clone()).filter(|it| !it.is_empty());
    let which = Which {
        tag: given(&asked.tag),
        state: STANDINGS.into_iter().find(|it| key(*it) == asked.state),
        wave: given(&asked.wave),
        after: given(&asked.after),
        limit: Some(PAGE),
    };
    let page = people.hosts(which).await;
    shown(page.map(|page| frame(&people.fleet, "Hosts", &content(&asked, &page))))
}

fn content(asked: &Asked, page: &HostPage) -> Markup {
    html! {
        h1 { (page.total) " hosts" }
        form method="get" action="/hosts" {
            label { "Tag " input name="tag" value=(asked.tag); }
            label { "Wave " input name="wave" value=(asked.wave); }
            label {
                "State "
                select name="state" {
                    option value="" { "any" }
                    @for it in STANDINGS {
                        option value=(key(it)) selected[key(it) == asked.state] { (words(it)) }
                    }
                }
            }
            button { "Show" }
        }
        @if page.hosts.is_empty() { p { "There is none." } }
        ul.hosts {
            @for host in &page.hosts {
                li class=(key(host.standing)) {
                    a href={ "/hosts/" (host.name) } { (host.name) }
                    " " span.standing { (words(host.standing)) }
                    " " span.wave { (host.wave) @for tag in &host.tags { " · " (tag) } }
                    p { (host.sentence) }
                    @if let Some(seen) = host.seen { p.seen { "heard of " (time(seen)) } }
                }
            }
        }
        @if let Some(next) = &page.next {
            p { a href={ "/hosts?tag=" (encoded(&asked.tag)) "&wave=" (encoded(&asked.wave)) "&state=" (encoded(&asked.state)) "&after=" (encoded(next)) } { "More hosts" } }
        }
    }
}
