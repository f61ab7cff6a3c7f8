//! The program as it runs: its doors, and its end.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use jiff::Timestamp;
use nixfleet_link::{HostKey, server_config};
use nixfleet_text::output::{print, tell};
use tokio::net::{TcpListener, TcpSocket, UnixListener, lookup_host};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::bring::Bringing;
use crate::clerk::Clerk;
use crate::config::Config;
use crate::core::Core;
use crate::hosts::{self, Crowd, Door};
use crate::page;
use crate::people::{self, Board, Peer, People};
use crate::seat::Seats;
use crate::store::{Place, Store};

/// What those who are being served have, once the program is to end.
const FAREWELL: Duration = Duration::from_secs(20);
/// How many connections wait at an address to be taken in, where the kernel allows as many
/// (`net.core.somaxconn`): one that finds no place comes again a second later, and then after three.
const BACKLOG: u32 = 16_384;
/// How often systemd is told that all is well; it waits for two minutes.
const ALIVE_EVERY: Duration = Duration::from_secs(30);

/// Serves hosts and people until it is told to end.
///
/// # Errors
/// When it cannot begin, in a sentence.
pub fn serve(config: &Config) -> Result<(), String> {
    let key = HostKey::read(&config.host_key).map_err(|error| error.to_string())?;
    config.exposed().into_iter().for_each(tell);
    let database = config.database()?;
    let (store, kept, aside) = Store::open(&database).map_err(|error| error.to_string())?;
    if let Some(told) = aside {
        tell(format!(
            "{told}: a new one begins, and hosts say again what they run. Bring the newest release again"
        ));
    }
    let core = Core::new(&config.fleet, config.signers(), kept, Timestamp::now());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(run(config, &key, core, store, database))
}

async fn run(
    config: &Config,
    key: &HostKey,
    core: Core,
    store: Store,
    database: Place,
) -> Result<(), String> {
    let (stopping, stop) = watch::channel(false);
    let seats = Arc::new(Seats::default());
    let clerk = Clerk::begin(core, store, seats.clone());
    let crowd = Arc::new(Crowd::begin());
    let check_ins = Arc::new(AtomicU64::new(0));
    let door = Door {
        clerk: clerk.clone(),
        seats: seats.clone(),
        stop: stop.clone(),
        bringing: Bringing::default(),
        check_ins: check_ins.clone(),
    };
    let board = Arc::new(Board::new(&config.fleet, clerk.clone(), seats.clone()));
    let people = People {
        clerk: clerk.clone(),
        seats: seats.clone(),
        crowd: crowd.clone(),
        check_ins,
        database: Arc::new(database),
        board: board.clone(),
        stop: stop.clone(),
    };
    let tls = server_config(key).map_err(|error| error.to_string())?;
    let mut doors = JoinSet::new();
    doors.spawn(board.publish(stop.clone()));
    for address in &config.listen {
        let listener = listen(address).await?;
        let router = hosts::router(door.clone());
        doors.spawn(hosts::serve(
            listener,
            tls.clone(),
            router,
            seats.clone(),
            crowd.clone(),
            stop.clone(),
        ));
        let key = key.public().line();
        print(format!("hosts ask at {address}, and know this control plane by {key}"));
    }
    let socket = bind(&config.socket)?;
    let router = people::speaking(people.clone());
    doors.spawn(people::serve(socket, router, Peer::of_socket, stop.clone()));
    if let Some(place) = &config.page {
        let router = people::reading(people.clone()).merge(page::router(people.clone()));
        if place.starts_with('/') {
            let socket = bind(Path::new(place))?;
            doors.spawn(people::serve(socket, router, Peer::of_socket, stop.clone()));
        } else {
            let listener = listen(place).await?;
            let router = people::from_here(router);
            doors.spawn(people::serve(listener, router, Peer::of_address, stop.clone()));
        }
        print(format!("people read at {place}"));
    }
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    until_told(&clerk).await.map_err(|error| error.to_string())?;
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    print("ending: hosts that wait are told to come again");
    let _ = stopping.send(true);
    seats.wake();
    let over = async { while doors.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(FAREWELL, over).await;
    farewell(&crowd).await;
    Ok(())
}

/// Until those that were being served are gone, or their time is over.
async fn farewell(crowd: &Crowd) {
    let until = tokio::time::Instant::now() + FAREWELL;
    while crowd.connections.load(std::sync::atomic::Ordering::Relaxed) > 0
        && tokio::time::Instant::now() < until
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits for the word to end. As long as the clerk answers, systemd is told that all is well.
async fn until_told(clerk: &Clerk) -> io::Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut alive = tokio::time::interval(ALIVE_EVERY);
    loop {
        tokio::select! {
            _ = term.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = alive.tick() => {
                if clerk.look(|_| ()).await.is_ok() {
                    let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
                }
            }
        }
    }
}

async fn listen(address: &str) -> Result<TcpListener, String> {
    match open(address).await {
        Ok(listener) => Ok(listener),
        // A kernel without IPv6: every address is then every one of IPv4.
        Err(_) if address.starts_with("[::]:") => {
            let address = address.replacen("[::]", "0.0.0.0", 1);
            open(&address).await.map_err(|error| unheard(&address, &error))
        }
        Err(error) => Err(unheard(address, &error)),
    }
}

fn unheard(address: &str, error: &io::Error) -> String {
    let help = match error.kind() {
        io::ErrorKind::AddrInUse => ": `ss -ltnp` names the program that listens there",
        io::ErrorKind::AddrNotAvailable => ": it is no address of this machine, see `ip address`",
        _ => "",
    };
    format!("cannot listen at `{address}`: {error}{help}")
}

async fn open(address: &str) -> io::Result<TcpListener> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "its name has no address");
    for address in lookup_host(address).await? {
        let socket = if address.is_ipv6() { TcpSocket::new_v6() } else { TcpSocket::new_v4() }?;
        socket.set_reuseaddr(true)?;
        match socket.bind(address).and_then(|()| socket.listen(BACKLOG)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// A socket that the group may open. One that a program before left is taken away.
fn bind(path: &Path) -> Result<UnixListener, String> {
    let failed = |error: io::Error| format!("cannot listen at `{}`: {error}", path.display());
    if fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_socket()) {
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(format!("another control plane answers at `{}`", path.display()));
        }
        fs::remove_file(path).map_err(failed)?;
    } else if fs::symlink_metadata(path).is_ok() {
        return Err(format!("`{}` is there, and no socket: move it away", path.display()));
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o660)).map_err(failed)?;
    Ok(listener)
}
