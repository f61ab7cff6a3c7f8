//! The hosts: some of them, by tag, wave and where they stand.

use std::collections::BTreeSet;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use nixfleet_rollout::Standing;
use serde::Deserialize;

use super::frame::{Frame, encoded, key, label, marked, prose, time, words};
use super::{instead, shown};
use crate::core::Core;
use crate::people::{HostPage, People, Which};
use crate::unknown::proposal;

/// How many hosts a page shows.
const PAGE: usize = 100;

/// What a form sends: all its fields, those that are empty too.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    tag: String,
    state: String,
    wave: String,
    after: String,
}

pub(super) async fn page(
    State(people): State<People>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Ok(Query(asked)) = asked else {
        let why = "This page takes `tag`, `wave`, `state` and `after`, each once.";
        return instead(StatusCode::BAD_REQUEST, &people, "Hosts", why);
    };
    let frame = Frame::of(&people);
    let given = |text: &String| Some(text.clone()).filter(|it| !it.is_empty());
    let state = Standing::ALL.into_iter().find(|it| key(*it) == asked.state);
    if state.is_none() && !asked.state.is_empty() {
        let names = Standing::ALL.map(key);
        let near = proposal(&asked.state, names.iter().map(String::as_str));
        let why =
            format!("There is no state `{}`{near} There are {}.", asked.state, names.join(", "));
        return instead(StatusCode::BAD_REQUEST, &people, "Hosts", &why);
    }
    let which = Which {
        tag: given(&asked.tag),
        state,
        wave: given(&asked.wave),
        after: given(&asked.after),
        limit: Some(PAGE),
    };
    let mistyped = which.clone();
    let page = people.hosts(which).await;
    let why = match &page {
        Ok(page) if page.hosts.is_empty() => {
            people.clerk.look(move |core| unknown(core, &mistyped)).await
        }
        _ => Ok(Vec::new()),
    };
    let content = page.and_then(|page| Ok(content(&asked, &page, &why?)));
    shown(content.map(|content| frame.around("Hosts", "Hosts", &content)))
}

/// What was asked for and no host has.
fn unknown(core: &Core, asked: &Which) -> Vec<String> {
    let Some((rollout, _)) = core.decision() else { return Vec::new() };
    let tags: BTreeSet<&str> =
        rollout.hosts().flat_map(|(it, _)| it.tags.iter().map(|tag| &**tag)).collect();
    let waves: BTreeSet<&str> = rollout.hosts().map(|(_, wave)| wave).collect();
    let said = |what: &str, given: &Option<String>, names: BTreeSet<&str>| {
        let given = given.as_deref().filter(|it| !names.contains(it))?;
        Some(format!("No host has the {what} `{given}`{}", proposal(given, names)))
    };
    [said("tag", &asked.tag, tags), said("wave", &asked.wave, waves)]
        .into_iter()
        .flatten()
        .collect()
}

fn content(asked: &Asked, page: &HostPage, unknown: &[String]) -> Markup {
    html! {
        h1 { (page.total) @if page.total == 1 { " host" } @else { " hosts" } }
        (form(asked))
        @for why in unknown { p.alert role="alert" { (marked(why)) } }
        @if page.hosts.is_empty() && unknown.is_empty() { p { "There is none." } }
        @if !page.hosts.is_empty() { (table(page)) }
        @if let Some(next) = &page.next {
            p.more { a rel="next" href={ "/hosts?tag=" (encoded(&asked.tag)) "&wave=" (encoded(&asked.wave)) "&state=" (encoded(&asked.state)) "&after=" (encoded(next)) } { "More hosts" } }
        }
    }
}

fn form(asked: &Asked) -> Markup {
    html! {
        form method="get" action="/hosts" {
            label { "Tag" input name="tag" value=(asked.tag); }
            label { "Wave" input name="wave" value=(asked.wave); }
            label {
                "State"
                select name="state" {
                    option value="" { "any" }
                    @for it in Standing::ALL {
                        option value=(key(it)) selected[key(it) == asked.state] { (words(it)) }
                    }
                }
            }
            button { "Show" }
        }
    }
}

/// A table, which a narrow screen has as a list.
fn table(page: &HostPage) -> Markup {
    html! {
        table {
            thead { tr { th { "Host" } th { "State" } th { "Wave" } th { "Tags" } th { "Heard of" } } }
            @for host in &page.hosts {
                tbody {
                    tr {
                        th scope="row" { a href={ "/hosts/" (host.name) } { (host.name) } }
                        td { (label(host.standing)) }
                        td { (host.wave) }
                        td.quiet { (host.tags.join(", ")) }
                        td.quiet { @if let Some(seen) = host.seen { (time(seen)) } @else { "never" } }
                    }
                    tr { td.said colspan="5" { p { (prose(&host.sentence)) } } }
                }
            }
        }
    }
}
