//! `nixfleet rollout` beside a control plane, and what SSH does to it.

mod plane;

use std::fs;

use nixfleet_rollout::{Member, Phase, Plan, Rollout};
use plane::{PLAN, Plane};
use serde_json::{Value, json};

use super::{INVENTORY, text};
use crate::ended::Ended;
use crate::forged::{FORGED, is_no_more_than_letters};

#[test]
fn it_is_shown_in_eighty_columns_with_what_each_wave_waits_for() {
    let plane = Plane::new();
    plane.report(
        "web-02",
        Phase::Reverted { why: "nginx.service failed".into() },
        "/nix/store/old",
    );
    let shown = plane.run(&["show"], 0);
    for words in [
        "release 41 of demo, made 2026-11-25T12:00:00Z, signed by ann",
        "canary  [##############################]  1 of 1, done",
        "web     [>>>>>>!!!!!!..................]  0 of 5, open",
        "  0 of 5 hosts arrived, 3 have to; on the way, at most 2 at a time: web-03;",
        "  wave `rest` opens after `web`",
        "web-02  web   failed",
        "nginx.service failed",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    assert!(!shown.contains("web-04"), "{shown}");
    assert!(plane.run(&["show", "--all"], 0).contains("web-04"));
    let host = plane.run(&["show", "-h", "web-02"], 0);
    assert!(host.contains("should run  /nix/store/new") && !host.contains("canary"), "{host}");
    let json: Value = serde_json::from_str(&plane.run(&["show", "--format", "json"], 0)).unwrap();
    assert_eq!((&json["apiVersion"], &json["state"]), (&json!(1), &json!("running")));
}

#[test]
fn in_a_narrow_terminal_nothing_runs_over_its_edge() {
    let plane = Plane::new();
    let long = |letter: &str| letter.repeat(90);
    {
        let mut plan: Plan = serde_json::from_str(PLAN).unwrap();
        plan.waves[2].name = long("w");
        let member = |name: String, wave: String| Member {
            name,
            system: format!("/nix/store/{}", long("s")),
            wave: Some(wave),
            tags: vec![],
            without_key: false,
        };
        let members = vec![member("web-02".into(), "web".into()), member(long("h"), long("w"))];
        *plane.rollout.lock().unwrap() = Rollout::new(plan, members, jiff::Timestamp::now());
    }
    plane.report("web-02", Phase::Reverted { why: long("y") }, &long("r"));
    let doubled = json!([{ "host": long("d"), "addresses": ["10.0.0.1"] }]);
    *plane.status.lock().unwrap() = json!({ "fleet": long("f"), "trouble": long("t"),
        "doubled": doubled, "ahead": [long("a")],
        "release": { "signedBy": [long("b")], "withoutKey": [long("k")] } });
    let socket = plane.fleet.path().join("socket");
    for command in [
        &["rollout", "show", "--all"][..],
        &["rollout", "show", "-h", "web-02"],
        &["rollout", "pause"],
        &["rollout", "hold", &long("h")],
        &["status", INVENTORY],
    ] {
        for columns in [30, 40, 61] {
            let arguments = [command, &["--socket", socket.to_str().unwrap()]].concat();
            let mut tool = plane.fleet.command(&arguments);
            let shown = text(&tool.env("COLUMNS", columns.to_string()).output_of().stdout);
            assert!(shown.lines().count() > 1, "{command:?}: {shown}");
            let over = shown.lines().find(|it| it.chars().count() > columns);
            assert_eq!(over, None, "{command:?} in {columns}:\n{shown}");
        }
    }
}

/// The same table as where hosts are asked, of the fleet's hosts.
#[test]
fn status_is_that_of_the_control_plane_where_there_is_one() {
    let plane = Plane::new();
    let shown = plane.tool(&["status", INVENTORY], 0);
    for words in [
        "release 41 of demo: 1 of 2 on it\nrelease 41: ",
        "HOST    STATE    SINCE  RUNS",
        "web-01  current  0 s    new\n",
        "web-02  waiting  0 s    old\n",
        "  should run new",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    let failed = Phase::Reverted { why: "nginx.service \u{1b}[2Jfailed".into() };
    plane.report("web-02", failed, "/nix/store/old");
    let json = plane.tool(&["status", INVENTORY, "--format", "json", "-h", "web-02"], 1);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["source"], &json["release"]), (&json!("control-plane"), &json!(41)));
    let host = &json["hosts"][0];
    assert_eq!((&host["state"], &host["runs"]), (&json!("failed"), &json!("/nix/store/old")));
    assert!(host["why"].as_str().unwrap().contains("nginx.service"), "{host}");
    assert!(host["seen"].is_u64() && json["hosts"].as_array().unwrap().len() == 1);
}

