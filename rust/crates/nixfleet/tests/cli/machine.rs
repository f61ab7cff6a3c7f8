//! `keys`, `list` and `doctor`: the fleet and this machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::{Fleet, INVENTORY};

#[test]
fn keys_tells_whether_one_gets_in_from_here() {
    let fleet = Fleet::new("UTC");
    fleet.expect(&["keys", INVENTORY], 1, "no private half here", "");
    let ssh = fleet.path().join(".ssh");
    fs::create_dir(&ssh).unwrap();
    let file = ssh.join("id_ed25519");
    fs::write(&file, include_str!("../../../inventory/tests/keys/ed25519")).unwrap();
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
