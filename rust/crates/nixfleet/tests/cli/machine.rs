//! `keys`, `list` and `doctor`: the fleet and this machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::ended::Ended;
use crate::{Fleet, INVENTORY, text};

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
    // As a copy by hand makes it.
    let key = include_str!("../../../inventory/tests/keys/ed25519");
    fs::write(&file, key.trim_end()).unwrap();
    fleet.expect(&["keys", INVENTORY], 1, "its last line has no end: echo >>", "");
    fs::write(&file, key.replace('\n', "\r\n")).unwrap();
    fleet.expect(
        &["keys", INVENTORY],
        1,
        "its lines end as on Windows: perl -pi -e 's/\\r$//' ",
        "",
    );
}

#[test]
fn what_only_modules_say_of_keys_is_no_lack() {
    let fleet = Fleet::new("UTC");
    fleet.private_half();
    let key = crate::KEY.trim();
    let host = |modules: u32, keys: &str| {
        let inventory = format!(
            r##"{{ "apiVersion": 1, "isoSshKeys": ["# laptop", "{key}", ""], "hosts": {{ "web-01": {{
              "hostName": "web-01", "platform": "x86_64-linux", "class": "nixos", "modules": {modules},
              "hostSpec": {{ "sshAuthorizedKeys": [{keys}] }} }} }} }}
"##
        );
        fs::write(fleet.path().join("inventory.json"), inventory).unwrap();
    };
    host(1, "\"\", \"# nobody yet\"");
    fleet.expect(&["keys", INVENTORY, "-h", "web-01"], 0, "no keys but what its modules bring", "");
    fleet.expect(&["list", INVENTORY], 0, " ? ", "");
    fleet.expect(&["validate", INVENTORY], 0, "1 host, 1 warning", "");
    let output = fleet.run(&["test-vm", INVENTORY, "-h", "web-01"]);
    assert!(!text(&output.stderr).contains("host-key-mismatch"), "{}", text(&output.stderr));

    host(0, "\"\"");
    fleet.expect(&["keys", INVENTORY, "-h", "web-01"], 0, "  no keys\n", "");
    fleet.expect(&["list", INVENTORY], 0, " 0 ", "");
    fleet.expect(&["validate", INVENTORY], 1, "error[nobody-can-log-in]", "");

    host(0, &format!("\"# laptop\", \"{key}\", \"\""));
    fleet.expect(&["validate", INVENTORY], 0, "no faults", "");
}

#[test]
fn a_key_that_the_ssh_configuration_names_is_here() {
    let fleet = Fleet::new("UTC");
    fleet.private_half();
    fs::rename(fleet.path().join(".ssh/id_ed25519"), fleet.path().join("elsewhere")).unwrap();
    fleet.expect(&["keys", INVENTORY], 1, "no private half here", "");
    fs::write(fleet.path().join(".ssh/config"), "Include hosts/*\n").unwrap();
    fs::create_dir(fleet.path().join(".ssh/hosts")).unwrap();
    fs::write(fleet.path().join(".ssh/hosts/web"), "Host web\n IdentityFile ~/elsewhere\n")
        .unwrap();
    fleet.expect(&["keys", INVENTORY, "-h", "web-01"], 0, "/elsewhere\n", "");
    // The VM commands go on to what else they need.
    let output = fleet.run(&["test-vm", INVENTORY, "-h", "web-01"]);
    let err = text(&output.stderr);
    assert!(err.contains("qemu") && !err.contains("iso-key-not-local"), "{err}");
}

#[test]
fn a_file_that_is_named_and_is_no_private_key_is_told() {
    let fleet = Fleet::new("UTC");
    fs::write(fleet.path().join("k.pub"), crate::KEY).unwrap();
    fs::write(fleet.path().join("pem"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n").unwrap();
    fs::write(fleet.path().join("text"), "Host *\n").unwrap();
    for (file, why) in [
        ("none", "`none` is not used: No such file"),
        ("bin", "it is no file"),
        ("k.pub", "it is a public key; name the file beside it"),
        ("pem", "`ssh-keygen -y -f pem > pem.pub`"),
        ("text", "`text` is not used: it is no private key"),
    ] {
        fleet.expect(&["keys", INVENTORY, "--identity", file], 1, "no private half here", why);
    }
}

#[test]
fn list_has_a_line_a_host() {
    let fleet = Fleet::new("UTC");
    fleet.expect(&["list", INVENTORY], 0, "web-02  x86_64-linux  nixos", "");
    fleet.expect(&["list", INVENTORY, "--format", "json"], 0, "\"class\": \"nixos\"", "");
    fleet.expect(&["list", INVENTORY, "--format", "json"], 0, "\"disks\": null", "");
}

#[test]
fn list_shows_disks_where_nix_can_tell_them() {
    let fleet = Fleet::new("UTC");
    fleet.program(
        "nix",
        r#"case "$*" in
  *web-01*) echo '{ "main": { "device": "/dev/vda", "formats": ["vfat", "ext4"] } }' ;;
  *) echo 'error: no such module' >&2; exit 1 ;;
esac"#,
    );
    let list = ["list", INVENTORY, "--eval"];
    fleet.expect(
        &list,
        3,
        "ext4 on /dev/vda\nweb-02",
        "the disks of web-02 are not known: no such",
    );
    fleet.expect(
        &[&list[..], &["--format", "json"]].concat(),
        3,
        "\"device\": \"/dev/vda\"",
        "web-02",
    );
}

