//! From a file to a server by one command.

use std::process::{Command, Output};

use nixfleet_rollout::Phase;
use serde_json::json;

use crate::common::server::Server;
use crate::common::{Host, Plane};
use crate::doors::two_waves;

fn migrate(plane: &Plane, to: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nixfleet-control-plane"))
        .args(["migrate", "--from"])
        .arg(plane.folder.join("db.sqlite"))
        .args(["--to", to, "--socket"])
        .arg(plane.folder.join("socket"))
        .output()
        .unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn a_rollout_goes_on_where_it_was_and_to_move_twice_changes_nothing() {
    let (fleet, to) = (two_waves(), Server::shared().database());
    let mut plane = Plane::over(None);
    assert!(plane.bring(&fleet.release(1)).0);
    let mut canary = Host::of(&plane, &fleet, "web-01");
    canary.may_soon();
    canary.says(Phase::Committed, 1, "web-01");
    let [mut second, mut third] = ["web-02", "web-03"].map(|it| Host::of(&plane, &fleet, it));
    third.may();
    second.may_soon();
    let log = plane.get("/v1/log?limit=500");

    let told = migrate(&plane, &to);
    assert!(!told.status.success());
    assert!(words(&told).contains("stop it first"), "{}", words(&told));
    plane.kill();
    let told = migrate(&plane, "/var/lib/other.sqlite");
    assert!(words(&told).contains("write a server's address"), "{}", words(&told));
    let told = migrate(&plane, "postgresql:///nope?user=nobody&host=/nowhere");
    assert!(words(&told).contains("postgresql:///nope"), "{}", words(&told));

    let told = migrate(&plane, &to);
    assert!(told.status.success(), "{}", words(&told));
    assert!(words(&told).starts_with("moved release 1, 3 hosts and "), "{}", words(&told));

    // Once more, to where the configuration says.
    let with = |plane: &Plane, more: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_nixfleet-control-plane"))
            .arg("--config")
            .arg(plane.folder.join("control-plane.json"))
            .args(["migrate", "--from"])
            .arg(plane.folder.join("db.sqlite"))
            .arg("--socket")
            .arg(plane.folder.join("socket"))
            .args(more)
            .output()
            .unwrap()
    };
    let again = |plane: &Plane| with(plane, &[]);
    let told = again(&plane);
    assert!(words(&told).contains("the database to move to is the file"), "{}", words(&told));
    plane.database = to.clone();
    plane.again();
    assert!(words(&again(&plane)).contains("stop it first"));
    plane.kill();
    let told = again(&plane);
    assert!(told.status.success() && words(&told).contains("already"), "{}", words(&told));
    // The password of a service that is stopped is not where its configuration says.
    plane.configure(|it| it["databasePassword"] = json!("/run/credentials/nothing"));
    let told = again(&plane);
    assert!(!told.status.success() && words(&told).contains("`--password FILE`"), "{told:?}");
    let password = plane.folder.join("password");
    std::fs::write(&password, "it is secret").unwrap();
    let told = with(&plane, &["--password", password.to_str().unwrap()]);
    assert!(told.status.success() && words(&told).contains("already"), "{told:?}");
    plane.again();
    assert_eq!(plane.get("/v1/log?limit=500"), log);
    let mut hosts = ["web-01", "web-02", "web-03"].map(|it| Host::of(&plane, &fleet, it));
    hosts[0].said = canary.said.clone();
    let may: Vec<_> = hosts.iter_mut().map(Host::may).collect();
    assert_eq!(may, [Some(false), Some(true), Some(false)]);
    hosts[1].says(Phase::Committed, 1, "web-02");
    assert!(plane.bring(&fleet.release(2)).0);
    plane.kill();

    // A file that is behind is not put in its place.
    let told = migrate(&plane, &to);
    assert!(!told.status.success() && words(&told).contains("has release 2"), "{}", words(&told));
}

#[test]
fn what_was_interrupted_has_not_begun() {
    let (fleet, to) = (two_waves(), Server::shared().database());
    let mut plane = Plane::over(None);
    assert!(plane.bring(&fleet.release(1)).0);
    Host::of(&plane, &fleet, "web-01").may_soon();
    plane.kill();
    // The server takes all but the last rows.
    Server::at(&to, include_str!("../../src/store/postgres.sql"));
    Server::at(&to, "INSERT INTO nixfleet.version VALUES (1)");
    Server::at(
        &to,
        "ALTER TABLE nixfleet.event ADD CONSTRAINT event_release_check CHECK (release <> 1)",
    );
    let told = migrate(&plane, &to);
    assert!(!told.status.success(), "{}", words(&told));
    for table in ["release", "file", "host"] {
        assert_eq!(Server::at(&to, &format!("SELECT count(*) FROM nixfleet.{table}")), "0");
    }
    Server::at(&to, "ALTER TABLE nixfleet.event DROP CONSTRAINT event_release_check");
    assert!(migrate(&plane, &to).status.success());
    plane.database = to;
    plane.again();
    assert_eq!(plane.get("/v1/status")["release"]["sequence"], json!(1));
}
