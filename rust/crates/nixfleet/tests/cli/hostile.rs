//! Inventories that others wrote: what they cannot do.

use std::fs;

use crate::ended::Ended;
use crate::{Fleet, INVENTORY, text};

#[test]
fn colours_are_for_terminals() {
    let output = Fleet::new("Mars/Olympus").run(&["validate", INVENTORY]);
    assert!(!text(&output.stdout).contains('\u{1b}'));
}

#[test]
fn a_hostile_inventory_cannot_reach_the_terminal() {
    let fleet = Fleet::new("\\u001b]0;owned\\u0007\\u202e");
    for format in ["human", "json", "github"] {
        let output = fleet.run(&["validate", INVENTORY, "--format", format]);
        let out = text(&output.stdout);
        assert!(!out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{out:?}");
    }
}

#[test]
fn a_long_text_is_cut() {
    let fleet = Fleet::new(&"x".repeat(10 << 20));
    let output = fleet.run(&["validate", INVENTORY]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.len() < 2000, "{}", output.stdout.len());
}

#[test]
fn a_table_has_no_longer_lines_than_people_read() {
    let fleet = Fleet::new("UTC");
    let long = "x".repeat(1 << 20);
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    let inventory = inventory
        .replace("nobody@example", &long)
        .replace("\"web-02\"", &format!("\"{long}\""))
        .replace("\"timeZone\"", &format!("\"userName\": \"{long}\", \"timeZone\""));
    fs::write(fleet.path().join("inventory.json"), inventory).unwrap();
    for command in ["list", "keys"] {
        let length = |format: &str| {
            let output = fleet.run(&[command, INVENTORY, "--format", format]);
            assert!(output.stderr.is_empty(), "{command}");
            output.stdout.len()
        };
        assert!(length("human") < 2000, "{command}: {}", length("human"));
        // A program gets everything.
        assert!(length("json") > 2 << 20, "{command}");
    }
    // A name as long as names may be is whole.
    let name = "a".repeat(63);
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    fs::write(fleet.path().join("inventory.json"), inventory.replace(&long, &name)).unwrap();
    fleet.expect(&["list", INVENTORY], 0, &format!("\n{name}  "), "");
}

#[test]
fn an_inventory_shows_no_file_but_the_fleets_own() {
    let fleet = Fleet::new("Mars/Olympus");
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    for file in ["/etc/passwd", "/nix/store/../../etc/passwd", "/proc/self/environ"] {
        let position = format!(
            r#"{{ "positions": {{ "": {{ "file": "{file}", "line": 1, "column": 1 }} }}, "hostName""#
        );
        let hostile = inventory.replace(r#"{ "hostName""#, &position);
        fs::write(fleet.path().join("inventory.json"), hostile).unwrap();
        let output = fleet.run(&["validate", INVENTORY]);
        assert!(text(&output.stdout).contains("passwd:1:1") || file.contains("environ"));
        assert!(!text(&output.stdout).contains("1 |"), "{}", text(&output.stdout));
    }
}

/// What a terminal would obey, and what is no text at all: as bytes, and as what a shell's `printf`
/// makes them of.
const HOSTILE: &str =
    r"\033[2J\033]0;owned\007\r\233\061m\302\233\061m\342\200\256\342\200\213\000\377\376\tx\010";

/// Every command, with programs that say such things and files that hold them: nothing of it comes
/// through, in any format, and what comes has an end.
#[test]
fn no_command_lets_a_terminal_obey_others() {
    let fleet = Fleet::new("UTC");
    hostile_inventory(&fleet);
    for program in ["printf", "head", "cat", "yes", "ssh-keygen", "tar", "git"] {
        fleet.link(program);
    }
    let shout = format!("printf '{HOSTILE}%.0s' 1 2 3; printf '{HOSTILE}' >&2");
    for program in ["ssh", "nixos-anywhere", "qemu-img", "qemu-system-x86_64", "curl"] {
        fleet.program(program, &format!("{shout}; exit 1"));
    }
    fs::create_dir_all(fleet.path().join("release/hosts")).unwrap();
    let bytes: Vec<u8> = b"\x1b[2J\x9b1m\xc2\x9b\r\x00{\"a\": \x1b]0;x\x07".repeat(100);
    for file in ["release.json", "release.json.sig", "hosts/web-01.json"] {
        fs::write(fleet.path().join("release").join(file), &bytes).unwrap();
    }
    fs::write(fleet.path().join("broken.json"), &bytes).unwrap();
    let hostile = "\u{1b}[2J\u{202e}\u{9b}1m";
    let host = format!("--host={hostile}");
    let place = format!("./{hostile}");
    let commands: &[&[&str]] = &[
        &["validate"],
        &["validate", INVENTORY],
        &["validate", INVENTORY, "--eval"],
        &["validate", INVENTORY, &host],
        &["validate", "--inventory=broken.json"],
        &["validate", "--flake", &place],
        &["validate", "--show-trace"],
        &["list"],
        &["list", INVENTORY],
        &["list", INVENTORY, "--eval"],
        &["list", INVENTORY, &host],
        &["list", "--inventory", &place],
        &["keys"],
        &["keys", INVENTORY],
        &["keys", INVENTORY, &host, "--identity", &place],
        &["doctor"],
        &["doctor", INVENTORY],
        &["doctor", "--target", "root@192.0.2.1"],
        &["doctor", "--target", hostile],
        &["release", INVENTORY],
        &["release", "show", "release"],
        &["release", "show", &place],
        &["release", "diff", "release", &place],
        &["release", "verify", "release"],
        &["release", "sign", "release"],
        &["release", "publish", "release", "--to", &place],
        &["release", "show", "ssh://192.0.2.1/x"],
        &["deploy", INVENTORY, "release", "--all"],
        &["deploy", INVENTORY, "ssh://192.0.2.1/x", "-h", "web-01"],
        &["deploy", INVENTORY, &place, &host],
        &["status", INVENTORY],
        &["status", INVENTORY, &host],
        &["rollout", "show", INVENTORY],
        &["rollout", "log", INVENTORY],
        &["build-vm", INVENTORY, "-h", "web-01"],
        &["build-vm", "--all"],
        &["test-vm", INVENTORY, "-h", "web-01", "--junit", "/dev/stdout"],
        &["test-vm", INVENTORY, "--all"],
        &["test-vm", INVENTORY, &host],
        &["start-vm", INVENTORY, &host],
        &["start-vm", INVENTORY, "-h", "web-01"],
        &["stop-vm", INVENTORY, &host],
        &["clean-vm", INVENTORY, &host, "--yes"],
        &["completions", hostile],
        &[hostile],
        &["list", hostile],
        &["list", "--format", hostile],
    ];
    for nix in [
        format!("{shout}; exit 1"),
        format!("printf 'error: {HOSTILE}\\n       at /x.nix:1:1:\\n' >&2; exit 1"),
        shout.clone(),
        "kill -9 $$".to_owned(),
        format!("yes '{HOSTILE}' | head -c 3000000 >&2; exit 1"),
    ] {
        fleet.program("nix", &nix);
        for command in commands {
            for format in ["human", "json", "github"] {
                let arguments = [command, &["--format", format][..]].concat();
                let arguments =
                    if command.contains(&"--format") { command.to_vec() } else { arguments };
                let output = fleet.command(&arguments).env("COLUMNS", "80").output_of();
                is_safe(&arguments, &output.stdout);
                is_safe(&arguments, &output.stderr);
                let status = output.status.code();
                assert!(status.is_some_and(|it| it < 5), "{arguments:?}: {status:?}");
            }
        }
    }
}

/// What Nix quotes of a fleet may hold a private key, as a `throw` with a value in it does.
#[test]
fn no_command_shows_a_private_key_that_nix_quotes() {
    shows_no_secret("-----BEGIN OPENSSH PRIVATE KEY-----\n       SECRET\n       SECRET");
}

/// What a module says of an option may hold what was given to it: `hashedPassword`, the URL of a
/// database, the token of a forge.
#[test]
fn no_command_shows_a_password_or_a_token_that_nix_quotes() {
    shows_no_secret(
        "$y$j9T$SECRETSECRET$SECRETSECRETSECRETSECRETSECRETSECRETSECRET is no hash for \
         postgresql://ops:SECRET@db/x and ghp_SECRETSECRETSECRETSECRETSECRETSECRET1",
    );
}

fn shows_no_secret(secret: &str) {
    let fleet = Fleet::new("UTC");
    fs::write(fleet.path().join("said"), format!("error: no zone: {secret}\n")).unwrap();
    fleet.link("cat");
    fleet.program("nix", "cat said >&2; exit 1");
    for command in [
        &["validate"][..],
        &["validate", INVENTORY, "--eval"],
        &["validate", "--show-trace"],
        &["list"],
        &["list", "--show-trace"],
        &["list", INVENTORY, "--eval"],
        &["keys"],
        &["doctor"],
        &["release"],
        &["deploy", "--all"],
        &["status"],
        &["rollout", "show"],
        &["build-vm", "--all"],
        &["test-vm", INVENTORY, "--all"],
    ] {
        for format in ["human", "json", "github"] {
            let annotates = ["validate", "build-vm", "test-vm"].contains(&command[0]);
            if format == "github" && !annotates {
                continue;
            }
            let arguments = [command, &["--format", format]].concat();
            let output = fleet.run(&arguments);
            let said = text(&output.stdout) + &text(&output.stderr);
            assert!(!said.contains("SECRET"), "{arguments:?}: {said}");
            assert_ne!(output.status.code(), Some(0), "{arguments:?}: {said}");
        }
    }
}

fn is_safe(arguments: &[&str], bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|it| panic!("{arguments:?}: {it}"));
    let is_obeyed = |it: char| it != '\n' && nixfleet_text::is_hidden(it);
    assert!(!text.contains(is_obeyed), "{arguments:?}: {text:?}");
    assert!(!text.contains("panicked"), "{arguments:?}: {text}");
    let most = if arguments.contains(&"--show-trace") { 16 << 20 } else { 256 << 10 };
    assert!(text.len() < most, "{arguments:?}: {} bytes", text.len());
}

/// Two hosts with such texts as names, keys, values and names of fields.
fn hostile_inventory(fleet: &Fleet) {
    let hostile = "\\u001b[2J\\u001b]0;x\\u0007\\r\\n\\u009b1m\\u202e\\u200b\\u0000\\u007f";
    let inventory = fs::read_to_string(fleet.path().join("inventory.json")).unwrap();
    let inventory = inventory
        .replace("\"web-02\": {", &format!("\"web-02{hostile}\": {{"))
        .replace("nobody@example", &format!("nobody{hostile}"))
        .replace(
            "\"timeZone\": \"UTC\"",
            &format!("\"timeZone\": \"UTC{hostile}\", \"{hostile}\": \"{hostile}\", \"userName\": \"{hostile}\""),
        );
    fs::write(fleet.path().join("inventory.json"), inventory).unwrap();
}
