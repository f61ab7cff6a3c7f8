//! Every action of the core is rehearsed on a real machine.

/// Where the agent is killed, and the power is cut, on a guest.
const KILLED: &str = include_str!("../../../../checks/agent/killed");

#[test]
fn each_action_has_its_rows() {
    for action in nixfleet_agent::core::Action::NAMES {
        for when in ["before", "after"] {
            // After it the machine is down.
            if (action, when) == ("reboot", "after") {
                continue;
            }
            let is_of = |row: &str| row.ends_with(&format!(" {action} {when}"));
            assert!(KILLED.lines().any(is_of), "`{action} {when}` has no row");
        }
    }
}

/// What a host has to survive, and where each is proved.
const ROWS: &str = include_str!("../../../../checks/agent/rows");

#[test]
fn each_row_names_a_check_that_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let rows: Vec<&str> =
        ROWS.lines().filter(|it| !it.is_empty() && !it.starts_with('#')).collect();
    assert!(rows.len() > 50, "{}", rows.len());
    for row in rows {
        let [_, file, check] = row.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("no row: {row}")
        };
        let text =
            std::fs::read_to_string(root.join(file)).unwrap_or_else(|why| panic!("{row}: {why}"));
        let is_there = [format!("fn {check}("), format!("case_{check}()")];
        assert!(is_there.iter().any(|it| text.contains(it)), "no such check: {row}");
    }
}

/// And no case of what hosts do to their agent (60 to 79) is without its row, but those that lay the
/// ground for the next.
#[test]
fn each_case_has_its_row() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../checks/agent/cases");
    for file in std::fs::read_dir(root).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        let cases = text.lines().filter_map(|it| it.strip_prefix("case_")?.split_once("()"));
        let number: u32 = name[..2].parse().unwrap();
        for (case, _) in cases.filter(|(case, _)| *case != "set_up" && (60..80).contains(&number)) {
            assert!(
                ROWS.lines().any(|row| row.ends_with(&format!("{name} | {case}"))),
                "`{case}` of `{name}` has no row"
            );
        }
    }
}