/// Nor do those that a control plane names: hosts, tags, waves, who signed and why a host failed.
#[test]
fn no_name_of_a_control_plane_begins_a_line() {
    let plane = Plane::new();
    {
        let member = Member {
            name: FORGED.into(),
            system: FORGED.into(),
            wave: Some(FORGED.into()),
            tags: vec![FORGED.into()],
            without_key: false,
        };
        let mut plan: Plan = serde_json::from_str(PLAN).unwrap();
        plan.waves[0].name = FORGED.into();
        let now = jiff::Timestamp::now();
        *plane.rollout.lock().unwrap() = Rollout::new(plan, vec![member], now);
    }
    plane.report(FORGED, Phase::Reverted { why: FORGED.into() }, FORGED);
    let socket = plane.fleet.path().join("socket");
    for command in [
        &["rollout", "show", "--all"][..],
        &["rollout", "show", "-h", FORGED],
        &["rollout", "show", "-h", "nope"],
        &["rollout", "log"],
        &["rollout", "hold", FORGED],
        &["rollout", "promote", "x"],
        &["rollout", "wait", "--timeout", "0s"],
        &["status", INVENTORY],
    ] {
        for format in ["human", "json"] {
            let more = ["--format", format, "--socket", socket.to_str().unwrap()];
            let arguments = [command, &more].concat();
            let mut tool = plane.fleet.command(&arguments);
            let output = tool.env("COLUMNS", "80").env("CLICOLOR_FORCE", "1").output_of();
            is_no_more_than_letters(&arguments, &output.stdout);
            is_no_more_than_letters(&arguments, &output.stderr);
        }
    }
}

/// The fleet's own is asked; another one only where it is named, and the hosts where that is said.
#[test]
fn status_asks_whom_the_command_line_means() {
    let plane = Plane::new();
    let fleet = &plane.fleet;
    let path = fleet.path().join("inventory.json");
    let named = r#""release": { "threshold": 1, "keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ann"],
        "controlPlane": { "address": "cp.example.org:7250", "key": "x" } }, "isoSshKeys""#;
    let inventory = fs::read_to_string(&path).unwrap().replace("\"isoSshKeys\"", named);
    fs::write(&path, inventory).unwrap();
    fleet.program(
        "ssh",
        "case \"$1 $*\" in -G*) exit 0 ;; *cp.example.org*) echo down >&2; exit 255 ;;
        *) echo 'system /nix/store/a-new' ;; esac",
    );
    assert!(fleet.link("sh"));
    let asked = ["`cp.example.org`: down", "--over-ssh` asks the hosts themselves"];
    for words in asked {
        fleet.expect(&["status", INVENTORY], 3, "", words);
    }
    for hosts in [&["--over-ssh"][..], &["--user", "me"]] {
        fleet.expect(&[&["status", INVENTORY], hosts].concat(), 0, "a-new", "");
    }
    for wrong in [&["--over-ssh", "--control-plane", "x"][..], &["40", "--socket", "x"]] {
        fleet.expect(&[&["status", INVENTORY], wrong].concat(), 2, "", "cannot be used with");
    }
}

