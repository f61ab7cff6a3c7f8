//! What one version of the agent writes down, the versions after it and before it read.

use nixfleet_agent::core::{State, Step};
use serde_json::{Map, Value};

/// States as version 0.1 has them, of each step. A new step has its own here; what is here stays.
const STATES: &str = include_str!("states.json");

fn states() -> Map<String, Value> {
    serde_json::from_str(STATES).unwrap()
}

#[test]
fn each_step_is_read_as_it_was_written_and_written_so_again() {
    let states = states();
    for name in Step::NAMES {
        let written = states.get(name).unwrap_or_else(|| panic!("`{name}` has no state"));
        assert_eq!(written["step"]["at"], name);
        let state: State = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(&serde_json::to_value(state).unwrap(), written, "{name}");
    }
}

#[test]
fn what_a_newer_version_adds_is_passed_over() {
    for (name, written) in states() {
        let state: State = serde_json::from_value(written.clone()).unwrap();
        let newer: State = serde_json::from_value(with_more(written)).unwrap();
        assert_eq!(newer, state, "{name}");
    }
}

/// The same, and something unheard of in each table.
fn with_more(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut more: Map<_, _> =
                fields.into_iter().map(|(name, it)| (name, with_more(it))).collect();
            more.insert("unheardOf".into(), Value::from(vec![1]));
            Value::Object(more)
        }
        Value::Array(items) => items.into_iter().map(with_more).collect(),
        other => other,
    }
}
