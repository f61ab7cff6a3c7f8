use nixfleet_nix::FakeNix;

use super::*;

const FLEET: &str = r#"{ "apiVersion": 1, "root": "/nix/store/x-source", "isoSshKeys": [],
    "hosts": { "web": { "hostName": "web", "platform": "x86_64-linux",
      "hostSpec": { "networking": { "address": "10.0.0.1/24" } },
      "positions": { "": { "file": "/f.nix", "line": 1, "column": 2 },
                     "hostSpec": { "file": "/f.nix", "line": 3, "column": 4 } } } } }"#;

#[test]
fn the_systems_beside_a_fleet_are_those_that_it_does_not_have() {
    let inventory = Inventory::parse(FLEET.as_bytes(), "test").unwrap();
    let flake = Flake::new(".");
    let nix = FakeNix::default().answer(".#nixosConfigurations", r#"["old", "web"]"#);
    let beside = |output| inventory.beside(&nix, &flake, output);
    assert_eq!(beside("nixosConfigurations")[0].0, "old");
    assert_eq!(beside("nixosConfigurations").len(), 1);
    assert_eq!(beside("darwinConfigurations"), []);
}

#[test]
fn a_fleet_is_read_from_its_output() {
    let nix = FakeNix::default().answer(".#nixfleet", FLEET);
    let inventory = Inventory::read(&nix, &Flake::new(".")).unwrap();
    let host = &inventory.hosts["web"];
    assert_eq!(host.text("platform"), Some("x86_64-linux"));
    assert_eq!(host.text("hostSpec.networking.address"), Some("10.0.0.1/24"));
    assert_eq!(host.text("hostSpec.timeZone"), None);
    assert_eq!(host.position("hostSpec.timeZone").unwrap().line, 3);
    assert_eq!(host.position("platform").unwrap().line, 1);
}

#[test]
fn a_fleet_without_the_output_is_read_from_its_systems() {
    let systems = r#"{ "web": { "hostName": "web" }, "foreign": { "stranger":
        { "file": "/x/flake.nix", "line": 3, "column": 5 } } }"#;
    let nix = FakeNix::default().answer(".#nixosConfigurations", systems);
    let inventory = Inventory::read(&nix, &Flake::new(".")).unwrap();
    assert_eq!(inventory.hosts.keys().collect::<Vec<_>>(), ["web"]);
    assert!(inventory.by_hand);
    let [(name, Some(position))] = &inventory.strangers[..] else { panic!("{inventory:?}") };
    assert_eq!((name.as_str(), position.line), ("foreign", 3));
    // Where nothing is ours there is no fleet.
    let foreign = r#"{ "a": { "stranger": null } }"#;
    let nix = FakeNix::default().answer(".#nixosConfigurations", foreign);
    let error = Inventory::read(&nix, &Flake::new(".")).unwrap_err();
    assert!(matches!(error, InventoryError::NoFleet { .. }), "{error}");
}

#[test]
fn a_newer_shape_is_named_even_when_it_cannot_be_read() {
    let error = Inventory::parse(br#"{ "apiVersion": 2, "hosts": [] }"#, "x").unwrap_err();
    assert!(matches!(error, InventoryError::Newer { .. }), "{error}");
    let error = Inventory::parse(br#"{ "apiVersion": 1, "hosts": [] }"#, "x").unwrap_err();
    assert!(matches!(error, InventoryError::Malformed { .. }), "{error}");
}

#[test]
fn what_is_no_inventory_is_told_in_words_of_the_inventory() {
    let reason = |text: &str| Inventory::parse(text.as_bytes(), "x").unwrap_err().to_string();
    let expect = |text: &str, expected: &str| {
        assert!(reason(text).contains(expected), "{}", reason(text));
    };
    expect("[]", "it has no `apiVersion`");
    expect("null", "invalid type: null, expected a set");
    expect(r#"{ "apiVersion": 1 }"#, "it has no `hosts`");
    expect(r#"{ "apiVersion": 1, "hosts": { "a": null } }"#, "expected a host");
    for wrong in ["\"1\"", "1.0", "-1", "0", "[]"] {
        let text = format!(r#"{{ "apiVersion": {wrong}, "hosts": {{}} }}"#);
        expect(&text, &format!("its `apiVersion` is {wrong}, and has to be 1"));
    }
    let none = Inventory::parse(br#"{ "apiVersion": 1, "hosts": {} }"#, "x");
    assert!(none.unwrap().hosts.is_empty());
}

#[test]
fn a_fleet_whose_packages_fail_is_read_all_the_same() {
    let nix = FakeNix::default()
        .refuse(".#nixfleet", "error: nixfleet: 1 fault")
        .answer(".#.nixfleet", FLEET);
    assert_eq!(Inventory::read(&nix, &Flake::new(".")).unwrap().hosts.len(), 1);
    let nix = FakeNix::default().refuse(".#nixfleet", "error: undefined variable 'x'");
    let error = Inventory::read(&nix, &Flake::new(".")).unwrap_err();
    assert_eq!(error.to_string(), "undefined variable 'x'");
}
