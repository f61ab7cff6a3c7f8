//! Names and values that a fleet's author chose, in every command: they begin no line, set no colour
//! and reach no shell.

use std::cell::Cell;
use std::fs;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

use crate::ended::Ended;
use crate::{Fleet, INVENTORY, KEY, text};

/// What stands for a name, a tag, a wave, a user or any other value: colours that are not ours, marks
/// that hide and reorder, and a line that says what the tool says.
pub const FORGED: &str =
    "x\u{1b}[8m\nFORGED: fine\u{1b}[5m\r\t\u{202e}\u{9b}1m\u{200b}\n::error::FORGED";

/// Nothing of it but its letters comes through, though the terminal has colours: no line is begun.
pub fn is_no_more_than_letters(arguments: &[&str], bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|it| panic!("{arguments:?}: {it}"));
    assert!(!text.contains("\u{1b}[8m") && !text.contains("\u{1b}[5m"), "{arguments:?}: {text:?}");
    let plain = anstream::adapter::strip_str(text).to_string();
    let is_obeyed = |it: char| it != '\n' && nixfleet_text::is_hidden(it);
    assert!(!plain.contains(is_obeyed), "{arguments:?}: {text:?}");
    let is_forged =
        |it: &str| it.trim_start().starts_with("FORGED: fine") || it == "::error::FORGED";
    // A long word may go on in the next line, behind what is shown for the line's end.
    let goes_on = |before: &str| before.trim_end().ends_with("\\n");
    let lines: Vec<&str> = std::iter::once("").chain(plain.lines()).collect();
    let line = lines.windows(2).find(|it| is_forged(it[1]) && !goes_on(it[0]));
    assert!(line.is_none() && !text.contains("panicked"), "{arguments:?}: {text}");
}

/// What such a text is put together from.
const PIECES: [&str; 32] = [
    "a",
    "ü",
    "漢",
    " ",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\0",
    "\u{b}",
    "\u{c}",
    "\u{85}",
    "\u{2028}",
    "\u{1b}[8m",
    "\u{1b}[5m",
    "\u{1b}[2J",
    "\u{1b}]8;;x\u{7}",
    "\u{9b}5m",
    "\u{202e}",
    "\u{200b}",
    "\u{e0041}",
    "`",
    "'",
    "\"",
    "\\",
    "%0A",
    "::error::",
    "$(touch FORGED)",
    ";touch FORGED;",
    "${x}",
    "--help",
    "../",
];

/// Texts of which each line but the first says what the tool says.
fn forged() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES.to_vec()), 1..6);
    let forge = |pieces: Vec<&str>| pieces.join("") + "\nFORGED: fine\n::error::FORGED";
    prop_oneof![1 => Just(FORGED.to_owned()), 4 => pieces.prop_map(forge)]
}

/// A fleet in which whatever people choose is chosen by `pick`, which is told what would be right.
fn inventory(pick: &dyn Fn(&str) -> String) -> Value {
    let good = KEY.trim();
    let fault = || {
        json!([{ "field": pick("tags"), "code": "field-type-wrong", "message": pick("is wrong"),
            "help": pick("write `[ ]`") }])
    };
    let host = |name: &str, address: &str| {
        json!({ "hostName": pick(name), "platform": pick("x86_64-linux"), "class": "nixos",
            "tags": [pick("web")], "hostKey": pick(good), "stateVersion": pick("26.05"),
            "hostSpec": { "userName": pick("ops"), "timeZone": pick("UTC"), "home": pick("/home/ops"),
                "locale": pick("de_DE.UTF-8"), "keyboardLayout": pick("de"),
                "secretsPath": pick("/persist"), "hashedPasswordFile": pick("/persist/password"),
                "sshAuthorizedKeys": [good, pick(good)], pick("own"): pick("x"), "networking": {
                    "interface": pick("eth0"), "address": pick(address), "gateway": pick("10.0.0.254"),
                    "dns": [pick("9.9.9.9")],
                    "interfaces": { pick("eth1"): { "ipv4": { "address": pick("10.1.0.1/24") } } } } },
            "faults": if pick("").is_empty() { json!([]) } else { fault() },
            "positions": { "": { "file": format!("/nix/store/0-source/{}", pick("flake.nix")),
                "line": 1, "column": 1 } } })
    };
    let wave = |name: &str| {
        json!({ "name": pick(name), "hosts": [pick("web-01")], "tags": [pick("web")],
            "soak": pick("30m"), "window": pick("02:00-05:00 Europe/Berlin"), "need": pick("90%"),
            "atMost": pick("25%") })
    };
    json!({ "apiVersion": 1, "root": "/nix/store/0-source", "isoSshKeys": [good, pick(good)],
        "hosts": { pick("db-01"): host("db-01", "10.0.0.1/24"),
            "web-01": host("web-01", "10.0.0.2/24"), "web-02": host("web-02", "10.0.0.3/24") },
        "hostSpecFields": ["own", pick("own")],
        "faults": if pick("").is_empty() { json!([]) } else { fault() },
        "release": { "keys": [good, pick(good)], "threshold": 1,
            "source": pick("https://fleet.example.org"),
            "caches": [{ "url": pick("https://cache.example.org"), "key": pick("x") }],
            "waves": [wave("canary"), wave("rest")],
            "budgets": [{ "tags": [pick("web")], "atMost": pick("1") }], "onFailure": pick("halt"),
            "controlPlane": { "address": pick("fleet.example.org"), "key": pick(good) } } })
}