#[test]
fn doctor_looks_at_a_control_plane() {
    let plane = Plane::new();
    for program in ["sh", "date", "df", "awk", "sed", "cat", "tail", "dirname"] {
        assert!(plane.fleet.link(program));
    }
    let shown = plane.tool(&["doctor", INVENTORY], 0);
    for words in [
        "control-plane: it answers at `",
        "clock: it is that of this machine",
        "key: the fleet pins none",
        "writing: it has written down",
        "hosts: it has heard of all 7 lately",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    let json = plane.tool(&["doctor", INVENTORY, "--format", "json"], 0);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert!(json["findings"].as_array().unwrap().len() > 4, "{json}");
    let nobody = plane.fleet.run(&["doctor", INVENTORY, "--socket", "nowhere"]);
    assert_eq!(nobody.status.code(), Some(3));
    assert!(
        text(&nobody.stdout).contains("lacking  control-plane: the control plane can't be asked")
    );
    let expect = |more: &[&str], status, words: &str| {
        plane.fleet.expect(&[&["doctor", INVENTORY], more].concat(), status, "", words);
    };
    expect(&["--control-plane"], 3, "the fleet names no control plane");
    expect(&["--control-plane", "--target", "x"], 2, "cannot be used with");
}

#[test]
fn a_word_is_said_and_what_follows_is_shown() {
    let plane = Plane::new();
    assert!(
        plane.run(&["pause"], 0).starts_with("ops paused release 41\nrelease 41: ops paused it")
    );
    assert!(plane.run(&["resume"], 0).starts_with("ops resumed release 41\n"));
    let held = plane.run(&["hold", "web-05", "web-06"], 0);
    assert!(held.starts_with("ops holds web-05\nops holds web-06\n"), "{held}");
    assert!(plane.run(&["show", "-h", "web-05"], 0).contains("`resume web-05` lets it go"));
    assert!(plane.run(&["resume", "web-05"], 0).starts_with("ops lets go again web-05\n"));
    let skipped = plane.run(&["skip", "web-06"], 0).replace('\n', " ");
    assert!(skipped.starts_with("ops does without web-06: it is held, by ops since"), "{skipped}");
    assert!(plane.run(&["promote"], 0).starts_with("ops takes wave web as done\n"));
    assert!(plane.run(&["abort"], 0).contains("release 41: ops ended it"));
    // Another operator, who does not know: only what is for later rollouts too is of use.
    for word in
        [&["resume"][..], &["pause"], &["skip", "web-05"], &["retry", "web-05"], &["promote"]]
    {
        let told = plane.run(word, 1);
        let why = format!("`{}` changes nothing any more: release 41: ops ended it", word[0]);
        assert!(told.contains(&why), "{told}");
    }
    let held = plane.run(&["hold", "web-05", "web-06"], 0).replace('\n', " ");
    assert!(held.starts_with("ops holds web-05 ops holds web-06: it was held already"), "{held}");
    let again = plane.run(&["abort"], 0).replace('\n', " ");
    assert!(again.starts_with("ops ended release 41: it was ended already, by ops"), "{again}");
}

#[test]
fn a_name_that_there_is_not_meets_the_nearest_and_nothing_is_said() {
    let plane = Plane::new();
    let error = plane.run(&["skip", "web-02", "web-O3"], 2);
    assert!(error.contains("release 41 has no host `web-O3`; did you mean `web-03`?"), "{error}");
    assert!(!plane.run(&["show", "--all"], 0).contains("left out"));
    let error = plane.run(&["promote", "canari"], 2);
    assert!(error.contains("no wave `canari`; did you mean `canary`?"), "{error}");
    assert!(plane.run(&["hold"], 2).contains("<HOST>"));
    for command in ["show", "log"] {
        let error = plane.run(&[command, "-h", "web-O3"], 2);
        assert!(error.contains("no host `web-O3`; did you mean `web-03`?"), "{command}: {error}");
    }
    // It is in the release, and nothing happened there yet; and no other host is meant.
    assert_eq!(plane.run(&["log", "-h", "web-02"], 0), "");
    assert!(plane.run(&["log", "-h", "web.01"], 2).contains("no host `web.01`"));
}

#[test]
fn waiting_tells_success_failure_and_time_out_apart() {
    let plane = Plane::new();
    let waited = plane.run(&["wait", "--timeout", "1s"], 4);
    assert!(waited.contains("wave `web`") && waited.contains("within 1s"), "{waited}");
    assert!(
        plane.run(&["wait", "--timeout", "1s", "--release", "42"], 4).contains("not there yet")
    );
    assert!(plane.run(&["wait", "--release", "40"], 1).contains("release 41 took its place"));
    for host in ["web-02", "web-03", "web-04", "web-05", "web-06", "db-01"] {
        plane.report(host, Phase::Committed, "/nix/store/new");
    }
    assert!(plane.run(&["wait"], 0).contains("7 of 7 hosts run it"));
    let plane = Plane::new();
    plane.run(&["abort"], 0);
    plane.run(&["wait"], 1);
}

/// Whoever waits or looks on may leave, and is told that it goes on without them.
#[test]
fn ctrl_c_ends_the_waiting_alone() {
    let plane = Plane::new();
    let cases: [(&[&str], &str); 3] = [
        (&["rollout", "wait"], "interrupted: nobody waits for it any more, and it goes on\n"),
        (
            &["rollout", "show", "--watch"],
            "interrupted: nobody looks on any more, and it goes on\n",
        ),
        (&["status", INVENTORY, "--watch"], "interrupted: nobody looks on any more\n"),
    ];
    for (arguments, says) in cases {
        let (out, err) = plane.interrupted(arguments);
        assert!(err.ends_with(says), "{arguments:?}: {out}{err}");
    }
}

/// A control plane is restarted, or SSH is gone for a while: whoever looks on sees what comes after it.
#[test]
fn whoever_looks_on_goes_on_while_the_control_plane_is_away() {
    for arguments in [&["rollout", "show", "--watch"][..], &["status", INVENTORY, "--watch"]] {
        let plane = Plane::new();
        let (socket, away) = (plane.fleet.path().join("socket"), plane.fleet.path().join("away"));
        let mut looking = plane.looking_on(arguments);
        let tables = |text: &str| text.matches("web-02").count();
        looking.until("nothing is shown", |out, _| tables(out) > 0);
        fs::rename(&socket, &away).unwrap();
        looking.until("nobody says that it is away", |_, err| err.contains(": asking again\n"));
        let before = looking.written("out");
        fs::rename(&away, &socket).unwrap();
        looking.until("it is not seen again", |out, _| tables(out) > tables(&before));
        let (_, err) = looking.interrupted();
        assert_eq!(err.matches("asking again").count(), 1, "{arguments:?}: {err}");
    }
}

/// Who has no key in the release can never ask, and looks like one that is off.
#[test]
fn hosts_without_a_key_and_keys_of_several_machines_are_told() {
    let plane = Plane::new();
    *plane.status.lock().unwrap() = json!({
        "fleet": "demo",
        "release": { "created": "2026-11-25T12:00:00Z", "signedBy": ["ann"],
            "withoutKey": ["web-02"], "withoutKeyMore": 3 },
        "doubled": [{ "host": "web-\u{1b}03", "addresses": ["10.0.0.1", "2001:db8::1"] }],
    });
    for arguments in [&["rollout", "show"][..], &["status", INVENTORY]] {
        let shown = plane.tool(arguments, 0).replace('\n', " ");
        for words in [
            "the release has no key of web-02 and 3 more, so they cannot ask; write `hostKey`",
            "several machines ask with the key of web-\\u{1b}03 (at 10.0.0.1 and 2001:db8::1): a disk was cloned",
        ] {
            assert!(shown.contains(words), "{words}\n{shown}");
        }
    }
    let json = plane.tool(&["status", INVENTORY, "--format", "json"], 0);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["notes"].as_array().unwrap().len(), 3, "{json}");
}

