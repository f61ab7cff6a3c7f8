//! One control plane over a file, one over a server's database, and three over one: how many check-ins
//! each takes a second, and what a check-in costs each process, all on this machine.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Failure;
use crate::fleet::release;
use crate::host::{Host, Says, count, gather, middle};
use crate::plane::{Plane, processor};
use crate::server::Server;

/// How often check-ins are counted of each, in turns: a machine is quicker at one time than at another.
const TIMES: usize = 5;
/// How many of each host at a time: fewer than a host has at a stretch.
const SAME: u64 = 15;
const NEW: u64 = 8;
const LONGEST: Duration = Duration::from_secs(60);

/// Control planes over one database, and their hosts.
struct Set {
    planes: Vec<Plane>,
    hosts: Vec<Host>,
    on_a_server: bool,
    /// Of each time, for what is the same and for what is new.
    same: Vec<Seen>,
    new: Vec<Seen>,
}

/// Check-ins a second, and the seconds of a processor that one takes: of the control planes, of the
/// database's server, and of the hosts themselves.
#[derive(Clone, Copy)]
struct Seen {
    rate: f64,
    planes: f64,
    server: f64,
    hosts: f64,
}

impl Set {
    async fn begin(
        program: &str,
        hosts: usize,
        planes: usize,
        database: Option<String>,
    ) -> Result<Self, Failure> {
        let mut all = Vec::new();
        for _ in 0..planes {
            all.push(Plane::begin(program, hosts, database.as_deref()).await?);
        }
        all[0].bring(&release(hosts, 1)?).await?;
        // Each of the others hears of it.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let hosts = gather(&all, hosts).await?;
        let on_a_server = database.is_some();
        Ok(Self { planes: all, hosts, on_a_server, same: Vec::new(), new: Vec::new() })
    }

    async fn count(&mut self, says: Says, server: &Server) -> Result<(), Failure> {
        let taken = |planes: &[Plane]| {
            let planes: f64 = planes.iter().map(Plane::processor).sum();
            [planes, if self.on_a_server { of_server(server) } else { 0.0 }, processor("self")]
        };
        let before = taken(&self.planes);
        let most = if says == Says::New { NEW } else { SAME };
        let (answered, seconds) = count(&mut self.hosts, says, LONGEST, most).await?;
        let after = taken(&self.planes);
        let [planes, server, hosts] = [0, 1, 2].map(|it| (after[it] - before[it]) / answered);
        let seen = Seen { rate: answered / seconds, planes, server, hosts };
        if says == Says::New { &mut self.new } else { &mut self.same }.push(seen);
        Ok(())
    }
}

/// The processes of the database's server: one for each connection, which lasts as long as it does, and
/// some of its own.
fn of_server(server: &Server) -> f64 {
    let lock = fs::read_to_string(server.folder.join("data/postmaster.pid")).unwrap_or_default();
    let first = lock.lines().next().unwrap_or_default();
    let children = fs::read_to_string(format!("/proc/{first}/task/{first}/children"));
    let children = children.unwrap_or_default();
    children.split_whitespace().chain([first]).map(processor).sum()
}

fn usual(all: &[Seen]) -> Value {
    let of = |what: fn(&Seen) -> f64| middle(all.iter().map(what).collect());
    json!({
        "rate": of(|it| it.rate),
        "planes": of(|it| it.planes),
        "server": of(|it| it.server),
        "hosts": of(|it| it.hosts),
    })
}

pub async fn measure(program: &str, hosts: usize) -> Result<Value, Failure> {
    let server = Server::start();
    // As whoever keeps a fleet has it: what is told to a host outlives a power cut.
    server.with("-c fsync=on");
    let mut sets = [
        Set::begin(program, hosts, 1, None).await?,
        Set::begin(program, hosts, 1, Some(server.database())).await?,
        Set::begin(program, hosts, 3, Some(server.database())).await?,
    ];
    for _ in 0..TIMES {
        for says in [Says::Same, Says::New] {
            for set in &mut sets {
                set.count(says, &server).await?;
            }
        }
    }
    let told = |it: &Set| json!({ "same": usual(&it.same), "new": usual(&it.new) });
    let [file, one, three] = &sets;
    Ok(json!({ "file": told(file), "one": told(one), "three": told(three) }))
}
