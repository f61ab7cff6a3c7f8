//! `doctor --target`: a machine that is to be installed, behind a played `ssh`.

use std::fs;

use crate::ended::Ended;
use crate::{Fleet, INVENTORY, text};

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
    let target = ["doctor", "--target", "web"];
    let ssh = |words: &str| {
        let route = format!("user root\nhostname 127.0.0.1\nport {port}");
        fleet.program("ssh", &fake_ssh(&route, words));
    };
    ssh("echo 'root@127.0.0.1: Permission denied (publickey).' >> $log; exit 255");
    fleet.expect(&target, 3, "lacking  login: root does not get in", "");
    let machine = "echo 'debug1: Server accepts key: /k ED25519 SHA256:x' >> $log
         echo 'Authenticated to 127.0.0.1' >> $log
         echo 'system Tiny'; echo 'variant installer'; echo 'kernel Linux'; echo 'arch aarch64'
         echo 'user 0'; echo 'boot uefi'; echo 'disk /dev/vda 41943040'";
    ssh(machine);
    fleet.expect(&target, 3, "lacking  system: it runs no script: it says `system Tiny`", "");
    ssh(&format!("{machine}; echo end"));
    fleet.expect(&target, 0, "root gets in with /k (ED25519 SHA256:x)", "");
    fleet.expect(&target, 0, "disks: /dev/vda (20 GiB)", "");
    let meant = [&target[..], &[INVENTORY, "-h", "web-01"]].concat();
    fleet.expect(&meant, 3, "lacking  architecture: aarch64, and the host is for x86_64-linux", "");
    fleet.expect(
        &meant,
        3,
        "lacking  after the install: none of the `sshAuthorizedKeys` of web-01",
        "",
    );
    // What its modules bring is not known.
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    let of_modules = r#"{ "apiVersion": 1, "isoSshKeys": [], "hosts": { "web-01": { "hostName": "web-01",
        "platform": "aarch64-linux", "class": "nixos", "modules": 1, "hostSpec": {} } } }"#;
    fs::write(fleet.path().join("inventory.json"), of_modules).unwrap();
    fleet.expect(
        &meant,
        3,
        "fine     after the install: the keys of web-01 stand in its modules",
        "",
    );
    fs::write(fleet.path().join("inventory.json"), inventory).unwrap();
    // The right machine, and the key is here.
    ssh(&format!("{}; echo end", machine.replace("aarch64", "x86_64")));
    fleet.program("nix", r#"echo '{ "disks": ["/dev/vda"], "firmware": "uefi" }'"#);
    fleet.private_half();
    let key = ".ssh/id_ed25519";
    let meant = [&meant[..], &["--identity", key, "--port", &port]].concat();
    let install = format!("`nixos-anywhere --flake '.#web-01' -i {key} -p {port} web`");
    fleet.expect(&meant, 0, &install, "");
    // Its installation would fail as its evaluation does.
    fleet.program("nix", "echo 'error: no such module' >&2; exit 1");
    fleet.expect(&meant, 3, "lacking  disks: the host's disks are not known: no such module", "");
    assert!(!text(&fleet.run(&meant).stdout).contains("nixos-anywhere"));
}

#[test]
fn doctor_does_not_take_a_jump_host_for_the_target() {
    let fleet = Fleet::new("UTC");
    let target = ["doctor", "--target", "web"];
    let gate = "echo 'debug1: Server host key: ssh-ed25519 SHA256:gate' >&2
         echo 'debug1: Server accepts key: /gate ED25519 SHA256:g' >&2
         echo 'Authenticated to gate' >&2";
    let ssh = |words: &str| {
        let route = "user root\nhostname 10.0.0.1\nport 22\nproxyjump gate";
        fleet.program("ssh", &fake_ssh(route, &format!("{gate}\n{words}")));
    };
    ssh("echo 'debug1: Server host key: ssh-ed25519 SHA256:web' >> $log
         echo 'debug1: Offering public key: /k ED25519 SHA256:x' >> $log
         echo 'root@10.0.0.1: Permission denied (publickey).' >> $log; exit 255");
    fleet.expect(&target, 3, "host key: ssh-ed25519 SHA256:web, not known here yet", "");
    fleet.expect(&target, 3, "root does not get in with /k (ED25519 SHA256:x)", "");
    // The target is never reached.
    ssh("echo 'channel 0: open failed: connect failed: No route to host' >&2
         echo 'Connection closed by UNKNOWN port 65535' >> $log; exit 255");
    fleet.expect(&target, 3, "lacking  login: channel 0: open failed: connect failed", "");
}

#[test]
fn doctor_tells_of_a_temporary_folder_that_cannot_be_written() {
    let fleet = Fleet::new("UTC");
    fleet.program("ssh", &fake_ssh("user root\nhostname 10.0.0.1\nproxyjump gate", ""));
    let mut doctor = fleet.command(&["doctor", "--target", "web"]);
    let output = doctor.env("TMPDIR", fleet.path().join("none")).output_of();
    let told = text(&output.stdout);
    assert!(told.contains("→ `TMPDIR` has to be a folder that can be written"), "{told}");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn doctor_gives_no_command_that_installs_a_mac() {
    let fleet = Fleet::new("UTC");
    let file = fleet.path().join("inventory.json");
    let inventory = fs::read_to_string(&file).unwrap();
    let inventory =
        inventory.replacen("x86_64-linux", "aarch64-darwin", 1).replacen("nixos", "darwin", 1);
    fs::write(&file, inventory).unwrap();
    fleet.program("ssh", &fake_ssh("user root\nhostname 10.0.0.1\nproxyjump gate", ""));
    let doctor = ["doctor", "--target", "mac", INVENTORY, "-h", "web-01"];
    fleet.expect(&doctor, 3, "lacking  install: `web-01` is a Mac", "");
}

/// An `ssh` of this configuration, which then does this; its log is `$log`.
fn fake_ssh(route: &str, words: &str) -> String {
    format!(
        "[ $1 = -G ] && echo '{route}' && exit
         while [ $# -gt 0 ]; do [ \"$1\" = -E ] && log=$2; shift; done
         {words}"
    )
}
