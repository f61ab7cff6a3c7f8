//! Who signs, and what is taken: by key files and an agent, both ways with `ssh-keygen`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use super::{Fleet, ssh_agent};
use crate::ended::{Ended, status_of};

#[test]
#[ignore = "needs nix"]
fn what_we_sign_the_auditors_program_verifies_and_the_other_way_round() {
    let fleet = Fleet::new(&["ann", "bob"], 2);
    fleet.expect(
        &["--key", "ann", "--to", "place"],
        1,
        &["release 1 is not published", "it takes 2 of 2 different keys, and ann", "release sign"],
    );
    let folder = fleet.path("home/.local/share/nixfleet/releases/demo/1");
    let head = folder.join("release.json");
    let allowed = format!("x {}", fs::read_to_string(fleet.path("ann.pub")).unwrap());
    fs::write(fleet.path("allowed"), allowed).unwrap();
    let verify =
        "ssh-keygen -Y verify -f allowed -I x -n nixfleet-release@1 -s \"$0.sig\" < \"$0\"";
    fleet.program("sh", &["-c", verify, head.to_str().unwrap()]);
    // Bob has never heard of this tool.
    fs::remove_file(folder.join("release.json.sig")).unwrap();
    fleet.program(
        "ssh-keygen",
        &["-q", "-Y", "sign", "-n", "nixfleet-release@1", "-f", "bob", head.to_str().unwrap()],
    );
    // `ssh-keygen` writes a file of its own; one below the other they are both taken.
    let bob = fs::read(folder.join("release.json.sig")).unwrap();
    fleet.expect(&["sign", "--key", "ann"], 0, &["signed by bob", "ann (SHA256:"]);
    assert!(fs::read(folder.join("release.json.sig")).unwrap().starts_with(&bob));
    fleet.expect(&["sign", "--key", "bob"], 0, &["bob", "had signed release 1 before"]);
    fleet.expect(&["publish", "--to", "place"], 0, &["published at place"]);
    fleet.expect(&["verify", "place"], 0, &["signed by", "and it takes 2; 3 hosts are as signed"]);
}