#[test]
fn doctor_tells_what_is_lacking() {
    let fleet = Fleet::new("UTC");
    fleet.expect(&["doctor"], 3, "lacking  nix: not on PATH", "");
    fleet.expect(&["doctor"], 3, "lacking  qemu-img: not on PATH", "");
    let output = fleet.run(&["doctor"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("https://nixos.org/download").count(), 1, "{text}");
    let target = ["doctor", "--target", "root@127.0.0.1"];
    Fleet::new("UTC").expect(&target, 3, "lacking  ssh: `ssh` does not start", "");
}

/// A Nix that ends as a script has it, and what is to be told of it.
#[test]
fn doctor_tells_a_nix_that_fails_dies_writes_something_else_or_hangs() {
    let good = r#"case "$*" in
  *--version*) echo 'nix (Nix) 2.26.3' ;;
  *config*) echo 'flakes nix-command' ;;
  *store*) ;;
  *) SCRIPT ;;
esac"#;
    let of_fleet = |script: &str| good.replace("SCRIPT", script);
    for (script, says, helps) in [
        (
            "exit 3".to_owned(),
            "nix: `nix --version` failed with status 3 and said nothing",
            "by hand",
        ),
        (
            "echo error: no libstdc++ >&2; exit 127".to_owned(),
            "nix: `nix --version` failed: no libstdc++",
            "by hand",
        ),
        (
            "kill -KILL $$".to_owned(),
            "nix: `nix --version` was ended by signal 9 (SIGKILL)",
            "memory",
        ),
        ("kill -SEGV $$".to_owned(), "signal 11 (SIGSEGV)", "another version of Nix"),
        (
            "echo Hello World 1.0".to_owned(),
            "says `Hello World 1.0`, which is no version of Nix",
            "/bin/nix` is something else",
        ),
        (":".to_owned(), "`nix --version` says nothing", "is something else"),
        (of_fleet("echo '<html>'"), "fleet: ", "may be something else"),
        (of_fleet("kill -KILL $$"), "fleet: `nix eval` was ended by signal 9 (SIGKILL)", "memory"),
        (of_fleet("exit 1"), "fleet: `nix eval` failed with status 1 and said nothing", "validate"),
        (
            good.replace(
                "*store*) ;;",
                "*store*) echo 'error: cannot connect to socket' >&2; exit 1 ;;",
            ),
            "nix store: cannot connect to socket",
            "systemctl start nix-daemon",
        ),
    ] {
        let fleet = Fleet::new("UTC");
        fleet.program("nix", &script);
        let output = fleet.run(&["doctor"]);
        let out = text(&output.stdout);
        assert_eq!(output.status.code(), Some(3), "{out}");
        let lacking = out.split("lacking  ").find(|it| it.contains(says));
        let lacking = lacking.unwrap_or_else(|| panic!("{script}: {out}"));
        assert!(lacking.contains(helps), "{helps}: {lacking}");
    }
}

#[test]
fn doctor_tells_of_a_folder_for_sockets_that_is_none() {
    let fleet = Fleet::new("UTC");
    fs::write(fleet.path().join("nixfleet"), "").unwrap();
    let told = "lacking  test-vm: could not make the folder `";
    fleet.expect(&["doctor", INVENTORY], 3, told, "");
}

#[test]
fn doctor_waits_for_no_nix_that_hangs() {
    let fleet = Fleet::new("UTC");
    assert!(fleet.link("sleep"));
    fleet.program("nix", "exec sleep 600");
    let out = "nix: `nix --version` took longer than 10 s, and was ended";
    fleet.expect(&["doctor"], 3, out, "");
}

/// Whoever ends the tool, and however, ends Nix with it.
#[test]
#[cfg(target_os = "linux")]
fn a_command_that_is_killed_leaves_no_nix() {
    use rustix::process::{Pid, Signal, kill_process};

    for signal in [Signal::TERM, Signal::HUP, Signal::KILL] {
        let fleet = Fleet::new("UTC");
        assert!(fleet.link("sleep") && fleet.link("setpriv"));
        fleet.program("nix", "echo $$ >pid; exec sleep 600");
        let mut tool = fleet.command(&["validate"]).spawn().unwrap();
        let pid = || fs::read_to_string(fleet.path().join("pid")).unwrap_or_default();
        let long = std::time::Duration::from_secs(60);
        assert!(nixfleet_nix::process::wait_until(long, || pid().ends_with('\n')));
        let nix = pid().trim().parse().unwrap();
        let tool_pid = i32::try_from(tool.id()).ok().and_then(Pid::from_raw).unwrap();
        kill_process(tool_pid, signal).unwrap();
        crate::ended::status_of(&mut tool);
        let is_gone = || crate::vm::is_gone(nix);
        assert!(nixfleet_nix::process::wait_until(long, is_gone), "{signal:?} leaves Nix");
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

#[test]
fn doctor_knows_what_the_apps_of_vms_bring() {
    let fleet = Fleet::new("UTC");
    let lacks = |brought: &str| {
        let mut command = fleet.command(&["doctor", INVENTORY, "--format", "json"]);
        let output = command.env("NIXFLEET_BROUGHT_ALONG", brought).output_of();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        let lacking = findings.into_iter().filter(|it| it["status"] == "lacking");
        lacking.map(|it| it["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let programs = ["nixos-anywhere", "qemu-img", "qemu-system-x86_64"];
    let without = lacks("");
    assert!(programs.iter().all(|it| without.iter().any(|name| name == it)), "{without:?}");
    let with = lacks("nixos-anywhere qemu");
    assert!(!programs.iter().any(|it| with.iter().any(|name| name == it)), "{with:?}");
}
