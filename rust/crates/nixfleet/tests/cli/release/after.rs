//! `--after`: which release the next one follows, on a machine that has made none.

use std::fs;

use super::Fleet;
use super::places::serve;

impl Fleet {
    /// As on a machine that is new for each job: it has made no release.
    fn forget(&self) {
        fs::remove_dir_all(self.path("home")).unwrap();
    }
}

/// Two people sign, and a runner that is new each time makes.
#[test]
#[ignore = "needs nix"]
fn a_new_machine_follows_the_release_at_a_place_of_any_kind() {
    let fleet = Fleet::new(&["ann", "bob"], 2);
    let first = fleet.expect(&["--no-sign"], 0, &["number 1", "`--after`"]);
    assert!(first.contains("release 1 of demo"), "{first}");
    fleet.expect(&["sign", "--key", "ann"], 0, &[]);
    fleet.expect(&["sign", "--key", "bob"], 0, &[]);
    fleet.expect(&["publish", "--to", "place"], 0, &["published at place"]);
    let entry = fs::read(fleet.path("place/hosts/db-01.json")).unwrap();
    let url = serve(fleet.path("place"));
    fleet.fake("ssh", r#"while [ "$1" != -- ]; do shift; done; exec sh -c "$3""#);
    let ssh = format!("ssh://me@host{}", fleet.path("place").display());
    fleet.write(&["ann", "bob"], 2, "1.1");
    for place in ["place", "./place/", &ssh, &url, &format!("{url}/")] {
        fleet.forget();
        let made = fleet.expect(&["--no-sign", "--after", place], 0, &["release 2 of demo"]);
        assert!(!made.contains("warning"), "{place}: {made}");
        let folder = fleet.path("home/.local/share/nixfleet/releases/demo/2");
        let head = fs::read_to_string(folder.join("release.json")).unwrap();
        assert!(!head.contains(r#""previous":null"#), "{head}");
        // What did not change is what hosts have already.
        assert_eq!(fs::read(folder.join("hosts/db-01.json")).unwrap(), entry, "{place}");
    }
    fleet.expect(&["sign", "--key", "ann"], 0, &[]);
    fleet.expect(&["sign", "--key", "bob"], 0, &[]);
    fleet.expect(&["publish", "--to", "place"], 0, &["published at place"]);
    // What it goes back to, too.
    fleet.forget();
    let back = ["--no-sign", "--after", "place", "--rollback-to"];
    fleet.expect(&[&back[..], &["1"]].concat(), 0, &["release 3 of demo"]);
    fleet.expect(&[&back[..], &["7"]].concat(), 3, &["there is no release 7 at `place`"]);
    let same = fleet.expect(&["--no-sign", "--after", "place"], 0, &["release 4 of demo"]);
    assert!(same.contains("`place` has release 2, and release 3 was made here"), "{same}");
}

#[test]
#[ignore = "needs nix"]
fn of_two_machines_that_make_a_number_at_once_the_second_is_told() {
    let fleet = Fleet::new(&["ann"], 1);
    fleet.expect(&["--key", "ann", "--to", "place"], 0, &["release 1"]);
    let made = |version: &str, folder: &str| {
        fleet.forget();
        fleet.write(&["ann"], 1, version);
        fleet.expect(&["--key", "ann", "--after", "place"], 0, &["release 2 of demo"]);
        let home = fleet.path("home/.local/share/nixfleet/releases/demo/2");
        fs::rename(home, fleet.path(folder)).unwrap();
    };
    made("1.1", "first");
    made("1.2", "second");
    fleet.expect(&["publish", "first", "--to", "place"], 0, &["published at place"]);
    let told = ["`place` has another release 2, and this is release 2", "`--after`"];
    fleet.expect(&["publish", "second", "--to", "place"], 1, &told);
    fleet.expect(&["diff", "first", "place"], 0, &["web-01, web-02: unchanged"]);
    fleet.forget();
    fleet.expect(&["--key", "ann", "--after", "place"], 0, &["release 3 of demo"]);
    fleet.expect(&["publish", "--to", "place"], 0, &["published at place"]);
    // Of one number, what is at the place counts, and not what was made here and nobody has.
    fleet.expect(&["--key", "ann", "--after", "place", "--to", "place"], 0, &["release 4"]);
    let home = fleet.path("home/.local/share/nixfleet/releases/demo/4");
    let published = fs::read_to_string(home.join("release.json")).unwrap();
    fleet.forget();
    fleet.expect(&["--key", "ann", "--after", "place"], 0, &["release 5 of demo"]);
    let five = fleet.path("home/.local/share/nixfleet/releases/demo/5/release.json");
    let previous = |text: &str| text.split_once(r#""previous":""#).unwrap().1[..20].to_owned();
    assert_ne!(previous(&published), previous(&fs::read_to_string(five).unwrap()));
}

#[test]
#[ignore = "needs nix"]
fn a_place_that_cannot_be_followed_is_told_before_anything_is_built() {
    let fleet = Fleet::new(&["ann"], 1);
    // That nothing was built shows by what can't be.
    let broken = |fleet: &Fleet| fleet.edit("fleet/flake.nix", "echo ${name}", "exit 1; ${name}");
    let note = "there is no release at `nowhere`: this is the fleet's first";
    fleet.expect(&["--key", "ann", "--after", "nowhere"], 0, &[note, "release 1 of demo"]);
    let note = "there is no release at `nowhere`: the next follows release 1, which was made here";
    fleet.expect(&["--key", "ann", "--after", "nowhere"], 0, &[note, "release 2 of demo"]);
    fleet.expect(&["publish", "--to", "place"], 0, &[]);
    broken(&fleet);
    let after = |place: &'static str| ["--key", "ann", "--allow-dirty", "--after", place];
    let refused = |place: &'static str, status: i32, parts: &[&str]| {
        let told = fleet.expect(&after(place), status, parts);
        assert!(!told.contains("can't be built"), "{told}");
    };
    refused("gopher://x", 2, &["`gopher://x` is no place for a release"]);
    refused("", 2, &["is no place for a release: it is empty"]);
    refused("http://127.0.0.1:1", 3, &["`curl … http://127.0.0.1:1` failed: curl: (7)"]);
    fleet.fake("ssh", "echo 'ssh: connect to host web port 22: Connection refused' >&2; exit 255");
    refused("ssh://web/srv", 3, &["`ssh` failed: ssh: connect to host web port 22"]);
    // Forged: by a key of nobody, or of signed bytes of which some were changed.
    let place = |name: &str| fleet.path(&format!("place/{name}"));
    let text = fs::read_to_string(place("release.json")).unwrap();
    let signatures = fs::read(place("release.json.sig")).unwrap();
    fs::write(place("release.json"), text.replace(r#""sequence":2"#, r#""sequence":99"#)).unwrap();
    let stranger = "`place` has a release 99 that the fleet's keys did not sign";
    refused("place", 1, &[stranger]);
    fs::remove_file(place("release.json.sig")).unwrap();
    refused("place", 1, &[stranger]);
    fs::write(place("release.json"), &text[..text.len() / 2]).unwrap();
    refused("place", 1, &["place/release.json"]);
    fs::write(place("release.json"), vec![b'['; 5 << 20]).unwrap();
    refused("place", 1, &["place/release.json", "bytes"]);
    fs::write(place("release.json"), text).unwrap();
    fs::write(place("release.json.sig"), signatures).unwrap();
    // Another fleet's, by the same keys.
    fleet.edit("fleet/flake.nix", r#"name = "demo""#, r#"name = "other""#);
    let other = "`place` has a release 2 of the fleet `demo`, and this is `other`";
    refused("place", 1, &[other]);
    fleet.edit("fleet/flake.nix", "exit 1; ${name}", "echo ${name}");
    for _ in 0..3 {
        fleet.expect(&["--key", "ann", "--allow-dirty"], 0, &["of other"]);
    }
    fleet.expect(&["publish", "--to", "place"], 1, &[other]);
}