#[test]
#[ignore = "needs nix"]
fn a_change_of_keys_takes_the_old_ones_and_the_new_ones() {
    let fleet = Fleet::new(&["ann"], 1);
    fleet.expect(&["--key", "ann", "--to", "place"], 0, &[]);
    fleet.write(&["bob"], 1, "1.0");
    let refused =
        ["release 2 is not published", "not signed by enough of the keys that are trusted"];
    fleet.expect(&["--key", "bob", "--to", "place"], 1, &refused);
    fleet.expect(&["sign", "--key", "ann"], 0, &["ann (SHA256:", "trusted it before"]);
    fleet.expect(&["publish", "--to", "place"], 0, &["published at place"]);
    let head = fs::read_to_string(fleet.path("place/rotations/2.json")).unwrap();
    assert!(head.contains(r#""rotations":[2]"#), "{head}");
    assert!(fleet.path("place/rotations/2.json.sig").exists());
    fleet.expect(&["--key", "bob", "--to", "place"], 0, &["release 3"]);
    assert!(!fleet.path("place/rotations/3.json").exists());
}

#[test]
#[ignore = "needs nix"]
fn the_agent_signs_where_no_key_is_named() {
    let fleet = Fleet::new(&["ann", "bob"], 1);
    fleet.expect(
        &["--to", "place"],
        3,
        &["none of the keys that may release", "ann (SHA256:", "--no-sign"],
    );
    // Nothing was built for a release that nobody can sign.
    assert!(!fleet.path("home/.local").exists());
    let socket = fleet.path("agent");
    let mut agent = ssh_agent(&socket, &[]);
    let add = "SSH_AUTH_SOCK=\"$0\" ssh-add -q bob && rm bob";
    fleet.program("sh", &["-c", add, socket.to_str().unwrap()]);
    let run =
        |arguments: &[&str]| fleet.command(arguments).env("SSH_AUTH_SOCK", &socket).output_of();
    for arguments in [&["--to", "place"][..], &["--key", "bob.pub", "--to", "place"]] {
        let output = run(arguments);
        let (out, err) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && out.contains("signed by bob"), "{out}{err}");
    }
    agent.kill().unwrap();
    status_of(&mut agent);
}

#[test]
#[ignore = "needs nix"]
fn a_release_that_was_touched_is_refused() {
    let fleet = Fleet::new(&["ann"], 1);
    fleet.expect(&["--key", "ann", "--to", "place"], 0, &[]);
    fleet.edit("place/hosts/web-01.json", "x86_64-linux", "x86_64-linuz");
    let refused = "the entry of `web-01` is not the one of release 1";
    fleet.expect(&["verify", "place"], 1, &[refused]);
    fleet.expect(&["show", "place"], 1, &[refused]);
    fs::remove_file(fleet.path("place/hosts/web-01.json")).unwrap();
    fleet.expect(&["verify", "place"], 1, &[refused]);
    fleet.edit("place/release.json", r#""sequence":1"#, r#""sequence":9"#);
    fleet.expect(&["verify", "place"], 1, &["is not the one of release 9"]);
    fs::write(fleet.path("place/release.json"), "{}").unwrap();
    fleet.expect(&["verify", "place"], 1, &["missing field `format`", "place/release.json"]);
    fs::remove_file(fleet.path("place/release.json")).unwrap();
    fleet.expect(&["verify", "place"], 3, &["there is no release at `place`"]);
    // A head that somebody else signed, with entries that belong to it.
    fleet.expect(&["--key", "ann"], 0, &["release 2"]);
    let folder = "home/.local/share/nixfleet/releases/demo/2";
    fleet.edit(&format!("{folder}/release.json"), r#""sequence":2"#, r#""sequence":9"#);
    fleet.expect(&["verify", folder], 1, &["the one by ann", "is not over these bytes"]);
    fleet.expect(&["publish", folder, "--to", "place"], 1, &["is not over these bytes"]);
}

#[test]
#[ignore = "needs nix"]
fn whoever_writes_to_a_place_chooses_no_number() {
    let fleet = Fleet::new(&["ann"], 1);
    fleet.expect(&["--key", "ann", "--to", "place"], 0, &["release 1"]);
    fleet.edit("place/release.json", r#""sequence":1"#, r#""sequence":9007199254740000"#);
    let told = ["`place` has a release 9007199254740000 that the fleet's keys did not sign"];
    fleet.expect(&["--key", "ann", "--to", "place"], 1, &told);
    fleet.expect(&["publish", "--to", "place"], 1, &told);
    // Nor does a key of theirs help, with a head that names it.
    fleet.program(
        "sh",
        &[
            "-c",
            "rm place/*.sig; ssh-keygen -q -Y sign -n nixfleet-release@1 -f eve place/release.json",
        ],
    );
    fleet.expect(&["--key", "ann", "--to", "place"], 1, &told);
    // A system of an older release need not be on this machine, or anywhere else.
    fs::remove_dir_all(fleet.path("place")).unwrap();
    let head =
        fs::read_to_string(fleet.path("home/.local/share/nixfleet/releases/demo/1/release.json"));
    assert!(head.unwrap().contains(r#""sequence":1,"#));
    fleet.fake("nix", "case \"$*\" in *path-info*) exit 1;; esac; PATH=${PATH#*:} exec nix \"$@\"");
    fleet.expect(&["--key", "ann", "--rollback-to", "1"], 0, &["release 2"]);
}

/// What `ssh-keygen` would say after the build is said before it.
#[test]
#[ignore = "needs nix"]
fn a_key_that_cannot_sign_is_told_before_anything_is_built() {
    let fleet = Fleet::new(&["ann", "bob"], 1);
    fleet.edit("fleet/flake.nix", "echo ${name}", "exit 1; ${name}");
    let told = |arguments: &[&str], status: i32, parts: &[&str]| {
        let all = fleet.expect(&[arguments, &["--allow-dirty"]].concat(), status, parts);
        assert!(!all.contains("can't be built"), "{all}");
    };
    fs::copy(fleet.path("ann"), fleet.path("wide")).unwrap();
    fs::set_permissions(fleet.path("wide"), fs::Permissions::from_mode(0o644)).unwrap();
    let refused = "`ssh-keygen` refuses the key `wide`, since others can read it";
    told(&["--key", "wide"], 3, &[refused, "chmod 600 wide"]);
    for (name, text) in [("empty", ""), ("page", "<html>"), ("word", "ssh-ed25519 x")] {
        fs::write(fleet.path(name), text).unwrap();
        told(&["--key", name], 2, &[&format!("`{name}` has no SSH key")]);
    }
    fleet.program("mkfifo", &["pipe"]);
    told(&["--key", "pipe"], 3, &["`pipe` can't be read: it is no file"]);
    // Only the public half is here, and an agent that never answers.
    fs::create_dir(fleet.path("public")).unwrap();
    fs::copy(fleet.path("bob.pub"), fleet.path("public/bob.pub")).unwrap();
    let socket = fleet.path("hangs");
    let _hangs = UnixListener::bind(&socket).unwrap();
    let arguments = ["--key", "public/bob.pub", "--allow-dirty"];
    let output = fleet.command(&arguments).env("SSH_AUTH_SOCK", &socket).output_of();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("has its private half here: bob (SHA256:"), "{said}");
    assert_eq!(said.matches("SHA256:").count(), 1, "{said}");
    // A passphrase, and nobody to ask; `setsid` leaves the terminal.
    fleet.program("ssh-keygen", &["-q", "-p", "-N", "secret", "-f", "ann"]);
    let mut command = Command::new("setsid");
    let asked = fleet.command(&["--key", "ann", "--allow-dirty"]);
    command.arg("-w").arg(asked.get_program()).args(asked.get_args()).current_dir(fleet.path(""));
    for (name, value) in asked.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "SSH_ASKPASS_REQUIRE"] {
        command.env_remove(name);
    }
    let output = command.stdin(Stdio::null()).output_of();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("a passphrase guards the key `ann`, and there is no terminal"), "{said}");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
#[ignore = "needs nix"]
fn a_release_that_nobody_signed_or_that_cannot_go_out_is_told_with_what_to_do() {
    let fleet = Fleet::new(&["ann"], 1);
    fleet.expect(&["--no-sign"], 0, &["signed by nobody"]);
    fleet.expect(&["verify"], 1, &["nobody has signed the release", "`nixfleet release sign`"]);
    let none = "no release before 1 was made on this machine";
    fleet.expect(&["diff"], 2, &[none, "diff OLDER NEWER"]);
    // The release is not lost where it can't be published.
    fs::write(fleet.path("file"), "").unwrap();
    fleet.program("ln", &["-s", "nowhere", "dangling"]);
    let told = ["release 2 is made", "releases/demo/2`", "`nixfleet release publish 2 --to PLACE`"];
    let arguments = ["--key", "ann", "--to", "place", "--to", "dangling"];
    let all = fleet.expect(&arguments, 3, &told);
    assert!(all.contains("release 2 is published at place"), "{all}");
    fleet.expect(&["publish", "2", "--to", "other"], 0, &["published at other"]);
    // Its own place has the one before.
    fleet.expect(&["--key", "ann", "--to", "other"], 0, &["release 3"]);
    fs::remove_dir_all(fleet.path("home")).unwrap();
    fleet.expect(&["diff", "other"], 0, &["from release 2 to 3"]);
    // A history that can't be written is told before the build.
    fleet.edit("fleet/flake.nix", "echo ${name}", "exit 1; ${name}");
    let mut command = fleet.command(&["--key", "ann", "--allow-dirty"]);
    let output = command.env("XDG_DATA_HOME", fleet.path("file")).output_of();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("releases/demo` can't be made"), "{said}");
    fleet.edit("fleet/flake.nix", r#"name = "demo""#, r#"name = "../../demo""#);
    let told = fleet.expect(&["--key", "ann", "--allow-dirty"], 1, &["is no name of a fleet"]);
    assert!(!told.contains("can't be built"), "{told}");
}
