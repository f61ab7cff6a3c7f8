//! Connections that are held open by the thousand: they are counted, the others are served, and what
//! they took is given back.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use nixfleet_link::{CHECK_IN, Connection};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use crate::common::{Fleet, Host, LIMITS, Plane, open};

/// More than twenty seconds of turns, were each of them given one until it is found to be silent.
const SILENT: usize = 2_500;
/// The first bytes of a TLS record that is never sent as a whole.
const BEGUN: &[u8] = &[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3];
const HOSTS: usize = 100;
/// How many connections a host has, and how many each of these tries.
const OF_A_HOST: usize = 4;
const TRIED: usize = 5;

/// As many files as may be: each connection is one, here and there.
fn files() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
    let enough = limit.maximum.is_none_or(|it| it > 2 * SILENT as u64);
    assert!(enough, "this test holds {SILENT} connections: `ulimit -Hn` is less than twice that");
}

fn fleet() -> Fleet {
    let names: Vec<String> = (0..HOSTS).map(|it| format!("web-{it:03}")).collect();
    let hosts: Vec<_> = names.iter().map(|it| (it.as_str(), "all")).collect();
    Fleet::of(&hosts, json!([{ "name": "all" }]))
}

fn asks(connection: &mut Connection, host: &Host) -> bool {
    let body = serde_json::to_vec(&host.said).unwrap();
    let reply = connection.ask("POST", CHECK_IN, &[], &body, 64 * 1024, LIMITS.answer);
    reply.is_ok_and(|it| it.status == 200)
}

#[test]
fn thousands_who_stay_are_counted_and_the_others_served_and_all_is_given_back() {
    files();
    let (plane, fleet) = (Plane::start(), fleet());
    assert!(plane.bring(&fleet.release(1)).0);
    let mut early = Host::of(&plane, &fleet, "web-000");
    assert_eq!(early.ask().status, 200);

    // They say nothing, or begin to, and none says who it is.
    let silent: Vec<TcpStream> = (0..SILENT)
        .map(|number| {
            let mut stream = TcpStream::connect(&plane.address).unwrap();
            if number % 2 == 0 {
                stream.write_all(BEGUN).unwrap();
            }
            stream
        })
        .collect();
    plane.until_metric("connections", SILENT + 1);

    // Who is there already and who comes is served meanwhile, however long the others stay.
    assert_eq!(early.ask().status, 200);
    let began = Instant::now();
    let mut late = Host::of(&plane, &fleet, "web-001");
    assert_eq!(late.ask().status, 200);
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert_eq!(plane.metric("connections_turned_away_total"), 0);
    drop(silent);
    drop((early, late));
    plane.until_metric("connections", 0);

    // The keys of hosts open so many and no more, and each host is served by its newest.
    let hosts: Vec<Host> =
        fleet.hosts.iter().map(|(name, _)| Host::of(&plane, &fleet, name)).collect();
    let mut more: Vec<Vec<Connection>> = fleet
        .hosts
        .iter()
        .map(|(name, _)| (1..TRIED).map(|_| open(&plane, fleet.seed(name))).collect())
        .collect();
    plane.until_metric("connections", HOSTS * OF_A_HOST);
    for (host, connections) in hosts.iter().zip(&mut more) {
        assert!(asks(connections.last_mut().unwrap(), host));
    }
    assert!(plane.call("GET", "/v1/status", "").status.success());
    drop((hosts, more));
    plane.until_metric("connections", 0);
}

#[test]
fn where_it_may_open_few_files_some_are_left_to_people() {
    let plane = Plane::with_files(400);
    let _silent: Vec<_> = (0..300).map(|_| TcpStream::connect(&plane.address).unwrap()).collect();
    plane.until_metric("connections", 200);
    plane.until_metric("connections_turned_away_total", 100);
    assert!(
        plane.ask_page("GET / HTTP/1.0\r\nhost: localhost\r\n\r\n").starts_with("HTTP/1.0 200")
    );
}
