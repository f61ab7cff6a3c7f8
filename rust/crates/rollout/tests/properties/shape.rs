//! Plans of all shapes, and the hosts that go by them.

use proptest::prelude::*;

#[derive(Debug, Clone)]
pub struct Shape {
    pub plan: String,
    pub hosts: Vec<String>,
}

/// Whatever hosts do decides, not the hour.
pub fn shape() -> impl Strategy<Value = Shape> {
    of(Just("null"), Just("null"))
}

/// The hour decides as well.
pub fn shape_by_the_hour() -> impl Strategy<Value = Shape> {
    let window = prop_oneof![
        4 => Just("null"),
        1 => Just(r#""12:00-13:00 UTC""#),
        1 => Just(r#""Mon..Fri 02:00-05:00 Europe/Berlin""#),
        1 => Just(r#""02:00-05:00 Mars/Olympus""#),
    ];
    let expires = prop_oneof![
        4 => Just("null"),
        1 => Just(r#""2026-11-25T12:30:00Z""#),
        1 => Just(r#""2026-11-25T18:00:00Z""#),
    ];
    of(window, expires)
}

fn of(
    window: impl Strategy<Value = &'static str>,
    expires: impl Strategy<Value = &'static str>,
) -> impl Strategy<Value = Shape> {
    let share = || {
        prop_oneof![
            Just("null".to_owned()),
            (1..4_u8).prop_map(|it| it.to_string()),
            (1..=100_u8).prop_map(|it| format!("\"{it}%\""))
        ]
    };
    let soak = prop_oneof![Just("null".to_owned()), (0..90_u8).prop_map(|it| format!("\"{it}m\""))];
    let wave = (share(), share(), soak, window);
    let waves = prop::collection::vec(wave, 0..4);
    let budgets = prop::collection::vec((0..3_u8, 1..3_u8), 0..3);
    let hosts = prop::collection::vec((0..4_usize, 0..3_u8), 1..7);
    (waves, budgets, hosts, any::<bool>(), expires).prop_map(|(waves, budgets, hosts, back, expires)| {
        let count = waves.len();
        let waves: Vec<String> = waves
            .into_iter()
            .enumerate()
            .map(|(at, (at_most, need, soak, window))| {
                format!(
                    r#"{{"name": "w{at}", "atMost": {at_most}, "need": {need}, "soak": {soak}, "window": {window}}}"#
                )
            })
            .collect();
        let budgets: Vec<String> = budgets
            .into_iter()
            .map(|(tag, at_most)| format!(r#"{{"tags": ["t{tag}"], "atMost": {at_most}}}"#))
            .collect();
        let on_failure = if back { "rollback" } else { "halt" };
        Shape {
            plan: format!(
                r#"{{"waves": [{}], "budgets": [{}], "onFailure": "{on_failure}", "expires": {expires}}}"#,
                waves.join(","),
                budgets.join(",")
            ),
            hosts: hosts
                .into_iter()
                .enumerate()
                .map(|(at, (wave, tag))| match count {
                    0 => format!("h{at}:+t{tag}"),
                    count => format!("h{at}:w{}+t{tag}", wave % count),
                })
                .collect(),
        }
    })
}
