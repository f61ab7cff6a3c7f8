//! The tool as users and scripts meet it: exit statuses, and what goes where.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;

const KEY: &str = include_str!("../../inventory/tests/keys/ed25519.pub");

/// A folder with an inventory of two hosts, and nothing else on PATH but what a test puts there.
struct Fleet(TempDir);

impl Fleet {
    fn new(time_zone: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = KEY.trim();
        let host = |name: &str| {
            format!(
                r#""{name}": {{ "hostName": "{name}", "platform": "x86_64-linux", "class": "nixos",
                  "hostSpec": {{ "timeZone": "{time_zone}", "sshAuthorizedKeys": ["{key}"] }} }}"#
            )
        };
        let (one, two) = (host("web-01"), host("web-02"));
        let inventory = format!(
            r#"{{ "apiVersion": 1, "isoSshKeys": ["{key}"], "hosts": {{ {one}, {two} }} }}
"#
        );
        fs::write(folder.path().join("inventory.json"), inventory).unwrap();
        fs::write(folder.path().join("flake.nix"), "{ outputs = _: { }; }\n").unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts a program on PATH.
    fn program(&self, name: &str, script: &str) {
        let path = self.path().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        cargo_bin_cmd!("nixfleet")
            .current_dir(self.path())
            .args(arguments)
            .env("PATH", self.path().join("bin"))
            .env("HOME", self.path())
            .env_remove("SSH_AUTH_SOCK")
            .output()
            .unwrap()
    }

    fn expect(&self, arguments: &[&str], status: i32, stdout: &str, stderr: &str) {
        let output = self.run(arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{out}{err}");
        assert!(out.contains(stdout), "{out}");
        assert!(err.contains(stderr), "{err}");
        assert!(!stdout.is_empty() || out.is_empty(), "{out}");
        assert!(!stderr.is_empty() || err.is_empty(), "{err}");
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const INVENTORY: &str = "--inventory=inventory.json";

#[test]
fn a_fleet_without_faults_is_status_0() {
    Fleet::new("UTC").expect(&["validate", INVENTORY], 0, "2 hosts, no faults\n", "");
}

#[test]
fn faults_are_status_1_and_go_to_standard_output() {
    let fleet = Fleet::new("Mars/Olympus");
    fleet.expect(&["validate", INVENTORY], 1, "error[time-zone-unknown]", "");
    fleet.expect(&["validate", INVENTORY, "-h", "web-02"], 1, "1 host, 1 error", "");
}

#[test]
fn a_wrong_command_line_is_status_2() {
    Fleet::new("UTC").expect(&["valdate"], 2, "", "a similar subcommand exists: 'validate'");
}

#[test]
fn an_unknown_host_is_status_2_and_the_nearest_is_proposed() {
    let message = "the fleet has no host `web-1`; did you mean `web-01`?";
    Fleet::new("UTC").expect(&["validate", INVENTORY, "-h", "web-1"], 2, "", message);
}

#[test]
fn a_missing_nix_is_status_3() {
    Fleet::new("UTC").expect(&["validate"], 3, "", "`nix` is not on PATH");
}

#[test]
fn a_missing_flake_is_status_3() {
    Fleet::new("UTC").expect(
        &["list", "--flake", "/nowhere"],
        3,
        "",
        "no `flake.nix` in `/nowhere`",
    );
}

#[test]
fn a_failure_of_nix_is_cut_to_its_cause() {
    let fleet = Fleet::new("UTC");
    fleet.program(
        "nix",
        "echo 'error:\n       … while calling x\n         at /a.nix:1:2:\n\n       error: \
         undefined variable \u{27}foo\u{27}' >&2; exit 1"
            .replace("'foo'", "foo")
            .as_str(),
    );
    fleet.expect(&["validate"], 3, "", "error: undefined variable foo\n");
    fleet.expect(&["validate", "--show-trace"], 3, "", "while calling x");
}

#[test]
fn help_is_long_only_since_h_is_the_host() {
    let fleet = Fleet::new("UTC");
    fleet.expect(&["validate", "-h"], 2, "", "a value is required for '--host <HOST>'");
    fleet.expect(&["validate", "--help"], 0, "Usage: nixfleet validate", "");
}

#[test]
fn colours_are_for_terminals() {
    let output = Fleet::new("Mars/Olympus").run(&["validate", INVENTORY]);
    assert!(!text(&output.stdout).contains('\u{1b}'));
}

#[test]
fn a_hostile_inventory_cannot_reach_the_terminal() {
    let fleet = Fleet::new("\\u001b]0;owned\\u0007\\u202e");
    for format in ["human", "json", "github"] {
        let output = fleet.run(&["validate", INVENTORY, "--format", format]);
        let out = text(&output.stdout);
        assert!(!out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{out:?}");
    }
}

#[test]
fn a_newer_inventory_says_to_update() {
    let fleet = Fleet::new("UTC");
    fs::write(fleet.path().join("inventory.json"), r#"{ "apiVersion": 2 }"#).unwrap();
    fleet.expect(&["validate", INVENTORY], 3, "", "has apiVersion 2, and this `nixfleet` reads 1");
}

#[test]
fn keys_tells_whether_one_gets_in_from_here() {
    let fleet = Fleet::new("UTC");
    fleet.expect(&["keys", INVENTORY], 1, "no private half here", "");
    let ssh = fleet.path().join(".ssh");
    fs::create_dir(&ssh).unwrap();
    let file = ssh.join("id_ed25519");
    fs::write(&file, include_str!("../../inventory/tests/keys/ed25519")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    fleet.expect(&["keys", INVENTORY], 1, "chmod 600", "");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    fleet.expect(&["keys", INVENTORY, "-h", "web-01"], 0, "id_ed25519\n", "");
}

#[test]
fn list_has_a_line_a_host() {
    let fleet = Fleet::new("UTC");
    fleet.expect(&["list", INVENTORY], 0, "web-02  x86_64-linux", "");
    fleet.expect(&["list", INVENTORY, "--format", "json"], 0, "\"class\": \"nixos\"", "");
}

#[test]
fn doctor_tells_what_is_lacking() {
    Fleet::new("UTC").expect(&["doctor"], 3, "lacking  nix: not on PATH", "");
    let closed = ["doctor", "--target", "root@127.0.0.1", "--port", "1"];
    Fleet::new("UTC").expect(&closed, 3, "lacking  SSH server", "");
}

#[test]
fn an_evaluation_adds_its_faults_and_takes_back_what_it_refutes() {
    let fleet = Fleet::new("UTC");
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    let inventory = inventory.replace("\"timeZone\"", "\"rack\"");
    fs::write(fleet.path().join("inventory.json"), inventory).unwrap();
    fleet.expect(&["validate", INVENTORY], 0, "2 hosts, 2 warnings", "");
    fleet.program(
        "nix",
        r#"case "$*" in
  *web-01*) echo '{ "failed": ["no boot loader"], "hostSpec": ["rack"],
    "disks": { "main": "/dev/sda" }, "persistRoot": "/persist", "fileSystems": ["/"] }' ;;
  *) echo "error: attribute 'x' missing" >&2; exit 1 ;;
esac"#,
    );
    let output = fleet.run(&["validate", INVENTORY, "--eval", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes: Vec<(&str, &str)> = report["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["host"].as_str().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        codes,
        [
            ("web-01", "assertion-failed"),
            ("web-01", "disk-name-unstable"),
            ("web-01", "impermanence-without-persist"),
            ("web-02", "evaluation-failed"),
            ("web-02", "field-unknown"),
        ]
    );
}

/// git and Nix as they are, but for Nix's words, which differ from version to version.
#[test]
fn a_file_that_git_does_not_track_is_named_with_the_command() {
    let fleet = Fleet::new("UTC");
    let real = std::env::var_os("PATH").unwrap();
    let git = std::env::split_paths(&real).map(|it| it.join("git")).find(|it| it.exists());
    std::os::unix::fs::symlink(git.unwrap(), fleet.path().join("bin/git")).unwrap();
    let run = |arguments: &[&str]| {
        assert!(
            Command::new("git")
                .args(arguments)
                .current_dir(fleet.path())
                .status()
                .unwrap()
                .success()
        );
    };
    run(&["init", "--quiet"]);
    fs::write(fleet.path().join("flake.nix"), "{\n  outputs = _: import ./new.nix;\n}\n").unwrap();
    fs::write(fleet.path().join("new.nix"), "{ }\n").unwrap();
    run(&["add", "flake.nix"]);
    // There is no `cat` on this PATH.
    fleet.program("nix", "while read -r line; do echo \"$line\"; done <inventory.json");
    fleet.expect(&["validate"], 0, "warning[file-untracked]", "");
    let old = "error: path \\'/nix/store/x-source/new.nix\\' does not exist";
    let new = "error: Path \\'new.nix\\' in the repository \"/r\" is not tracked by Git.";
    for words in [old, new] {
        let words = words.replace("\\'", "'\\''");
        fleet.program("nix", &format!("echo '{words}' >&2; exit 1"));
        fleet.expect(&["validate"], 1, "help: run `git add new.nix`", "");
    }
}

#[test]
fn doctor_looks_at_a_target() {
    let fleet = Fleet::new("UTC");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::io::Write::write_all(&mut stream.unwrap(), b"SSH-2.0-Test\r\n").unwrap();
        }
    });
    let target = ["doctor", "--target", "root@127.0.0.1", "--port", &port];
    fleet.program("ssh", "echo 'root@127.0.0.1: Permission denied (publickey).' >&2; exit 255");
    fleet.expect(
        &target,
        3,
        "lacking  login: root does not get in: root@127.0.0.1: Permission denied",
        "",
    );
    fleet.program(
        "ssh",
        "echo 'debug1: Server accepts key: /k ED25519 SHA256:x' >&2
         echo 'system Tiny'; echo 'variant installer'; echo 'kernel Linux'; echo 'arch aarch64'
         echo 'user 0'; echo 'disk /dev/vda 9'",
    );
    fleet.expect(&target, 0, "root gets in with /k ED25519 SHA256:x", "");
    let meant = [&target[..], &[INVENTORY, "-h", "web-01"]].concat();
    fleet.expect(&meant, 3, "lacking  architecture: aarch64, and the host is for x86_64-linux", "");
}

#[test]
fn positions_that_an_inventory_leaves_out_are_asked_for() {
    let fleet = Fleet::new("Mars/Olympus");
    fleet.program(
        "nix",
        r#"case "$*" in
  *nixosConfigurations*find*web-01*hostSpec.timeZone*)
    echo '[ { "file": "/x/flake.nix", "line": 7, "column": 5 }, null ]' ;;
  *) while read -r line; do echo "$line"; done <inventory.json ;;
esac"#,
    );
    fleet.expect(&["validate"], 1, "--> /x/flake.nix:7:5", "");
}

#[test]
fn a_long_text_is_cut() {
    let fleet = Fleet::new(&"x".repeat(10 << 20));
    let output = fleet.run(&["validate", INVENTORY]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.len() < 2000, "{}", output.stdout.len());
}

#[test]
fn an_inventory_shows_no_file_but_the_fleets_own() {
    let fleet = Fleet::new("Mars/Olympus");
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    for file in ["/etc/passwd", "/nix/store/../../etc/passwd", "/proc/self/environ"] {
        let position = format!(
            r#"{{ "positions": {{ "": {{ "file": "{file}", "line": 1, "column": 1 }} }}, "hostName""#
        );
        let hostile = inventory.replace(r#"{ "hostName""#, &position);
        fs::write(fleet.path().join("inventory.json"), hostile).unwrap();
        let output = fleet.run(&["validate", INVENTORY]);
        assert!(text(&output.stdout).contains("passwd:1:1") || file.contains("environ"));
        assert!(!text(&output.stdout).contains("1 |"), "{}", text(&output.stdout));
    }
}
