//! `nixfleet release` with the real Nix and the real `ssh-keygen`, on systems that build in a moment.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::ended::{Ended, status_of};
use crate::security_key;
use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

const FLAKE: &str = r#"{
  outputs = _: let
    version = "1.0";
    program = derivation {
      name = "program-${version}"; system = builtins.currentSystem or "x86_64-linux";
      builder = "/bin/sh"; args = [ "-c" "echo ${version} > $out" ];
    };
    system = name: derivation {
      name = "nixos-system-${name}"; system = builtins.currentSystem or "x86_64-linux";
      builder = "/bin/sh"; args = [ "-c" "echo ${name} ${if name == "db-01" then "" else "${program}"} > $out" ];
    };
    names = [ "web-01" "web-02" "db-01" ];
    each = f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
  in {
    nixosConfigurations = each (name: { config.system.build.toplevel = system name; });
    nixfleet = {
      apiVersion = 1;
      name = "demo";
      isoSshKeys = [ ];
      release = { keys = [ KEYS ]; threshold = THRESHOLD; waves = [
        { name = "canary"; hosts = [ "web-01" ]; soak = "30m"; } { name = "rest"; atMost = "25%"; } ]; };
      hosts = each (name: { hostName = name; platform = "x86_64-linux"; class = "nixos";
        hostSpec = { userName = "ops"; sshAuthorizedKeys = [ KEYS ]; }; });
    };
  };
}
"#;

/// A fleet in a git repository, a home of its own, and people with keys.
struct Fleet(TempDir);

impl Fleet {
    fn new(people: &[&str], threshold: usize) -> Self {
        let fleet = Self(TempDir::new().unwrap());
        for who in ["ann", "bob", "eve"] {
            fleet.program("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", who, "-f", who]);
        }
        fs::create_dir(fleet.path("bin")).unwrap();
        fs::create_dir(fleet.path("fleet")).unwrap();
        fleet.program("git", &["init", "-q", "fleet"]);
        fleet.write(people, threshold, "1.0");
        fleet
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes the fleet and commits it.
    fn write(&self, people: &[&str], threshold: usize, version: &str) {
        let line = |who: &&str| fs::read_to_string(self.path(&format!("{who}.pub"))).unwrap();
        let keys: Vec<String> =
            people.iter().map(|it| format!("\"{}\"", line(it).trim())).collect();
        let flake =
            FLAKE.replace("KEYS", &keys.join(" ")).replace("THRESHOLD", &threshold.to_string());
        let flake = flake.replace(r#"version = "1.0""#, &format!(r#"version = "{version}""#));
        fs::write(self.path("fleet/flake.nix"), flake).unwrap();
        self.program("git", &["-C", "fleet", "add", "flake.nix"]);
        let commit = ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "-m", "x"];
        self.program("git", &[&["-C", "fleet"], &commit[..]].concat());
    }

