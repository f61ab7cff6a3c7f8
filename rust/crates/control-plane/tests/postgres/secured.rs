//! A server elsewhere, which proves who it is by a certificate.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::common::Plane;
use crate::common::server::Server;
use crate::doors::two_waves;

#[test]
fn a_server_elsewhere_has_to_prove_who_it_is() {
    let server = Server::start();
    let mut plane = Plane::over(None);
    assert!(plane.bring(&two_waves().release(1)).0);
    plane.kill();
    server.sql("postgres", "CREATE DATABASE fleet");
    server.sql("postgres", "ALTER ROLE nixfleet PASSWORD 'it is secret'");
    server
        .file("data/pg_hba.conf", "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
    let (options, port) = ("-c listen_addresses=127.0.0.1", server.port);
    let at = |name: &str, more: &str| {
        format!("postgresql://nixfleet@{name}:{port}/fleet?hostaddr=127.0.0.1{more}")
    };
    let password = plane.folder.join("password");
    fs::write(&password, "it is secret\n").unwrap();
    let (file, socket) = (plane.folder.join("db.sqlite"), plane.folder.join("socket"));
    let migrate = |to: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_nixfleet-control-plane"))
            .arg("migrate")
            .args([&"--from".into(), &file, &"--password".into(), &password])
            .args([&"--socket".into(), &socket])
            .args(["--to", to])
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let refused = |to: &str, words: &str| {
        let (moved, told) = migrate(to);
        assert!(!moved && told.contains(words) && told.lines().count() == 1, "{to}: {told}");
        assert!(!told.contains("secret"), "{told}");
    };

    server.with(options);
    refused(&at("db.example.org", ""), "or write `sslmode=disable`");

    let (ours, other) = (certificate(), certificate());
    server.file("data/server.crt", &ours.cert.pem());
    server.file("data/server.key", &ours.signing_key.serialize_pem());
    server.with(&format!("{options} -c ssl=on"));
    let (good, foreign, renewed, empty) = ("good.pem", "foreign.pem", "renewed.pem", "empty.pem");
    for (name, text) in [
        (good, ours.cert.pem()),
        (foreign, foreigner()),
        (renewed, other.cert.pem()),
        (empty, String::new()),
    ] {
        fs::write(plane.folder.join(name), text).unwrap();
    }
    let roots = |name: &str| format!("&sslrootcert={}", plane.folder.join(name).display());
    refused(&at("db.example.org", &roots(foreign)), "as `sslrootcert=/PATH`");
    refused(&at("db.example.org", &roots(renewed)), "as `sslrootcert=/PATH`");
    refused(&at("db.example.org", &roots(empty)), "there are none in it");
    refused(&at("db.example.org", &roots("nowhere.pem")), "No such file");
    refused(&at("other.example.org", &roots(good)), "not valid for name");
    fs::write(&password, "it was secret").unwrap();
    refused(&at("db.example.org", &roots(good)), "password authentication failed");
    fs::write(&password, "it is secret\n").unwrap();
    assert_eq!(migrate(&at("db.example.org", &roots(good))), (true, String::new()));

    // And so it runs.
    plane.database = at("db.example.org", &format!("{}&sslmode=verify-full", roots(good)));
    plane.password = Some(password.clone());
    plane.again();
    assert_eq!(plane.get("/v1/status")["release"]["sequence"], json!(1));
    assert!(plane.command(&json!({ "command": "pause" })).0);
    // The one that hears of what others wrote connects by itself, after the first.
    let lines = |what: &str| {
        let sql = format!(
            "SELECT {what} FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
            WHERE application_name = 'nixfleet-control-plane'"
        );
        server.sql("postgres", &sql)
    };
    let until = Instant::now() + Duration::from_secs(20);
    while lines("count(*) > 1") != "t" {
        assert!(Instant::now() < until, "{} connections", lines("count(*)"));
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(lines("bool_and(ssl)"), "t");
}

fn certificate() -> rcgen::CertifiedKey<rcgen::KeyPair> {
    rcgen::generate_simple_self_signed(["db.example.org".to_owned()]).unwrap()
}

/// Of an authority that has nothing to do with it.
fn foreigner() -> String {
    let mut params = rcgen::CertificateParams::new(vec!["foreign".to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "foreign");
    params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem()
}
