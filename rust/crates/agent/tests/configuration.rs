//! The file that the modules write is the one that the agent reads.

use std::path::Path;

use nixfleet_agent::config::{Config, ServiceManager};
use nixfleet_agent::core::Reboot;

/// As a check of the module compares it with what the module writes.
fn written() -> serde_json::Value {
    serde_json::from_str(include_str!("agent.json")).unwrap()
}

fn read(config: &serde_json::Value) -> Result<Config, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), config.to_string()).unwrap();
    Config::read(file.path())
}

#[test]
fn all_that_the_module_says_is_understood() {
    let config = read(&written()).unwrap();
    assert_eq!(config.floor, 40);
    assert_eq!(config.reboot, Reboot::InWindow);
    let settings = config.settings();
    assert_eq!((settings.probation, settings.settle), (600_000, 300_000));
    assert_eq!((settings.poll_every, settings.dry_run), (3_600_000, true));
    assert_eq!(config.health.units.len(), 1);
}

#[test]
fn what_the_module_of_a_mac_says_is_understood() {
    let written = serde_json::from_str(include_str!("agent-darwin.json")).unwrap();
    let config = read(&written).unwrap();
    assert_eq!(config.service_manager, ServiceManager::Launchd);
    assert!(config.settings().switch_lasts);
}

#[test]
fn what_no_release_could_satisfy_is_told_at_the_start() {
    let with = |name: &str, value: serde_json::Value| {
        let mut config = written();
        config["controlPlane"] = serde_json::Value::Null;
        config[name] = value;
        read(&config).unwrap_err()
    };
    assert!(
        with("threshold", 2.into()).contains("there are 1 key"),
        "{}",
        with("threshold", 2.into())
    );
    assert!(with("reboots", 1.into()).contains("unknown field `reboots`"));
    assert!(with("window", "sometimes".into()).contains("a window is written as"));
    assert!(Config::read(Path::new("/nowhere.json")).unwrap_err().contains("cannot read"));
}

/// Then an operator brings them all.
#[test]
fn releases_may_come_from_no_source() {
    let mut config = written();
    config["controlPlane"] = serde_json::Value::Null;
    config["source"] = serde_json::json!([]);
    assert!(read(&config).is_ok());
}
