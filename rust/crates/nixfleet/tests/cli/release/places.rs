//! Where systems and releases go: stores of every kind, SSH, S3 and a web server.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Fleet;

/// A store over SSH takes systems that nobody signed from whom it trusts; whoever it does not trust is
/// told what to do, and a store that is none before anything is built.
#[test]
#[ignore = "needs nix"]
fn systems_are_pushed_to_stores_of_every_kind() {
    let fleet = Fleet::new(&["ann"], 1);
    // `ssh … -- HOST COMMAND`, and another store on this machine.
    let daemon = |options: &str| {
        format!(
            r#"while [ "$1" != nix-daemon ]; do [ $# -gt 0 ] || exit 0; shift; done
            shift; exec nix-daemon {options} --store 'local?root={}' "$@""#,
            fleet.path("other").display()
        )
    };
    fleet.fake("ssh", &daemon(""));
    let push = |store: &'static str| ["--key", "ann", "--option", "cores", "1", "--push", store];
    fleet.expect(&push("ssh-ng://host"), 0, &["release 1"]);
    let system = fleet.json(&["show"])["hosts"][0]["system"].as_str().unwrap().to_owned();
    assert!(fleet.path("other").join(&system[1..]).exists());
    fleet.write(&["ann"], 1, "1.1");
    let untrusted = "--extra-experimental-features daemon-trust-override --force-untrusted";
    fleet.fake("ssh", &daemon(untrusted));
    let told = ["the systems can't be pushed to `ssh-ng://host`", "signature", "`trusted-users`"];
    fleet.expect(&push("ssh-ng://host"), 3, &told);

    fleet.edit("fleet/flake.nix", "echo ${name}", "exit 1; ${name}");
    let none = fleet.expect(
        &[&push("gopher://host")[..], &["--allow-dirty"]].concat(),
        3,
        &["the systems can't be pushed to `gopher://host`", "write a store of Nix's"],
    );
    assert!(!none.contains("can't be built"), "{none}");
    // Debian's Nix has no S3, nor that of the checks. One that has would ask for the bucket.
    let bucket = "s3://bucket?region=eu&scheme=http&endpoint=127.0.0.1:1";
    let ping = ["--extra-experimental-features", "nix-command", "store", "ping", "--store", bucket];
    let probed = Command::new("nix").args(ping).output().unwrap();
    if String::from_utf8_lossy(&probed.stderr).contains("don't know how to open") {
        let told = ["this Nix was built without S3", "take the one of", "`aws s3 sync`"];
        let none = fleet.expect(&[&push(bucket)[..], &["--allow-dirty"]].concat(), 3, &told);
        assert!(!none.contains("can't be built"), "{none}");
    }
    fleet.expect(&push(""), 2, &["a value is required for '--push <STORE>'"]);
}

#[test]
#[ignore = "needs nix"]
fn a_release_goes_over_ssh_to_s3_and_comes_back_from_a_web_server() {
    let fleet = Fleet::new(&["ann"], 1);
    // `ssh … -- HOST COMMAND`, and a bucket that is a folder.
    fleet.fake(
        "ssh",
        r#"echo x >> connections; while [ "$1" != -- ]; do shift; done; exec sh -c "$3""#,
    );
    let ssh = format!("ssh://me@host:22{}", fleet.path("remote folder").display());
    fleet.expect(&["--key", "ann", "--to", &ssh], 0, &["published at ssh://me@host:22/"]);
    // To ask what is there, when it is made and when it is published, and to put it there.
    assert_eq!(fs::read_to_string(fleet.path("connections")).unwrap().lines().count(), 3);
    fleet.expect(&["verify", &ssh], 0, &["release 1 is good", "3 hosts are as signed"]);
    fleet.fake("ssh", "echo 'ssh: connect to host host port 22: refused' >&2; exit 255");
    fleet.expect(
        &["verify", &ssh],
        3,
        &["`ssh` failed: ssh: connect to host host port 22: refused"],
    );

    fleet.fake("aws", &BUCKET.replace("FOLDER", fleet.path("s3").to_str().unwrap()));
    let s3 = "s3://bucket/a?region=eu&endpoint=localhost:1&scheme=http";
    fleet.expect(&["publish", "--to", s3], 0, &["published at s3://bucket/a"]);
    assert!(fleet.path("s3/bucket/a/releases/1/hosts/db-01.json").exists());
    fleet.expect(&["verify", s3], 0, &["release 1 is good"]);
    fleet.expect(&["verify", "s3://bucket/b"], 3, &["there is no release at `s3://bucket/b`"]);
    // Somebody claimed the next number, and has not come to its head.
    fs::write(fleet.path("s3/bucket/a/releases/.2.head"), "another's").unwrap();
    let told = "`s3://bucket/a` has another release 2, and this is release 2";
    fleet.expect(&["--key", "ann", "--to", s3], 1, &[told]);
    fleet.expect(&["verify", s3], 0, &["release 1 is good"]);

    let url = serve(fleet.path("s3/bucket/a"));
    fleet.expect(
        &["verify", &url, "-h", "web-01"],
        0,
        &["release 1 is good", "web-01: /nix/store/"],
    );
    fleet.expect(&["show", &format!("{url}/nowhere")], 3, &["there is no release at"]);
    fs::write(fleet.path("s3/bucket/a/release.json"), vec![b' '; 5 << 20]).unwrap();
    fleet.expect(&["verify", &url], 3, &["`curl … http://127.0.0.1", "failed"]);
}

