//! `keys` and `list`: the fleet and this machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;

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