    fn program(&self, name: &str, arguments: &[&str]) {
        let mut command = Command::new(name);
        let output = command.current_dir(self.0.path()).args(arguments).output_of();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A program of this machine that is not what it seems.
    fn fake(&self, name: &str, script: &str) {
        let file = self.path("bin").join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(cargo_bin!("nixfleet"));
        command
            .current_dir(self.0.path())
            .arg("release")
            .args(arguments)
            .args(["--flake", "./fleet"])
            .env("PATH", path)
            .env("HOME", self.path("home"))
            .env("SSH_ASKPASS", "false")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env_remove("SSH_AUTH_SOCK")
            .env_remove("CLICOLOR_FORCE")
            .env_remove("COMPLETE")
            .stdin(Stdio::null());
        command
    }

    #[track_caller]
    fn expect(&self, arguments: &[&str], status: i32, parts: &[&str]) -> String {
        let Output { status: ended, stdout, stderr } = self.command(arguments).output_of();
        let all =
            format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert_eq!(ended.code(), Some(status), "{arguments:?}: {all}");
        for part in parts {
            assert!(all.contains(part), "{arguments:?}: no `{part}` in {all}");
        }
        all
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command(&[arguments, &["--format", "json"]].concat()).output_of();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(self.path(file), text.replace(from, to)).unwrap();
    }
}

#[test]
#[ignore = "needs nix"]
fn a_release_is_made_published_verified_and_followed_by_another() {
    let fleet = Fleet::new(&["ann"], 1);
    let first = fleet.json(&["--key", "ann", "--to", "place", "--push", &push(&fleet)]);
    assert_eq!((&first["sequence"], &first["fleet"]), (&1.into(), &"demo".into()));
    assert_eq!(first["hosts"][1]["wave"], "canary");
    assert!(first["revision"].as_str().unwrap().len() >= 40);
    let system = first["hosts"][1]["system"].as_str().unwrap();
    assert!(fleet.path("cache").join(format!("{}.narinfo", &system[11..43])).exists());
    fleet.expect(
        &["verify", "place", "-h", "web-01"],
        0,
        &["release 1 is good: signed by ann", system],
    );
    fleet.expect(&["publish", "--to", "place"], 0, &["release 1 is at place already"]);

    let entry = fs::read(fleet.path("place/hosts/db-01.json")).unwrap();
    fleet.write(&["ann"], 1, "2.0");
    fleet.expect(
        &["--key", "ann", "--to", "place"],
        0,
        &["release 2 of demo", "published at place"],
    );
    // What did not change keeps its bytes, salt and all; what did has another.
    assert_eq!(fs::read(fleet.path("place/hosts/db-01.json")).unwrap(), entry);
    let changes =
        ["from release 1 to 2", "web-01, web-02", "program  1.0 -> 2.0", "db-01: unchanged"];
    fleet.expect(&["diff"], 0, &changes);
    fleet.expect(&["diff", "1", "place"], 0, &changes);
    let difference = fleet.json(&["diff"]);
    assert_eq!(difference["changed"][0]["packages"][0]["from"][0], "1.0");

    let back = fleet.json(&["--key", "ann", "--to", "place", "--rollback-to", "1"]);
    assert_eq!(back["sequence"], 3);
    assert_eq!(back["hosts"][1]["system"].as_str(), Some(system));
    fleet.expect(
        &["publish", "2", "--to", "place"],
        1,
        &["`place` has release 3, and this is release 2"],
    );
    // On another machine, which has made none: the place says which number comes next, and what
    // an older release was.
    fs::remove_dir_all(fleet.path("home")).unwrap();
    let away = fleet.json(&["--key", "ann", "--to", "place", "--rollback-to", "2"]);
    assert_eq!(away["sequence"], 4);
    assert_ne!(away["hosts"][1]["system"].as_str(), Some(system));
    fleet.expect(&["show", "place", "-h", "db-01"], 0, &["release 4 of demo", "db-01"]);
}

fn push(fleet: &Fleet) -> String {
    format!("file://{}", fleet.path("cache").display())
}

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
    let mut agent = Command::new("ssh-agent")
        .arg("-D")
        .arg("-a")
        .arg(&socket)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let long = std::time::Duration::from_secs(60);
    assert!(nixfleet_nix::process::wait_until(long, || socket.exists()));
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

/// Out of a file and out of the agent, over what OpenSSH asks of a security key.
#[test]
#[ignore = "needs nix"]
fn a_security_key_signs_where_it_is_touched() {
    let fleet = Fleet::new(&["ann"], 1);
    let provider = security_key::built();
    let enrol = "rm -f \"$1\"*; SSH_SK_PROVIDER=\"$0\" ssh-keygen -q -N '' -C \"$1\" -f \"$@\"";
    let library = provider.to_str().unwrap();
    fleet.program("sh", &["-c", enrol, library, "ann", "-t", "ed25519-sk"]);
    let no_touch = ["-t", "ecdsa-sk", "-O", "no-touch-required"];
    fleet.program("sh", &[&["-c", enrol, library, "bob"], &no_touch[..]].concat());
    fleet.write(&["ann", "bob"], 1, "1.0");
    let run = |arguments: &[&str], variables: &[(&str, &str)], status: i32, part: &str| {
        let mut command = fleet.command(arguments);
        command.envs(variables.iter().copied());
        let output = command.output_of();
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8_lossy(&all);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {all}");
        assert!(all.contains(part), "{arguments:?}: no `{part}` in {all}");
    };
    let with = ("SSH_SK_PROVIDER", library);
    let away = [with, ("SECURITY_KEY_IS", "away")];
    run(&["--key", "ann", "--to", "place"], &away, 3, "`ssh-keygen` did not sign");
    run(&["--no-sign"], &[], 0, "release 1");
    let untouched = "no host would take the signature: the one by bob";
    run(&["sign", "--key", "bob"], &[with], 3, untouched);
    run(&["sign", "--key", "ann"], &[with], 0, "signed by ann");
    run(&["publish", "--to", "place"], &[], 0, "published at place");
    // `ssh-keygen` too, and a host.
    let allowed = format!("x {}", fs::read_to_string(fleet.path("ann.pub")).unwrap());
    fs::write(fleet.path("allowed"), allowed).unwrap();
    let verify = "ssh-keygen -Y verify -f allowed -I x -n nixfleet-release@1 -s place/release.json.sig <place/release.json";
    fleet.program("sh", &["-c", verify]);
    run(&["verify", "place"], &[], 0, "release 1 is good: signed by ann");

    let socket = fleet.path("agent");
    let socket = socket.to_str().unwrap();
    let mut agent = Command::new("ssh-agent")
        .args(["-D", "-a", socket, "-P", library])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let long = std::time::Duration::from_secs(60);
    assert!(nixfleet_nix::process::wait_until(long, || Path::new(socket).exists()));
    fleet.program(
        "env",
        &[&format!("SSH_AUTH_SOCK={socket}"), "ssh-add", "-q", "-S", library, "ann"],
    );
    fs::remove_file(fleet.path("ann")).unwrap();
    run(&["--to", "place"], &[("SSH_AUTH_SOCK", socket)], 0, "signed by ann");
    agent.kill().unwrap();
    status_of(&mut agent);
    fleet.expect(&["verify", "place"], 0, &["release 2 is good: signed by ann"]);
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
fn what_can_be_no_release_is_told_before_anything_is_built() {
    let fleet = Fleet::new(&["ann"], 1);
    fleet.expect(
        &["--key", "eve"],
        2,
        &["`eve` is not among the keys of the fleet's `release.keys`"],
    );
    fleet.expect(&["--key", "nowhere"], 3, &["`nowhere` can't be read"]);
    fleet.expect(&["--to", "https://example.org/x"], 2, &["a web server is only read"]);
    fleet.expect(&["--to", "gopher://x"], 2, &["`gopher://x` is no place for a release"]);
    fleet.expect(&["show"], 3, &["the fleet `demo` has no release yet"]);
    fleet.expect(&["show", "7"], 2, &["there is no release 7 of the fleet `demo`"]);
    fleet.expect(&["--key", "ann", "--rollback-to", "7"], 2, &["there is no release 7"]);
    fleet.edit("fleet/flake.nix", "each (name: { config", "each (name: { confik");
    fleet.expect(
        &["--key", "ann"],
        1,
        &["changes that no commit has (`flake.nix`)", "--allow-dirty"],
    );
    let failed = fleet.expect(
        &["--key", "ann", "--allow-dirty"],
        3,
        &["`web-01` can't be built", "`db-01` can't be built"],
    );
    assert_eq!(failed.matches("can't be built").count(), 3, "{failed}");
    fleet.edit("fleet/flake.nix", "confik", "config");
    fleet.edit("fleet/flake.nix", r#"platform = "x86_64-linux""#, r#"platform = "x86_64-lniux""#);
    fleet.expect(&["--key", "ann", "--allow-dirty"], 1, &["x86_64-lniux", "error"]);
    fleet.edit("fleet/flake.nix", "release =", "relase =");
    fleet.edit("fleet/flake.nix", "lniux", "linux");
    fleet.expect(
        &["--key", "ann", "--allow-dirty"],
        1,
        &["the fleet has no `release`", "release.keys"],
    );
}

/// By `nix-eval-jobs` and by `nix` alone: a fleet that is in order, one with a host that cannot be
/// evaluated and one that cannot be built, a program that is too old, and one that dies.
#[test]
#[ignore = "needs nix"]
fn both_ways_of_evaluation_make_the_same_release() {
    let fleet = Fleet::new(&["ann"], 1);
    // What Nix is asked is written down.
    let nix = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|it| it.join("nix"))
        .find(|it| it.is_file())
        .unwrap();
    let asked = fleet.path("asked");
    let log = format!("echo \"$*\" >> {}; exec {} \"$@\"", asked.display(), nix.display());
    fleet.fake("nix", &log);
    let builds = || {
        let all = fs::read_to_string(&asked).unwrap();
        fs::remove_file(&asked).unwrap();
        let of = |part: &str| {
            all.lines().filter(|it| it.contains(" build ")).any(|it| it.contains(part))
        };
        (of(".drv^out"), of("#nixosConfigurations"))
    };
    let systems = || fleet.json(&["--key", "ann", "--jobs", "2", "--allow-dirty"])["hosts"].clone();
    fleet.fake("nix-eval-jobs", "");
    let by_nix = systems();
    assert_eq!(builds(), (false, true));
    let jobs = include_str!("nix-eval-jobs");
    fleet.fake("nix-eval-jobs", jobs);
    assert_eq!(systems(), by_nix);
    assert_eq!(builds(), (true, false));
    // It dies after its first host.
    let dies = jobs.replace("cat \"$work/out\"; echo\n", "cat \"$work/out\"; echo; kill -9 $$\n");
    assert_ne!(dies, jobs);
    fleet.fake("nix-eval-jobs", &dies);
    assert_eq!(systems(), by_nix);
    assert_eq!(builds(), (true, true));

    let fails = r#"echo ${name} ${if name == "db-01" then "" else "${program}"} > $out"#;
    fleet.edit(
        "fleet/flake.nix",
        fails,
        r#"${if name == "db-01" then "echo no disk; exit 7" else fails.${name} or "echo > $out"}"#,
    );
    fleet.edit(
        "fleet/flake.nix",
        "names = [",
        r#"fails.web-02 = throw "no such theme"; names = ["#,
    );
    let told = || {
        fleet.expect(
            &["--key", "ann", "--jobs", "2", "--allow-dirty"],
            3,
            &["`web-02` can't be built", "no such theme", "`db-01` can't be built", "no disk"],
        )
    };
    let by_jobs = {
        fleet.fake("nix-eval-jobs", jobs);
        told()
    };
    fleet.fake("nix-eval-jobs", "");
    let old = "warning: `nix-eval-jobs` is older than 2.31 and lacks `--select`, so `nix` evaluates the hosts\n";
    assert_eq!(told().replace(old, ""), by_jobs);
}

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
    fleet.expect(&push(""), 2, &["a value is required for '--push <STORE>'"]);
}

/// What every command takes stands before the subcommand or after it; what makes a release does not.
#[test]
fn options_stand_before_the_subcommand_as_well() {
    let run = |arguments: &[&str]| {
        let output = Command::new(cargo_bin!("nixfleet")).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, said) = run(&["release", "--flake", "/nowhere", "show", "/nothing"]);
    assert!(status == Some(3) && said.contains("there is no release at `/nothing`"), "{said}");
    let (status, said) = run(&["release", "--key", "x", "show", "/nothing"]);
    assert!(
        status == Some(2) && said.contains("write the subcommand's own options after it"),
        "{said}"
    );
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
    fleet.expect(&["verify", &url], 3, &["`curl` failed"]);
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
fn serve(folder: PathBuf) -> String {
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

#[test]
#[ignore = "needs nix"]
fn two_at_once_make_two_releases_or_one_is_told() {
    let fleet = Fleet::new(&["ann"], 1);
    fleet.expect(&["--key", "ann"], 0, &["release 1"]);
    fleet.expect(
        &["--key", "ann", "--expires", "90d"],
        0,
        &["release 2", "good until", "release 2 gives every host what the one before gave it"],
    );
    let made: Vec<Output> = std::thread::scope(|scope| {
        let run = || fleet.command(&["--key", "ann"]).output_of();
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        runs.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let good = made.iter().filter(|it| it.status.success()).count();
    for output in made.iter().filter(|it| !it.status.success()) {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && said.contains("another run made"), "{said}");
    }
    let folder = fleet.path("home/.local/share/nixfleet/releases/demo");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected: Vec<String> = (1..=2 + good).map(|it| it.to_string()).collect();
    assert_eq!(names, expected);
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

#[test]
#[ignore = "needs nix"]
fn a_plan_that_can_never_finish_is_told_before_anything_is_built() {
    let fleet = Fleet::new(&["ann"], 1);
    let told = ["wave `rest` can open at", "and the release expires at", "let it expire later"];
    fleet.expect(&["--key", "ann", "--expires", "10m"], 1, &told);
    assert!(!fleet.path("home/.local/share/nixfleet/releases/demo/1").exists());
    fleet.expect(&["--key", "ann", "--expires", "31m"], 0, &["release 1"]);
}
