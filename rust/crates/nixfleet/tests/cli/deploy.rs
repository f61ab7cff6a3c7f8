//! `nixfleet deploy` and `nixfleet status` where nothing is reached: what is wrong on the command line,
//! and a release that cannot be taken. What they do with hosts is tried on guests, `checks/agent`.

use crate::{Fleet, INVENTORY};

/// An `ssh` that says this for the host.
fn ssh(fleet: &Fleet, script: &str) {
    // `ssh -G` tells the user that the configuration names; nobody here.
    fleet.program("ssh", &format!("[ \"$1\" = -G ] && exit 0\n{script}"));
    for program in ["sh", "tar", "cat"] {
        assert!(fleet.link(program));
    }
}

const UP: &str = "echo 'system /nix/store/a-new'; echo 'default /nix/store/a-new'; echo 'age 90'";

#[test]
fn a_host_a_tag_or_an_address_that_is_wrong_is_told_with_what_is_right() {
    let fleet = Fleet::new("UTC");
    for command in ["deploy", "status"] {
        let expect = |more: &[&str], error: &str| {
            fleet.expect(&[&[command, INVENTORY], more].concat(), 2, "", error);
        };
        expect(&["-h", "web-1"], "has no host `web-1`; did you mean `web-01`?");
        expect(&["--tag", "web"], "no host of the fleet has the tag `web`");
        expect(&["--address", "web-1=192.0.2.1"], "did you mean `web-01`?");
        expect(&["--address", "web-01"], "it is `HOST=ADDRESS`");
        expect(&["--address", "web-01=-oProxyCommand=x"], "[USER@]ADDRESS[:PORT]");
        expect(&["--all", "-h", "web-01"], "cannot be used with");
        expect(&["--jobs", "0"], "0 is not in 1..");
    }
    fleet.expect(&["deploy", INVENTORY, "--within", "soon"], 2, "", "--within");
}

#[test]
fn a_fleet_without_releases_deploys_none_and_shows_what_runs() {
    let fleet = Fleet::new("UTC");
    fleet.expect(&["deploy", INVENTORY], 3, "", "`ssh` is not on PATH");
    ssh(&fleet, UP);
    fleet.expect(&["deploy", INVENTORY], 1, "", "the fleet has no `release`");
    fleet.expect(&["status", INVENTORY], 0, "web-01  free   1 min  a-new", "");
}

#[test]
fn the_fleet_is_read_once() {
    let fleet = Fleet::new("UTC");
    ssh(&fleet, UP);
    fleet.program("nix", "echo read >>reads; cat inventory.json");
    let reads = || std::fs::read_to_string(fleet.path().join("reads")).unwrap().lines().count();
    fleet.expect(&["status"], 0, "web-01  free   1 min  a-new", "");
    assert_eq!(reads(), 1);
    fleet.expect(&["deploy"], 1, "", "the fleet has no `release`");
    assert_eq!(reads(), 2);
}

/// The keys of hosts that the fleet knows are there for as long as hosts are asked.
#[test]
fn ssh_finds_the_keys_of_the_fleet() {
    let fleet = Fleet::new("UTC");
    let look = "for it; do case $it in *KnownHostsFile=*) cat \"$(echo \"${it#*=}\" | tr -d '\"')\" || exit 255 ;; esac; done";
    ssh(
        &fleet,
        &format!("{look} | while read -r name rest; do echo \"system /nix/store/a-$name\"; done"),
    );
    assert!(fleet.link("tr"));
    let path = fleet.path().join("inventory.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
    let mut inventory: serde_json::Value = serde_json::from_str(&text).unwrap();
    inventory["hosts"]["web-01"]["hostKey"] = key.into();
    std::fs::write(&path, inventory.to_string()).unwrap();
    fleet.expect(&["status", INVENTORY, "-h", "web-01"], 0, "a-web-01", "");
}

#[test]
fn hosts_that_cannot_be_asked_are_told_each_with_its_reason() {
    let fleet = Fleet::new("UTC");
    ssh(
        &fleet,
        &format!(
            "case \"$*\" in *web-01*) {UP} ;; *) echo 'ssh: connect to host web-02 port 22: \
             Connection refused' >&2; exit 255 ;; esac"
        ),
    );
    let why = "it could not be reached: ssh: connect to host web-02 port 22: Connection refused";
    fleet.expect(&["status", INVENTORY], 3, why, "");
    fleet.expect(&["status", INVENTORY, "-h", "web-01"], 0, "a-new", "");
    let output = fleet.run(&["status", INVENTORY, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let hosts = &json["hosts"];
    assert_eq!((&hosts[0]["state"], &hosts[0]["since"]), (&"free".into(), &90.into()));
    assert_eq!((&hosts[1]["state"], &hosts[1]["runs"]), (&"offline".into(), &().into()));
    assert_eq!(hosts[1]["why"], why);
}

#[test]
fn a_host_that_says_what_it_should_not_is_shown_with_nothing_that_a_terminal_obeys() {
    let fleet = Fleet::new("UTC");
    ssh(
        &fleet,
        "printf 'system /nix/store/\\033[2Jx\\nage -1\\nreport {{{\\n'; cat /dev/zero | head -c 9000000",
    );
    assert!(fleet.link("head"));
    let output = fleet.run(&["status", INVENTORY, "-h", "web-01"]);
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{out}");
    assert!(!out.contains('\u{1b}') && out.contains("u{1b}[2Jx"), "{out}");
}