#[test]
#[ignore = "needs nix"]
fn a_control_plane_is_brought_all_files_and_what_it_warns_of_or_refuses_is_told() {
    let fleet = Fleet::new(&["ann"], 1);
    fleet.fake("ssh", r#"while [ "$1" != -- ]; do shift; done; shift 2; exec "$@""#);
    let answers = |to_one: &str| {
        let there = fleet.path("there");
        let there = there.display();
        format!(
            "[ \"$1 $3\" = 'call /v1/release' ] || exit 9
            if [ $2 = GET ]; then cat '{there}' 2>/dev/null || echo '{{}}'; exit; fi
            {to_one}"
        )
        .replace("THERE", &there.to_string())
    };
    let warns = r#"cat >'THERE'; echo '{"sequence": 1, "warnings": ["wave `canary` needs 7 \u001b[2J"],
            "withoutKey": ["web-01", "db-01"], "withoutKeyMore": 3}'"#;
    fleet.fake("nixfleet-control-plane", &answers(warns));
    let plane = "control-plane://ops@cp";
    let warning = format!("{plane} warns: wave `canary` needs 7 \\u{{1b}}[2J");
    let published = format!("published at {plane}");
    let keyless = "no key in the release, so they cannot ask: web-01, db-01 and 3 more";
    fleet.expect(&["--key", "ann", "--to", plane], 0, &[&published, &warning, keyless]);
    fleet.expect(&["verify", plane], 0, &["release 1 is good", "3 hosts are as signed"]);

    fs::remove_file(fleet.path("there")).unwrap();
    let refuses = r#"cat >/dev/null; echo '{"error": "two different releases 1"}'; exit 1"#;
    fleet.fake("nixfleet-control-plane", &answers(refuses));
    let told = fleet.expect(&["publish", "--to", plane], 3, &["two different releases 1"]);
    assert!(!told.contains("published"), "{told}");
}

/// What others have sent us instead of a release, and addresses that are none.
#[test]
#[ignore = "needs nix"]
fn what_is_no_release_and_no_place_is_told_with_the_place() {
    let fleet = Fleet::new(&["ann"], 1);
    fs::create_dir(fleet.path("site")).unwrap();
    let url = serve(fleet.path("site"));
    fs::write(fleet.path("site/release.json"), "<html>").unwrap();
    fs::write(fleet.path("site/release.json.sig"), "<html>").unwrap();
    fleet.expect(&["verify", &url], 1, &[&format!("`{url}`: `release.json` can't be read")]);
    // Without end, and without a word of its size.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endless = format!("http://me:secret@{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            while stream.write_all(&[b' '; 4096]).is_ok() {}
        }
    });
    let told = fleet.expect(&["verify", &endless], 3, &["it sends more than a release may have"]);
    assert!(told.contains("http://me@127") && !told.contains("secret"), "{told}");
    // A pipe is not waited for.
    fs::create_dir(fleet.path("pipe")).unwrap();
    fleet.program("mkfifo", &["pipe/release.json"]);
    fleet.expect(&["verify", "pipe"], 3, &["`pipe/release.json` can't be read: it is no file"]);
    for wrong in [
        "http://",
        "https:///x",
        "https://host/x?token=y",
        "https://host/a b",
        "host:/srv/releases",
        "me@host:releases",
        "ssh:host/x",
        "ssh://::1/x",
        "ssh://host:0/x",
        "ssh://host/~bob/x",
    ] {
        for arguments in [["verify", wrong], ["--after", wrong]] {
            fleet.expect(&arguments, 2, &["is no place for a release: "]);
        }
    }
    assert!(!fleet.path("host:").exists());
}

const BUCKET: &str = r#"
while [ "${1%api}" != s3 ]; do case $1 in --region=eu|--endpoint-url=http://localhost:1) shift;; *) exit 9;; esac; done
at() { case $1 in s3://*) echo "FOLDER/${1#s3://}";; *) echo "$1";; esac; }
case $2 in
  put-object) while [ "$1" != --key ]; do shift; done
    to=FOLDER/bucket/$2; mkdir -p "$(dirname "$to")"
    ln "$4" "$to" || { echo "An error occurred (PreconditionFailed) when calling it" >&2; exit 254; };;
  ls) [ -e "$(at "$3")" ] || exit 1;;
  cp) shift 3; if [ "$1" = --recursive ]; then shift; r=-r; fi
    from=$(at "$1") to=$(at "$2")
    mkdir -p "$(dirname "$to")"
    if [ "$r" ]; then mkdir -p "$to"; cp -r "$from/." "$to"; else cp "$from" "$to"; fi;;
esac
"#;

/// A web server of a folder, as long as the test runs.
pub fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
            let answer = answer(&folder, &path);
            let _ = stream.write_all(&answer);
        }
    });
    url
}

fn answer(folder: &Path, path: &str) -> Vec<u8> {
    let Ok(body) = fs::read(folder.join(path.trim_start_matches('/'))) else {
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            .to_vec();
    };
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.into_bytes(), body].concat()
}
