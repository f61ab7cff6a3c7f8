//! The positions that a large fleet's inventory leaves out: Nix before 2.30 reads a file anew for
//! each line number, so the library tells them host by host then.

use std::collections::HashMap;

use nixfleet_inventory::{Flake, Inventory, Nix, Position};

use crate::fault::Fault;

/// More than this take longer than their reader has patience for.
const MOST: usize = 20;

/// Asks Nix for the positions of faults that have none, as far as hosts know them. What cannot be
/// had stays out: the faults are told all the same.
pub fn add(nix: &dyn Nix, flake: &Flake, inventory: &Inventory, faults: &mut [Fault]) {
    for output in ["nixosConfigurations", "darwinConfigurations"] {
        let groups = alike(inventory, faults, output);
        let samples: Vec<usize> = groups.iter().flat_map(|it| sample(it)).take(MOST).collect();
        let others = groups.iter().flatten().copied().filter(|it| !samples.contains(it));
        // In one question: each makes Nix read the fleet anew.
        let asked: Vec<usize> = samples.iter().copied().chain(others).take(MOST).collect();
        ask(nix, flake, output, faults, &asked);
        for group in &groups {
            spread(faults, group, &samples);
        }
    }
}

/// The faults without positions, those of the same words about the same field together: a value from
/// the defaults is at fault in every host that it reaches.
fn alike(inventory: &Inventory, faults: &[Fault], output: &str) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<(&str, &str, String), usize> = HashMap::new();
    for (index, fault) in faults.iter().enumerate() {
        let is_ours = fault.host().is_some_and(|host| lacks(inventory, host, output));
        if fault.position.is_some() || !is_ours {
            continue;
        }
        let key = (fault.problem.code(), fault.field.as_str(), fault.problem.to_string());
        let group = *known.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(index);
    }
    groups
}

/// The first, the one in the middle and the last.
fn sample(group: &[usize]) -> Vec<usize> {
    let mut sample = vec![group[0], group[group.len() / 2], group[group.len() - 1]];
    sample.dedup();
    sample
}

/// Takes the place that all samples share for that of the whole group.
fn spread(faults: &mut [Fault], group: &[usize], samples: &[usize]) {
    let known = group.iter().filter(|it| samples.contains(it));
    let places: Vec<Option<Position>> = known.map(|it| faults[*it].position.clone()).collect();
    let Some((first @ Some(_), others)) = places.split_first() else { return };
    if !others.is_empty() && others.iter().all(|it| it == first) {
        for index in group {
            faults[*index].position.clone_from(first);
        }
    }
}

fn ask(nix: &dyn Nix, flake: &Flake, output: &str, faults: &mut [Fault], indices: &[usize]) {
    if indices.is_empty() {
        return;
    }
    let asked: Vec<&Fault> = indices.iter().map(|it| &faults[*it]).collect();
    let query = query(&asked);
    let Ok(json) = nix.eval_json(&flake.attr(output), Some(&query)) else { return };
    let positions: Vec<Option<Position>> = serde_json::from_slice(&json).unwrap_or_default();
    for (index, position) in indices.iter().zip(positions) {
        faults[*index].position = position;
    }
}

fn lacks(inventory: &Inventory, host: &str, output: &str) -> bool {
    inventory
        .hosts
        .get(host)
        .is_some_and(|host| host.positions.is_none() && host.output() == output)
}

/// A function from hosts to the positions of the faults' fields, each the nearest that there is.
fn query(faults: &[&Fault]) -> String {
    let entry = |fault: &&Fault| {
        let fields: Vec<String> = enclosing(&fault.field).into_iter().map(nix_string).collect();
        let host = nix_string(fault.host().unwrap_or_default());
        format!("(find {host} [ {} ])", fields.join(" "))
    };
    let entries: Vec<String> = faults.iter().map(entry).collect();
    format!(
        "hosts: let find = host: fields: let all = hosts.${{host}}.nixfleet.positions; \
         known = builtins.filter (field: all ? ${{field}}) fields; \
         found = builtins.tryEval (if known == [ ] then null else all.${{builtins.head known}}); \
         in if found.success then found.value else null; in [ {} ]",
        entries.join(" ")
    )
}

/// The field, then those around it, then the host.
fn enclosing(field: &str) -> Vec<&str> {
    let ends = field.match_indices('.').map(|(at, _)| at).rev();
    let mut fields = vec![field];
    fields.extend(ends.map(|at| &field[..at]));
    fields.push("");
    fields
}

/// A text as a string of Nix's language.
pub fn nix_string(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_looked_for_from_the_inside_out() {
        assert_eq!(enclosing("a.b.c"), ["a.b.c", "a.b", "a", ""]);
        assert_eq!(enclosing("a"), ["a", ""]);
    }

    #[test]
    fn a_name_stays_within_its_string() {
        assert_eq!(nix_string(r#"a"b\${c}"#), r#""a\"b\\\${c}""#);
    }
}
