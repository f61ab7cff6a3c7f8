//! Making releases: numbers, differences, the two ways of evaluation, and what can be none.

use std::fs;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;

use super::Fleet;
use crate::ended::Ended;

#[test]
#[ignore = "needs nix"]
fn a_release_is_made_published_verified_and_followed_by_another() {
    let fleet = Fleet::new(&["ann"], 1);
    let first = fleet.json(&["--key", "ann", "--to", "place", "--push", &fleet.cache()]);
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

    fleet.expect(&["diff"], 2, &["no release before 1 was made on this machine"]);

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
    fleet.expect(&["show"], 3, &["no release of the fleet `demo` was made on this machine"]);
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
    let jobs = include_str!("../nix-eval-jobs");
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

/// What every command takes stands before the subcommand or after it; what makes a release does not.
#[test]
fn options_stand_before_the_subcommand_as_well() {
    let run = |arguments: &[&str]| {
        let output = Command::new(cargo_bin!("nixfleet")).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, said) = run(&["release", "--flake", "/nowhere", "show", "/nothing"]);
    assert!(status == Some(3) && said.contains("there is no release at `/nothing`"), "{said}");
    let (status, said) = run(&["release", "-h", "web-01"]);
    assert!(status == Some(2) && said.contains("'nixfleet deploy -h HOST' takes it"), "{said}");
    let (status, said) = run(&["release", "--key", "x", "show", "/nothing"]);
    assert!(
        status == Some(2) && said.contains("write the subcommand's own options after it"),
        "{said}"
    );
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
fn a_plan_that_can_never_finish_is_told_before_anything_is_built() {
    let fleet = Fleet::new(&["ann"], 1);
    let told = ["wave `rest` can open at", "and the release expires at", "let it expire later"];
    fleet.expect(&["--key", "ann", "--expires", "10m"], 1, &told);
    assert!(!fleet.path("home/.local/share/nixfleet/releases/demo/1").exists());
    fleet.expect(&["--key", "ann", "--expires", "31m"], 0, &["release 1"]);
}
