//! What holds for any inventory and any source, however hostile.

use nixfleet_inventory::{Flake, Inventory};
use nixfleet_nix::Position;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::faults::checks;
use crate::faults::report::Report;
use crate::faults::source::{Excerpt, Sources, Text, Tree};
use crate::faults::survey;
use crate::global::Format;

/// Any JSON, with texts that are near to what fields hold or far from it.
fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        "[a-z0-9./:@ -]{0,40}",
        Just(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh"
                .into()
        ),
        Just("-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET".into()),
        "10\\.0\\.0\\.[0-9]{1,3}/[0-9]{1,3}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    // A private key that was split into lines.
    let key = ["-----BEGIN RSA PRIVATE KEY-----", "SECRET", "-----END RSA PRIVATE KEY-----"];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            Just(json!(key)),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(field(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "userName",
            "timeZone",
            "locale",
            "keyboardLayout",
            "sshAuthorizedKeys",
            "networking",
            "address",
            "gateway",
            "dns",
            "interface",
            "interfaces",
            "ipv4",
            "ipv6",
            "addresses",
            "hashedPasswordFile",
            "keys",
            "key",
            "threshold",
            "caches",
            "url",
            "source",
            "controlPlane",
            "waves",
            "name",
            "hosts",
            "tags",
            "atMost",
            "soak",
            "window",
            "budgets",
            "onFailure",
            "__unrepresentable",
        ])
        .prop_map(str::to_owned),
    ]
}

/// A release whose fields have any values, those of its lists among them.
fn release() -> impl Strategy<Value = Value> {
    let element = prop::collection::hash_map(field(), value(), 0..6);
    let list = prop::collection::vec(element, 0..3);
    let lists = prop::sample::select(vec!["waves", "caches", "budgets"]);
    (value(), lists, list).prop_map(|(all, name, list)| match all {
        Value::Object(mut all) => {
            all.insert(name.to_owned(), json!(list));
            Value::Object(all)
        }
        other => other,
    })
}

fn host() -> impl Strategy<Value = Value> {
    let class = prop::sample::select(vec![json!("nixos"), json!("darwin"), Value::Null]);
    (value(), value(), class, value(), value(), any::<String>()).prop_map(
        |(name, platform, class, version, spec, file)| {
            json!({
                "hostName": name, "platform": platform, "class": class, "stateVersion": version,
                "hostSpec": spec, "tags": [file], "positions": { "": { "file": file, "line": 1, "column": 1 } },
            })
        },
    )
}

/// A host whose network is given the lines of a private key.
#[test]
fn a_private_key_that_was_split_is_told_in_no_line() {
    let key = json!(["-----BEGIN RSA PRIVATE KEY-----", "SECRET", "-----END RSA PRIVATE KEY-----"]);
    let addresses = json!({ "eth0": { "ipv4": { "addresses": key } } });
    let networking = json!({ "dns": key, "interfaces": addresses });
    let host =
        json!({ "hostName": "a", "class": "nixos", "hostSpec": { "networking": networking } });
    let waves = json!([{ "name": "a", "tags": key, "hosts": key }]);
    let release = json!({ "waves": waves, "budgets": key });
    let json = json!({ "apiVersion": 1, "hosts": { "a": host }, "release": release });
    let inventory = Inventory::parse(json.to_string().as_bytes(), "test").unwrap();
    let faults = checks::all(&inventory, &|_| true);
    for code in
        ["dns-invalid", "address-invalid", "tag-unknown", "wave-host-unknown", "field-type-wrong"]
    {
        assert!(faults.iter().any(|it| it.problem.code() == code), "{code}");
    }
    for fault in faults {
        let told = format!("{} {}", fault.problem, fault.problem.help());
        assert!(!told.contains("SECRET"), "{told}");
    }
}

proptest! {
    #[test]
    fn any_inventory_gives_a_report_that_no_terminal_obeys(
        hosts in prop::collection::hash_map(any::<String>(), host(), 0..4),
        iso in value(),
        release in release(),
    ) {
        let json = json!({ "apiVersion": 1, "hosts": hosts, "isoSshKeys": iso, "release": release });
        let json = json.to_string();
        let inventory = Inventory::parse(json.as_bytes(), "test").unwrap();
        let faults = checks::all(&inventory, &|_| true);
        let mut sources = Sources::new(Tree::new(&Flake::new("path:/nonexistent")));
        let report = Report::new(inventory.hosts.len(), faults, &mut sources);
        for format in [Format::Human, Format::Json, Format::Github] {
            let text = report.render(format);
            // The colours are ours; they are taken out where there is no terminal.
            let text = anstream::adapter::strip_str(text.as_str()).to_string();
            prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
            prop_assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{200b}']), "{text:?}");
            prop_assert!(!text.contains("SECRET"), "{text}");
        }
    }

    #[test]
    fn any_source_is_walked(source in any::<String>(), line: u32, column: u32, text: String) {
        survey::find(&source);
        let position = Position { file: "x".into(), line, column };
        Excerpt::find(&Text::new(source), &position, Some(&text));
    }

    #[test]
    fn near_nix_is_walked(source in "[a-b=;{}\\[\\]()\"'$#/*\\\\ü\n ]{0,60}", line in 0..4u32, column in 0..40u32) {
        survey::find(&source);
        let position = Position { file: "x".into(), line, column };
        if let Some(found) = Excerpt::find(&Text::new(source), &position, Some("a")) {
            prop_assert!(found.text.get(found.span).is_some());
        }
    }
}
