//! Connections of hosts. Each has its limits, all together have theirs, and who is a stranger, or
//! does not say who it is, takes little from the others.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use nixfleet_link::{keep_alive, peer_key};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::answers::Peer;
use super::room;
use super::turns::in_turns;
use crate::row::{Row, Sitting};
use crate::seat::Seats;
use crate::stall::bounded;

/// The most connections that have not said yet who they are: the oldest makes room.
const UNKNOWN: usize = 32_768;
/// The most handshakes that go on at a time, and do not wait: each takes a processor for a moment.
const HANDSHAKES: usize = 64;
/// What a connection may take to say who it is.
const HANDSHAKE: Duration = Duration::from_secs(20);
/// The most connections of strangers, of whom who brings a release is one: the oldest makes room.
const STRANGERS: usize = 64;
/// What a request's head may take, and how long a connection may be without one.
const IDLE: Duration = Duration::from_secs(300);
/// What a stranger has for all that it wants.
const STRANGER: Duration = Duration::from_secs(300);
/// The most bytes of a request's head; hyper's own least.
const HEAD_BYTES: usize = 8 * 1024;

/// How many connections there are.
#[derive(Debug)]
pub struct Crowd {
    /// All of them.
    pub connections: AtomicUsize,
    /// So many at most.
    most: usize,
    /// Those that have not said yet who they are.
    pub unknown: Arc<Row>,
    /// Those of keys that no host of the newest release has.
    pub strangers: Arc<Row>,
    /// How many were turned away, since there were too many.
    pub turned_away: AtomicU64,
}

impl Crowd {
    /// Nobody yet, and as many as there is room for.
    #[must_use]
    pub fn begin() -> Self {
        Self {
            connections: AtomicUsize::default(),
            most: room::connections(),
            unknown: Row::of(UNKNOWN),
            strangers: Row::of(STRANGERS),
            turned_away: AtomicU64::default(),
        }
    }
}

impl Crowd {
    /// A place for one more, and where somebody has to go for it, that is told.
    fn sit(&self, row: &Arc<Row>) -> Sitting {
        let (sitting, is_full) = row.sit();
        self.turned_away.fetch_add(u64::from(is_full), Ordering::Relaxed);
        sitting
    }
}

/// One of those that are counted.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn of(count: &'a AtomicUsize, most: usize) -> Option<Self> {
        if count.fetch_add(1, Ordering::Relaxed) >= most {
            count.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        Some(Self(count))
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Serves hosts until `stop` says so; then those that wait are told to come again.
pub async fn serve(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    router: Router,
    seats: Arc<Seats>,
    crowd: Arc<Crowd>,
    mut stop: watch::Receiver<bool>,
) {
    let turns = Arc::new(Semaphore::new(HANDSHAKES));
    let acceptor = TlsAcceptor::from(tls);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|it| *it) => return,
        };
        let Ok((socket, from)) = accepted else {
            // No file handle is left, as a rule: others have to go first.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let one = One {
            acceptor: acceptor.clone(),
            router: router.clone(),
            seats: seats.clone(),
            crowd: crowd.clone(),
            turns: turns.clone(),
            stop: stop.clone(),
        };
        tokio::spawn(one.serve(socket, from));
    }
}

struct One {
    acceptor: TlsAcceptor,
    router: Router,
    seats: Arc<Seats>,
    crowd: Arc<Crowd>,
    turns: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
}

impl One {
    async fn serve(mut self, socket: TcpStream, from: SocketAddr) {
        let crowd = self.crowd.clone();
        let Some(_counted) = Counted::of(&crowd.connections, crowd.most) else {
            crowd.turned_away.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let unknown = crowd.sit(&crowd.unknown);
        let _ = socket.set_nodelay(true);
        keep_alive(&socket);
        let handshake = tokio::select! {
            done = timeout(HANDSHAKE, in_turns(&self.turns, self.acceptor.accept(bounded(socket)))) => done,
            () = unknown.displaced() => return,
        };
        let Ok(Some(Ok(stream))) = handshake else { return };
        let Some(key) = peer_key(stream.get_ref().1.peer_certificates()) else { return };
        drop(unknown);
        let seat = self.seats.of(&key);
        let sitting = match &seat {
            Some(seat) => seat.connections.sit().0,
            None => crowd.sit(&crowd.strangers),
        };
        let peer = Peer { key, address: plain(from.ip()) };
        let service = TowerToHyperService::new(self.router.layer(Extension(peer)));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(IDLE)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let limit = if seat.is_some() { Duration::MAX } else { STRANGER };
        tokio::select! {
            _ = connection.as_mut() => return,
            () = sleep(limit) => return,
            () = sitting.displaced() => return,
            _ = self.stop.wait_for(|it| *it) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// Sleeps; for ever, where the time has no end.
async fn sleep(time: Duration) {
    if time == Duration::MAX {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(time).await;
}

/// An address of IPv4 that came by a socket of IPv6.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(it) => it.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}
