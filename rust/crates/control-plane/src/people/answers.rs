//! What people are answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use nixfleet_rollout::{Command, Unknown};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;

use super::board::Board;
use super::listing::{HostPage, Which};
use super::peer::Peer;
use crate::asked::{Asked, Named, nothing, unreadable};
use crate::bring::{Bringing, refused};
use crate::clerk::{Clerk, Failure};
use crate::hosts::Crowd;
use crate::log;
use crate::log::Logged;
use crate::seat::Seats;
use crate::status::Status;
use crate::store::{PAGE, Place, Reader};
use crate::unknown;

/// What the door of people has behind it.
#[derive(Clone)]
pub struct People {
    /// Who writes down.
    pub clerk: Clerk,
    /// Who is who.
    pub seats: Arc<Seats>,
    /// Who is there.
    pub crowd: Arc<Crowd>,
    /// How many check-ins there were.
    pub check_ins: Arc<AtomicU64>,
    /// Where the log is.
    pub database: Arc<Place>,
    /// How the fleet is.
    pub board: Arc<Board>,
    /// Whether the program is to end.
    pub stop: watch::Receiver<bool>,
}

impl People {
    /// How the fleet is.
    pub(crate) async fn status(&self) -> Result<Arc<Status>, Failure> {
        self.board.status().await
    }

    /// Some of the hosts, and whether there are more.
    pub(crate) async fn hosts(&self, which: Which) -> Result<HostPage, Failure> {
        self.clerk.look(move |core| which.of(core)).await
    }

    /// Some of the log.
    pub(crate) async fn log(&self, which: WhichEvents) -> Result<Vec<Logged>, String> {
        let database = self.database.clone();
        let read = move || {
            let reader = Reader::open(&database).map_err(|error| error.to_string())?;
            let most = which.limit.unwrap_or(PAGE);
            reader.log(which.before, which.host.as_deref(), most).map_err(|error| error.to_string())
        };
        tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string())?
    }
}

/// Which events are asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhichEvents {
    /// Those before this number.
    pub(crate) before: Option<u64>,
    /// Those of this host.
    pub(crate) host: Option<String>,
    /// So many at most.
    pub(crate) limit: Option<usize>,
}

pub(super) async fn status(State(people): State<People>) -> Response {
    match people.status().await {
        Ok(status) => Json(&*status).into_response(),
        Err(failure) => refused(&failure),
    }
}

pub(super) async fn rollout(State(people): State<People>) -> Response {
    match people.board.rollout().await {
        Ok(Some(view)) => as_json(view),
        Ok(None) => refused(&Failure::NoRelease),
        Err(failure) => refused(&failure),
    }
}

pub(super) async fn hosts(State(people): State<People>, Asked(which): Asked<Which>) -> Response {
    match people.hosts(which).await {
        Ok(hosts) => Json(hosts).into_response(),
        Err(failure) => refused(&failure),
    }
}

pub(super) async fn host(State(people): State<People>, Named(name): Named) -> Response {
    let seat = people.seats.named(&name);
    let addresses = seat.as_ref().map(|it| it.doubles()).unwrap_or_default();
    let from = seat.and_then(|it| it.from());
    let found = people.clerk.look(move |core| match core.view_of(&name) {
        Some(view) => Ok((view, core.said().get(&name).cloned())),
        None if core.shelf().is_none() => Err(Failure::NoRelease),
        None => Err(Failure::Unknown(unknown::told(core, &Unknown::Host(name)))),
    });
    match found.await.and_then(|it| it) {
        Ok((view, said)) => {
            Json(json!({ "host": view, "said": said, "from": from, "machinesAtOnce": addresses }))
                .into_response()
        }
        Err(failure) => refused(&failure),
    }
}

pub(super) async fn log(
    State(people): State<People>,
    Asked(which): Asked<WhichEvents>,
) -> Response {
    match people.log(which).await {
        Ok(events) => {
            let next = events.last().map(|it| it.id).filter(|it| *it > 1);
            let events: Vec<_> = events
                .iter()
                .map(|it| {
                    let mut value = serde_json::to_value(it).unwrap_or_default();
                    value["sentence"] = log::sentence(&it.event).into();
                    value
                })
                .collect();
            Json(json!({ "events": events, "before": next })).into_response()
        }
        Err(why) => unread(&why),
    }
}

pub(super) async fn log_csv(
    State(people): State<People>,
    Asked(which): Asked<WhichEvents>,
) -> Response {
    match people.log(which).await {
        Ok(events) => {
            ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], log::csv(&events)).into_response()
        }
        Err(why) => unread(&why),
    }
}

/// All files of the newest release, as one brings them.
pub(super) async fn files(State(people): State<People>) -> Response {
    match people.board.release().await {
        Ok(files) => as_json(files),
        Err(failure) => refused(&failure),
    }
}

/// A file of the newest release: people may have all of them.
pub(super) async fn file(State(people): State<People>, Named(name): Named) -> Response {
    let found =
        people.clerk.look(move |core| core.shelf().and_then(|it| it.files.get(&name)).cloned());
    match found.await {
        Ok(Some(bytes)) => bytes.into_response(),
        Ok(None) => nothing().await,
        Err(failure) => refused(&failure),
    }
}

pub(super) async fn command(
    State(people): State<People>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    command: Result<Json<Command>, JsonRejection>,
) -> Response {
    let command = match command {
        Ok(Json(command)) => command,
        Err(error) => {
            return unreadable("the command", &error);
        }
    };
    match people.clerk.command(peer.user.clone(), command).await {
        Ok(met) => Json(json!({ "by": peer.user, "met": met })).into_response(),
        Err(failure) => refused(&failure),
    }
}

pub(super) async fn take(
    State(people): State<People>,
    Extension(bringing): Extension<Bringing>,
    body: Body,
) -> Response {
    bringing.take(&people.clerk, body).await
}

pub(super) async fn metrics(State(people): State<People>) -> Response {
    match people.status().await {
        Ok(status) => {
            let check_ins = people.check_ins.load(Ordering::Relaxed);
            let text = crate::metrics::text(&status, &people.crowd, check_ins);
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
                .into_response()
        }
        Err(failure) => refused(&failure),
    }
}

/// The description of this interface, `OpenAPI` 3.1.
pub(super) async fn description() -> Response {
    as_json(Bytes::from_static(include_bytes!("../openapi.json")))
}

fn as_json(bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

fn unread(why: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "error": why }))).into_response()
}