/// How often each command is tried, each time with another fleet.
const CASES: u32 = 6;

#[test]
fn no_name_of_a_fleet_begins_a_line() {
    let fleet = Fleet::new("UTC");
    for program in ["sh", "cat", "git", "tar", "ssh-keygen", "touch"] {
        fleet.link(program);
    }
    fleet.program("nix", "cat inventory.json");
    fleet.program("ssh", "[ \"$1\" = -G ] && exit 0; echo no >&2; exit 255");
    for program in ["nixos-anywhere", "qemu-img", "qemu-system-x86_64"] {
        fleet.program(program, "exit 1");
    }
    // `HOST` is any of the texts.
    let commands: &[&[&str]] = &[
        &["validate"],
        &["validate", "--host=HOST"],
        &["validate", "--eval"],
        &["validate", "-h", "nope"],
        &["list"],
        &["list", "-h", "wb"],
        &["list", "--eval"],
        &["keys"],
        &["keys", "--host=HOST"],
        &["doctor"],
        &["release"],
        &["release", "--host=HOST"],
        &["deploy", "--all"],
        &["deploy", "--tag", "x"],
        &["deploy", "release", "--host=HOST"],
        &["status"],
        &["status", "--host=HOST"],
        &["status", "--tag", "x"],
        &["rollout", "show"],
        &["rollout", "hold", "HOST"],
        &["rollout", "promote", "x"],
        &["build-vm", "--all"],
        &["build-vm", "-h", "wb"],
        &["build-vm", "--host=HOST"],
        &["start-vm", "--all"],
        &["start-vm", "-h", "wb"],
        &["stop-vm", "--all"],
        &["stop-vm", "--host=HOST"],
        &["clean-vm", "--yes", "--all"],
        &["clean-vm", "--yes", "--host=HOST"],
        &["test-vm", "--all"],
        &["test-vm", "-h", "web-01"],
        &["completions", "bash"],
        &["man"],
        &["help"],
    ];
    let config = Config {
        cases: CASES,
        max_shrink_iters: 64,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let formats = prop::sample::select(vec!["human", "json", "github"]);
    let texts = prop::collection::vec(forged(), 1..4);
    // Where all is wrong, the first check ends the command: where little is, it goes on.
    let wrong = prop_oneof![Just(1..=1_usize), Just(2..=7), Just(8..=40)].prop_flat_map(|it| it);
    let strategy = (formats, texts, wrong, any::<usize>());
    for command in commands {
        let tried = runner.run(&strategy, |(format, texts, wrong, first)| {
            let count = Cell::new(first % wrong);
            let pick = |right: &str| {
                count.set(count.get() + 1);
                let text = &texts[count.get() % texts.len()];
                if count.get() % wrong == 0 { text.clone() } else { right.to_owned() }
            };
            let inventory = inventory(&pick).to_string();
            fs::write(fleet.path().join("inventory.json"), inventory).unwrap();
            let typed = texts[0].replace('\0', "");
            let mut arguments: Vec<String> =
                command.iter().map(|it| it.replace("HOST", &typed)).collect();
            if !["completions", "man", "help"].contains(&command[0]) {
                arguments.extend([INVENTORY, "--format", format].map(str::to_owned));
            }
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let mut tool = fleet.command(&arguments);
            let output = tool.env("COLUMNS", "80").env("CLICOLOR_FORCE", "1").output_of();
            is_no_more_than_letters(&arguments, &output.stdout);
            is_no_more_than_letters(&arguments, &output.stderr);
            let status = output.status.code();
            assert!(status.is_some_and(|it| it < 5), "{arguments:?}: {status:?}");
            prop_assert!(!fleet.path().join("FORGED").exists(), "{arguments:?} ran it");
            Ok::<(), TestCaseError>(())
        });
        if let Err(error) = tried {
            panic!("{error}");
        }
    }
    // None is forgotten.
    let help = text(&fleet.run(&["help"]).stdout);
    let all = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let named =
        all.lines().filter_map(|it| it.strip_prefix("  ")).filter(|it| !it.starts_with(' '));
    for name in named.filter_map(|it| it.split_whitespace().next()) {
        assert!(commands.iter().any(|it| it[0] == name), "{name} is not tried");
    }
}