#[test]
fn the_log_is_foreign_text() {
    let plane = Plane::new();
    let log = plane.run(&["log"], 0);
    assert_eq!(log, "2026-11-25T12:00:00Z  web-01 \\u{1b}[2Jcommitted\n");
}

#[test]
fn over_ssh_the_control_planes_own_program_is_asked() {
    let plane = Plane::new();
    let fleet = &plane.fleet;
    assert!(fleet.link("sh") && fleet.link("cat"));
    let decision = plane.rollout.lock().unwrap().decide(jiff::Timestamp::now());
    let view = plane.rollout.lock().unwrap().view(&decision);
    fs::write(fleet.path().join("view"), serde_json::to_string(&view).unwrap()).unwrap();
    fleet.program("ssh", "while [ \"$1\" != -- ]; do shift; done\n[ \"${2#*@}\" = cp ] || { echo no route >&2; exit 255; }\nexec sh -c \"$3\"");
    fleet.program(
        "nixfleet-control-plane",
        "[ \"$1 $2\" = 'call GET' ] && exec cat view\necho \"$*: $(cat)\" >>said\nprintf '{\"error\": \"it cannot be written down now\"}'\nexit 1",
    );
    let rollout = |arguments: &[&str], machine: &str| {
        let mut all = vec!["rollout", "--control-plane", machine];
        all.extend(arguments);
        let output = fleet.run(&all);
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    let (status, shown) = rollout(&["wait", "--timeout", "0s"], "cp");
    assert!(status == Some(4) && shown.contains("wave `web`"), "{shown}");
    let (status, error) = rollout(&["hold", "web-02"], "ops@cp");
    assert!(error.contains("refuses: it cannot be written down now"), "{error}");
    assert_eq!(status, Some(1));
    let said = fs::read_to_string(fleet.path().join("said")).unwrap();
    assert_eq!(said.trim(), r#"call POST /v1/commands: {"command":"hold","host":"web-02"}"#);
    let (status, error) = rollout(&["show"], "gone");
    assert_eq!(status, Some(3));
    assert!(error.contains("can't be asked at `gone`: no route"), "{error}");
    // The fleet names none.
    fleet.expect(&["rollout", "show", super::INVENTORY], 3, "", "the fleet names no control plane");
}
